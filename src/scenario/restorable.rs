//! What could not be resumed is refused before it begins.

use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::tree::LARGEST_LAYER;
use crate::observe::{series, volume_size};
use crate::scenario::build::Loaded;
use crate::tissue::grid::Grid;

/// Signals at most.
pub const MOST_SIGNALS: u32 = 1000;
/// Edges and thickness of sites that are read, um.
pub const SITE_UM: std::ops::RangeInclusive<f64> = 1.0..=1e3;
/// Bytes at most of what a run records, and of its cells.
pub const MOST_RECORD: u64 = 1 << 30;

/// Bytes of a film at most, where its interval is not given.
const MOST_FILM: f64 = (1_u32 << 28) as f64;

/// Pixels of the cuts of a map.
fn pixels(grid: &Grid) -> f64 {
    let [x, y, z] = grid.dims;
    (if grid.is_section() {
        x * y
    } else {
        x * y + y * z + x * z
    }) as f64
}

/// Frames of the film at least, where there are as many ticks and its interval is not given: 60, or fewer
/// (at least 4) of a lattice so large that they would take more than 256 MiB.
pub fn film_frames(grid: &Grid) -> f64 {
    (MOST_FILM / pixels(grid)).floor().clamp(4.0, 60.0)
}

impl Loaded {
    /// Checks a scenario by what the readers of checkpoints and of run folders take: what could
    /// not be resumed is not begun.
    pub(super) fn check_restorable(&self, found: &mut Diagnostics) {
        let signals = self.scenario.signals.len();
        if signals > MOST_SIGNALS as usize {
            found.push(self.error(
                "signals",
                &format!("found {signals} signals"),
                &format!("give at most {MOST_SIGNALS}, those of the preset included"),
            ));
        }
        if let Some(thickness) = self.scenario.lattice.section_thickness
            && !SITE_UM.contains(&thickness.get())
        {
            found.push(self.error(
                "lattice.section_thickness",
                &format!("found {thickness}"),
                &format!("give {} um to {} um", SITE_UM.start(), SITE_UM.end()),
            ));
        }
        let bytes = self.tree.to_toml_with_sources().len();
        if bytes > LARGEST_LAYER {
            found.push(
                Diagnostic::new(format!(
                    "the scenario with all its layers merged has {bytes} bytes, and could not be \
                     read again"
                ))
                .with_help(format!("stay below {LARGEST_LAYER} bytes (4 MiB) in all")),
            );
        }
    }

    /// Refuses a run whose record would be more than a checkpoint holds.
    pub(crate) fn check_record(&self, grid: &Grid) -> Result<(), Diagnostic> {
        let scenario = &self.scenario;
        let (output, run) = (&scenario.output, &scenario.run);
        let times = |every_h: f64| run.duration.get() / every_h.max(run.tick.get()) + 2.0;
        let per_signal = 5 * scenario.signals.len();
        let per_drug = 6 * (scenario.drugs.len() + scenario.therapy.len());
        let per_clone = 8 * scenario.tumour.clones.len();
        // Columns of all other tables are fewer than a hundred.
        let columns = series::width() + per_signal + per_drug + per_clone + 100;
        let rows = times(output.series_every.get().min(24.0)) * columns as f64 * 8.0;
        let frames = if output.film_every.get() > 0.0 {
            times(output.film_every.get())
        } else {
            // Parts of a day or whole days apart: fewer than twice as many, and the last.
            2.0 * film_frames(grid) + 2.0
        };
        let days = output.map_days.len() as f64;
        let volumes = (days + 2.0) * volume_size::bytes(grid);
        let maps = (frames + days) * (pixels(grid) + 200.0) + volumes;
        let bytes = rows + maps;
        if bytes <= MOST_RECORD as f64 {
            return Ok(());
        }
        Err(self.error(
            "output",
            &format!(
                "its rows and pictures would take {:.1} GB, and a checkpoint holds {:.1} GB of them",
                bytes / 1e9,
                MOST_RECORD as f64 / 1e9
            ),
            "give a longer output.series_every or output.film_every, or fewer output.map_days",
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::layers::tree::{Layer, Tree};
    use crate::scenario::build::load;

    fn tree(name: &str, text: &str) -> Tree {
        Tree::parse(Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        })
        .unwrap()
    }

    #[test]
    fn what_explains_a_value_is_kept_through_a_run() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let loaded = load(&root.join("scenarios/vicious_cycle_2d.toml"), &[]).unwrap();
        let again = tree("scenario.toml", &loaded.tree.to_toml_with_sources());
        let leaves = |tree: &Tree| -> Vec<(String, String, Option<String>)> {
            let mut all: Vec<_> = tree
                .leaves()
                .into_iter()
                .map(|leaf| (leaf.path, leaf.value, leaf.comment))
                .collect();
            all.sort();
            all
        };
        let (before, after) = (leaves(&loaded.tree), leaves(&again));
        assert_eq!(before.len(), after.len());
        assert!(before.len() > 100);
        for (one, other) in before.iter().zip(&after) {
            assert_eq!((&one.0, &one.1), (&other.0, &other.1));
            let (comment, kept) = (one.2.as_deref().unwrap_or(""), other.2.as_deref().unwrap());
            assert!(kept.starts_with(comment), "{}: {kept}", one.0);
        }
    }
}
