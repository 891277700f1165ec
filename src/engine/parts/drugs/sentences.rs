//! Courses of drugs as sentences.

use crate::engine::parts::part::Values;

/// What is given, how much, and when.
pub(super) fn sentences(values: &Values<'_>) -> Vec<String> {
    let drugs = values.iter().filter_map(|(path, drug)| {
        let name = path.strip_prefix("therapy.")?.strip_suffix(".drug")?;
        Some((name, drug))
    });
    drugs
        .map(|(name, drug)| {
            let get = |key: &str| {
                values
                    .get(format!("therapy.{name}.{key}").as_str())
                    .copied()
            };
            let condition = |key: &str| {
                let prefix = format!("therapy.{name}.{key}.");
                values.iter().find_map(|(path, limit)| {
                    let cue = path.strip_prefix(prefix.as_str())?.replace('_', " ");
                    let cue = cue.replace("bv tv", "BV/TV");
                    Some(match path.rsplit('.').next() {
                        Some("bv_tv_falls" | "bv_tv_rises") => {
                            format!("{cue} by {limit} of day 0")
                        }
                        Some("hypercalcaemia_grade") => format!("{cue} is {limit} or more"),
                        Some("tumour_cells_above") => {
                            format!("there are more than {limit} tumour cells")
                        }
                        Some("tumour_cells_below") => {
                            format!("there are fewer than {limit} tumour cells")
                        }
                        _ => format!("{} {limit}", cue.replacen(' ', " is ", 1)),
                    })
                })
            };
            let start = match condition("start_when") {
                Some(when) => format!("from the day on which {when}"),
                None => format!("from {} on", get("start").unwrap_or("day 0")),
            };
            let mut text = format!(
                "Course {name} gives {} of {drug}, {}, {start}",
                get("dose").unwrap_or("a dose"),
                get("route").unwrap_or("by some route")
            );
            if let Some(time) = get("not_before") {
                text = format!("{text}, not before {time}");
            }
            text = match get("interval") {
                Some(interval) => format!("{text}, every {interval}"),
                None => format!("{text}, once"),
            };
            if let Some(number) = get("number") {
                text = format!("{text}, {number} times");
            }
            if let Some(stop) = get("stop") {
                text = format!("{text}, until {stop}");
            }
            if let Some(when) = condition("stop_when") {
                text = format!("{text}, until the day on which {when}");
            }
            if get("holidays").is_some() {
                text += ", with holidays";
            }
            text + "."
        })
        .collect()
}
