//! Memory that a run will take, compared with what the machine has before anything is made.

use crate::layers::diagnostic::Diagnostic;
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// Bytes that a run takes at its height, pictures and cells apart, within about a third.
///
/// Per site: bone, occupancy and workspace; per signal its level and its source; per stored factor its
/// amount; and what the solver holds per level. Measured at 146 bytes per site with 5 signals, 2 stores
/// and one level per 8 sites, and at 246 with one level per site.
pub(crate) fn estimate_bytes(
    sites: usize,
    signals: usize,
    stores: usize,
    sites_per_level: usize,
) -> u64 {
    let per_site = 70 + 12 * signals as u64 + 8 * stores as u64;
    let solver = 115 * sites as u64 / sites_per_level.max(1) as u64;
    sites as u64 * per_site + solver
}

/// Share of the sites that is taken to be bone: trabecular bone of man has less, a cortex more.
const BONE_SHARE: f64 = 0.3;

/// Bytes that finite elements hold at their height, about: a few numbers per site, and per brick displacements, what
/// conjugate gradients need and the coarser lattices, where moduli differ.
fn elements_bytes(sites: usize) -> u64 {
    (sites as f64 * (20.0 + 450.0 * BONE_SHARE)) as u64
}

/// Bytes that the machine has for this process, where the system says so: the least of its memory, the
/// limit on the address space, and those of its control groups and all groups around them.
pub(crate) fn machine_bytes() -> Option<u64> {
    allowed_bytes(&|path| std::fs::read_to_string(path).ok())
}

/// The same, of the files that a reader gives.
fn allowed_bytes(read: &dyn Fn(&str) -> Option<String>) -> Option<u64> {
    let total = read("/proc/meminfo").and_then(|text| of_meminfo(&text))?;
    let space = read("/proc/self/limits").and_then(|text| of_limits(&text));
    let groups = read("/proc/self/cgroup").map_or_else(Vec::new, |text| group_files(&text));
    // Where the groups of a container are not told, its own is at the root.
    let roots = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let files = groups.into_iter().chain(roots.map(str::to_owned));
    let groups = files.filter_map(|path| read(&path)?.trim().parse().ok());
    groups.chain(space).chain([total]).min()
}

/// Soft limit on the address space; none where it is unlimited.
fn of_limits(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Files with the limits of the groups that `/proc/self/cgroup` names, and of all groups around them.
/// Its lines are `0::/path` in version 2, and `5:cpu,memory:/path` in version 1.
fn group_files(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let (root, file) = if controllers.is_empty() {
            ("/sys/fs/cgroup", "memory.max")
        } else if controllers.split(',').any(|one| one == "memory") {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
            continue;
        };
        let mut path = path.trim_end_matches('/');
        loop {
            files.push(format!("{root}{path}/{file}"));
            match path.rfind('/') {
                Some(at) => path = &path[..at],
                None => break,
            }
        }
    }
    files
}

fn of_meminfo(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Says that a run does not fit, if it does not.
pub(crate) fn too_little(needed: u64, machine: Option<u64>) -> Option<String> {
    let machine = machine.filter(|&has| has < needed)?;
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    Some(format!(
        "a run takes about {:.1} GB of memory, and this machine has {:.1} GB for it",
        gigabytes(needed),
        gigabytes(machine)
    ))
}

impl Loaded {
    /// Bytes that a run takes, about.
    pub fn memory_bytes(&self, grid: &Grid) -> u64 {
        let signals = &self.scenario.signals;
        let stores = signals
            .values()
            .filter(|signal| signal.matrix_content.get() > 0.0);
        let block = self.scenario.transport.block_sites(grid);
        // A rate per site of each conversion, and their sum.
        let conversions = 8 * (grid.len() * self.scenario.conversions.len()) as u64;
        let tissue = estimate_bytes(
            grid.len(),
            signals.len(),
            stores.count(),
            block.iter().product(),
        );
        let is_loaded = self.scenario.strength.is_some() || self.scenario.mechanostat.is_some();
        let bricks = if is_loaded {
            elements_bytes(grid.len())
        } else {
            0
        };
        tissue + conversions + bricks
    }

    pub(super) fn check_memory(&self, grid: &Grid) -> Result<(), Diagnostic> {
        self.check_record(grid)?;
        match too_little(self.memory_bytes(grid), machine_bytes()) {
            None => Ok(()),
            Some(message) => Err(self.error(
                "lattice",
                &message,
                "give a smaller lattice, a larger site or block, or a larger machine",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_estimated_within_a_third() {
        for (levels, measured) in [(8, 146.0), (1, 246.0)] {
            let estimate = estimate_bytes(1_000_000, 5, 2, levels) as f64 / 1e6;
            assert!(
                (estimate / measured - 1.0).abs() < 0.33,
                "{estimate} for {measured}"
            );
        }
    }

    #[test]
    fn limits_of_the_process_and_of_all_groups_around_it_count() {
        let meminfo = ("/proc/meminfo", "MemTotal: 8000000 kB\n");
        let of = |files: &[(&str, &str)]| {
            let files = files.to_vec();
            allowed_bytes(&move |path| {
                let found = files
                    .iter()
                    .chain([&meminfo])
                    .find(|(name, _)| *name == path);
                found.map(|(_, text)| (*text).to_owned())
            })
        };
        assert_eq!(of(&[]), Some(8_192_000_000));
        let space = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max cpu time              7                    unlimited            seconds\n\
                 Max address space         {soft}           unlimited            bytes\n"
            )
        };
        assert_eq!(
            of(&[("/proc/self/limits", &space("2000000000"))]),
            Some(2_000_000_000)
        );
        assert_eq!(
            of(&[("/proc/self/limits", &space("unlimited"))]),
            Some(8_192_000_000)
        );
        let nested = ("/proc/self/cgroup", "0::/slice/job/step\n");
        let around = ("/sys/fs/cgroup/slice/memory.max", "3000000000\n");
        let own = ("/sys/fs/cgroup/slice/job/step/memory.max", "max\n");
        assert_eq!(of(&[nested, around, own]), Some(3_000_000_000));
        let old = ("/proc/self/cgroup", "9:cpu:/a\n5:cpuset,memory:/a/b\n");
        let limit = (
            "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes",
            "4000000000\n",
        );
        let none = (
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "9223372036854771712\n",
        );
        assert_eq!(of(&[old, limit, none]), Some(4_000_000_000));
        assert_eq!(of(&[("/sys/fs/cgroup/memory.max", "1000\n")]), Some(1000));
    }

    #[test]
    fn a_run_that_does_not_fit_is_told_so_and_an_unknown_machine_is_trusted() {
        let needed = estimate_bytes(1 << 30, 5, 2, 8);
        let said = too_little(needed, Some(16 << 30)).unwrap();
        assert!(
            said.contains("GB of memory, and this machine has 17.2 GB"),
            "{said}"
        );
        assert_eq!(too_little(needed, Some(1 << 40)), None);
        assert_eq!(too_little(needed, None), None);
        let text = "MemTotal:       24507444 kB\nMemFree:        1 kB\n";
        assert_eq!(of_meminfo(text), Some(24_507_444 * 1024));
        assert_eq!(of_meminfo("MemTotal: much"), None);
    }
}
