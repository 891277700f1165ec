//! `[output.volumes]` of a scenario: whether it makes sense, and its days.

use crate::layers::diagnostic::Diagnostics;
use crate::observe::sites::names;
use crate::scenario::build::Loaded;
use crate::scenario::volumes::VolumeFormat;

impl Loaded {
    /// Days of the volumes of this run.
    pub fn volume_days(&self) -> Vec<f64> {
        let scenario = &self.scenario;
        let run = &scenario.run;
        let arm = scenario.arm.as_ref().and_then(|arm| scenario.arms.get(arm));
        let volumes = scenario.output.volumes.iter();
        volumes
            .flat_map(|it| it.moments(run.duration, run.tick, arm.map(|arm| arm.at)))
            .collect()
    }

    /// Volumes: at times that there are, of fields that there are.
    pub(super) fn check_volumes(&self, found: &mut Diagnostics) {
        let Some(volumes) = &self.scenario.output.volumes else {
            return;
        };
        let mut wrong = |key: &str, message: &str, help: &str| {
            found.push(self.error(&format!("output.volumes{key}"), message, help));
        };
        let tick = self.scenario.run.tick;
        let ticks = |hours: f64| hours / tick.get();
        if volumes.every.is_none() && volumes.days.is_empty() {
            wrong(
                "",
                "found neither an interval nor days",
                "give every or days",
            );
        }
        if let Some(every) = volumes.every {
            let at = ticks(every.get());
            if !(at > 0.5 && (at - at.round()).abs() < 1e-6) {
                wrong(
                    ".every",
                    &format!("found {every}"),
                    &format!("give whole ticks of run.tick = {tick}"),
                );
            }
        }
        for (index, &day) in volumes.days.iter().enumerate() {
            let at = ticks(24.0 * day);
            let key = format!(".days[{index}]");
            let before = &volumes.days[..index];
            if day.is_nan() || day < 0.0 {
                wrong(&key, &format!("found {day}"), "give days from 0 on");
            } else if (at - at.round()).abs() > 1e-6 {
                wrong(
                    &key,
                    &format!("found day {day}, which lies between two ticks"),
                    &format!("give days that are whole ticks of run.tick = {tick}"),
                );
            } else if before
                .iter()
                .any(|&one| (ticks(24.0 * one) - at).abs() < 0.5)
            {
                let message = format!("found day {day} a second time");
                wrong(&key, &message, "name each day once");
            }
        }
        if volumes.formats.is_empty() {
            let all = VolumeFormat::ALL.map(VolumeFormat::name).join(", ");
            wrong(
                ".formats",
                "found none",
                &format!("give one or more of {all}"),
            );
        }
        for (index, format) in volumes.formats.iter().enumerate() {
            if volumes.formats[..index].contains(format) {
                let message = format!("found {:?} a second time", format.name());
                wrong(&format!(".formats[{index}]"), &message, "name each once");
            }
        }
        let allowed = names(&self.scenario.parameters().signal_names());
        for (index, name) in volumes.fields.iter().enumerate() {
            let key = format!(".fields[{index}]");
            if !allowed.contains(name) {
                let help = format!("give one of {}", allowed.join(", "));
                wrong(&key, &format!("found {name:?}"), &help);
            } else if volumes.fields[..index].contains(name) {
                let message = format!("found {name:?} a second time");
                wrong(&key, &message, "name each once");
            }
        }
        let mut formats = volumes.formats.iter();
        if !volumes.fields.is_empty() && !formats.any(|format| format.has_fields()) {
            wrong(
                ".fields",
                "found fields, and no format that holds any",
                "add vti, zarr or nifti to formats, or remove fields",
            );
        }
    }
}
