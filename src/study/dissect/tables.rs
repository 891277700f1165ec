//! The tables of a dissection. What has no value is `NaN`: the interval of a single seed.

use std::fmt::Write as _;

use crate::output::sheet::Kind;
use crate::output::table::quoted;
use crate::statistics::estimate::Estimate;
use crate::statistics::replicates::mean_interval;
use crate::study::dissect::gain::{Gain, over_time};
use crate::study::dissect::runs::Course;
use crate::study::dissect::silent::{SILENT, shares};
use crate::study::dissect::{Dissection, Role};

/// Columns of words, by these names in any table of a dissection.
const WORDS: [&str; 8] = [
    "link", "action", "rate", "kind", "cue", "half_max", "reason", "key",
];

/// What a column of a table of a dissection holds.
pub(super) fn kind(file: &str, column: &str) -> Kind {
    let is_words = WORDS.contains(&column) || (file == "settings.csv" && column == "value");
    if is_words { Kind::Text } else { Kind::Number }
}

/// Columns of a figure with its interval.
fn heads(names: &[&str]) -> String {
    let heads = names
        .iter()
        .map(|name| format!("{name},{name}_low,{name}_high"));
    heads.collect::<Vec<_>>().join(",")
}

fn cells(estimates: &[Estimate]) -> String {
    let cells = estimates
        .iter()
        .map(|one| format!("{},{},{}", one.value, one.low, one.high));
    cells.collect::<Vec<_>>().join(",")
}

/// A figure over seeds.
pub(super) fn over(courses: &[Course], figure: fn(&Course) -> f64) -> Estimate {
    let values: Vec<f64> = courses.iter().map(figure).collect();
    mean_interval(&values)
}

/// A figure less that of the full loop, seed by seed.
pub(super) fn against(full: &[Course], courses: &[Course], figure: fn(&Course) -> f64) -> Estimate {
    let pairs = courses.iter().zip(full);
    let values: Vec<f64> = pairs
        .map(|(one, full)| figure(one) - figure(full))
        .collect();
    mean_interval(&values)
}

/// Figures of the tables of links.
const FIGURES: [fn(&Course) -> f64; 3] = [
    |course| course.loss,
    |course| course.tumour,
    |course| course.osteoclasts,
];

impl Dissection<'_> {
    /// Link and action of each variant that is one, the full loop first as `none` and `full`.
    fn links(&self) -> impl Iterator<Item = (&'static str, &'static str, &[Course])> {
        let variants = self.plan.variants.iter().zip(&self.courses);
        variants.filter_map(|(variant, courses)| match variant.role {
            Role::Full => Some(("none", "full", courses.as_slice())),
            Role::Link(link, action) => Some((link, action, courses.as_slice())),
            Role::Sensed(_) | Role::Point(_) => None,
        })
    }

    /// The gain over time; none where no rate of the tumour senses TGF-beta.
    pub(super) fn gain(&self) -> Vec<Gain> {
        let runs = [Role::Full, Role::Sensed(0), Role::Sensed(1)].map(|role| self.of(role));
        match runs {
            [Some(full), Some(half), Some(double)] => over_time([full, half, double]),
            _ => Vec::new(),
        }
    }
}

/// Names and texts of all tables.
pub(super) fn all(found: &Dissection<'_>) -> Vec<(&'static str, String)> {
    let names = ["loss", "tumour", "osteoclasts"];
    let mut dissect = format!("link,action,{}\n", heads(&names));
    let mut differences = dissect.clone();
    let full = found.courses.first().map_or(&[][..], Vec::as_slice);
    // Writing to a string cannot fail.
    for (link, action, courses) in found.links() {
        let own = FIGURES.map(|figure| over(courses, figure));
        let _ = writeln!(dissect, "{link},{action},{}", cells(&own));
        let paired = FIGURES.map(|figure| against(full, courses, figure));
        let _ = writeln!(differences, "{link},{action},{}", cells(&paired));
    }
    let mut gain = format!(
        "time_d,{},tgf_beta_pm,tgf_beta_half_sensed_pm,tgf_beta_double_sensed_pm\n",
        heads(&["gain"])
    );
    for one in found.gain() {
        let [full, half, double] = one.levels_pm;
        let _ = writeln!(
            gain,
            "{},{},{full},{half},{double}",
            one.day,
            cells(&[one.gain])
        );
    }
    let mut couplings = String::from("rate,kind,cue,half_max,highest_share\n");
    let mut silent = couplings.clone();
    for (coupling, share) in shares(&found.plan.couplings, &found.highest) {
        let texts = [
            &coupling.rate,
            &coupling.kind,
            &coupling.cue,
            &coupling.half_max,
        ];
        let texts = texts.map(|text| quoted(text)).join(",");
        let line = format!("{texts},{share}\n");
        couplings.push_str(&line);
        if share <= SILENT {
            silent.push_str(&line);
        }
    }
    let mut left_out = String::from("link,action,reason\n");
    for one in &found.plan.left_out {
        let action = one.action.map_or("all", |action| action.name());
        let _ = writeln!(left_out, "{},{action},{}", one.link, quoted(&one.reason));
    }
    let mut settings = String::from("link,action,key,value\n");
    for variant in &found.plan.variants {
        let (link, action) = match variant.role {
            Role::Full | Role::Point(_) => continue,
            Role::Link(link, action) => (link, action),
            Role::Sensed(place) => ("tgf_beta_sensed", ["half", "double"][place]),
        };
        for (key, value) in &variant.sets {
            // As `--set KEY=VALUE` takes it.
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let [key, value] = [key, &text].map(|text| quoted(text));
            let _ = writeln!(settings, "{link},{action},{key},{value}");
        }
    }
    let mut tables = vec![
        ("dissect.csv", dissect),
        ("dissect_differences.csv", differences),
        ("gain.csv", gain),
        ("silent.csv", silent),
        ("couplings.csv", couplings),
        ("left_out.csv", left_out),
        ("settings.csv", settings),
    ];
    tables.extend(map(found).map(|map| ("map.csv", map)));
    tables
}

/// The table of the map: the parameters under their paths, with the unit behind where there is one.
fn map(found: &Dissection<'_>) -> Option<String> {
    let map = found.plan.asked.map.as_ref()?;
    let head = map.axes.each_ref().map(|axis| match axis.unit() {
        "" => quoted(&axis.path),
        unit => quoted(&format!("{} [{unit}]", axis.path)),
    });
    let mut text = format!("{},{}\n", head.join(","), heads(&["loss", "tumour"]));
    for point in 0..map.points() {
        let courses = found.of(Role::Point(point))?;
        let places = [point % map.steps, point / map.steps];
        for (axis, place) in map.axes.iter().zip(places) {
            let _ = write!(text, "{},", axis.cell(&map.value(axis, place)));
        }
        let figures = [FIGURES[0], FIGURES[1]].map(|figure| over(courses, figure));
        let _ = writeln!(text, "{}", cells(&figures));
    }
    Some(text)
}
