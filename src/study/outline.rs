//! What a study is, in words: its runs, what is varied and what is asked.

use crate::study::plan::Study;

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
        for factor in &header.factors {
            let (low, high) = (factor.value(0.0), factor.value(1.0));
            lines.push(format!("varied    {} from {low} to {high}", factor.path));
        }
        let names: Vec<&str> = header.responses.keys().map(String::as_str).collect();
        lines.push(format!("responses {}", names.join(", ")));
        lines.join("\n")
    }
}
