//! The sbatch script of a study: an array of shards, each of which asks Slurm for more time a minute
//! before its own ends.

use std::path::Path;

use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::study::plan::Study;
use crate::study::shard::START_AGAIN;

/// What a script asks of Slurm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script<'a> {
    /// The plan.
    pub plan: &'a Path,
    /// Folder of results, which all nodes see.
    pub store: &'a Path,
    /// Number of shards; no more than runs are asked for.
    pub shards: u64,
    /// Cores of a shard.
    pub cores: usize,
    /// Memory of a shard; one run a core and half as much again, at least 500 MB, without it.
    pub memory: Option<Memory>,
    /// Time of a shard; whole minutes, at least two, are asked for.
    pub time: Time,
}

impl Script<'_> {
    /// The text, without the end of its last line. Paths stay as they were typed: a
    /// script that is written elsewhere goes with its plan.
    pub(crate) fn text(&self, study: &Study) -> String {
        let header = &study.header;
        let quote =
            |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
        let shards = self.shards.clamp(1, header.runs.max(1));
        let cores = self.cores;
        let megabytes = match self.memory {
            Some(memory) => (memory.bytes() / 1e6).ceil(),
            None => (study.run_bytes() as f64 * cores as f64 * 1.5 / 1e6).max(500.0),
        };
        let minutes = (self.time.get() * 60.0).ceil().max(2.0);
        [
            "#!/bin/sh".to_owned(),
            format!("#SBATCH --job-name={}", header.study),
            format!("#SBATCH --array=0-{}", shards - 1),
            format!("#SBATCH --cpus-per-task={cores}"),
            format!("#SBATCH --mem={megabytes:.0}M"),
            format!("#SBATCH --time={minutes:.0}"),
            "#SBATCH --requeue".to_owned(),
            "#SBATCH --signal=B:TERM@60".to_owned(),
            "#SBATCH --output=%x-%A_%a.log".to_owned(),
            format!("# {} runs; submit with: sbatch FILE", header.runs),
            format!(
                "\"${{HOWSHIP:-howship}}\" study shard --plan {} --shards {shards} --shard auto \\",
                quote(self.plan)
            ),
            format!(
                "  --store {} --jobs {cores} --budget '{:.0} min' --quiet &",
                quote(self.store),
                minutes - 1.0
            ),
            "shard=$!".to_owned(),
            "trap 'kill -TERM $shard' TERM".to_owned(),
            "wait $shard; code=$?".to_owned(),
            "[ $code -gt 128 ] && { wait $shard; code=$?; }".to_owned(),
            format!(
                "[ $code -eq {START_AGAIN} ] && scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}\""
            ),
            "exit $code".to_owned(),
        ]
        .join("\n")
    }
}
