//! What a study is, in words: its runs, what is varied and what is asked.

use crate::study::design::Design;
use crate::study::plan::Study;
use crate::study::sensitivity::FEWEST;

impl Study {
    /// Lines with name, number of runs, ranges of what is varied, and responses.
    pub fn outline(&self) -> String {
        let header = &self.header;
        let mut lines = vec![
            format!("{}: {}", header.study, header.description),
            format!(
                "runs      {}: {} points, {} arms, {} replicates",
                header.runs,
                self.points.count(),
                self.arms(),
                header.replicates
            ),
        ];
        if !header.factors.is_empty() {
            lines.push(format!("design    {}", self.words_of_design()));
        }
        for factor in &header.factors {
            let (low, high) = (factor.value(0.0), factor.value(1.0));
            lines.push(format!("varied    {} from {low} to {high}", factor.path));
        }
        let names: Vec<&str> = header.responses.keys().map(String::as_str).collect();
        lines.push(format!("responses {}", names.join(", ")));
        lines.join("\n")
    }

    /// The design, and what `howship study analyse` makes of its runs.
    fn words_of_design(&self) -> String {
        match self.header.design {
            Design::Grid => "grid, every level with every other: means and maps".to_owned(),
            Design::List => "list, chosen points: means".to_owned(),
            Design::LatinHypercube { points } => {
                format!("latin hypercube of {points} points: partial rank correlation")
            }
            Design::Sobol { points } => format!(
                "{points} Sobol points: partial rank correlation (Sobol indices are those of \
                 design.saltelli)"
            ),
            Design::Morris { trajectories, .. } => {
                format!("Morris, {trajectories} trajectories: elementary effects")
            }
            Design::Saltelli { points } => {
                let few = if (points as usize) < FEWEST {
                    format!("; fewer than {FEWEST} base points: no intervals")
                } else {
                    String::new()
                };
                format!("Saltelli, {points} base points: first and total Sobol indices{few}")
            }
        }
    }
}
