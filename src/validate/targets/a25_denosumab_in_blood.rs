//! A25: levels of denosumab in blood, 120 mg every four weeks: trough at steady state, day of the peak, accumulation (label).

use crate::validate::ValidationError;
use crate::validate::blood::levels;
use crate::validate::class::Class;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A25",
    finding: "levels of denosumab in blood",
    class: Class::Fitted,
    why: "volumes, clearances and uptake of denosumab were chosen by these figures of the label",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const DOSES: usize = 9;
    let levels = levels(
        "drug = \"denosumab\"\ndose = \"120 mg\"\nroute = \"subcutaneous\"\ninterval = \"28 d\"",
        28 * DOSES as u32,
    )?;
    let trough = levels.trough(28 * DOSES);
    parts.push_certain(
        "denosumab, trough of the ninth dose, ug/mL",
        "20.5 +- 13.5",
        trough,
        (15.0, 26.0),
    );
    parts.push_certain(
        "denosumab, day of the first peak",
        "10",
        levels.peak(0, 28).0,
        (7.0, 14.0),
    );
    parts.push_certain(
        "denosumab, accumulation of troughs",
        "up to 2.8",
        trough / levels.trough(28),
        (1.8, 2.8),
    );
    Ok(())
}
