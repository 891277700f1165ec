//! A36: same seed, same bits on any number of threads.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::part::{Parts, failed};
use crate::validate::runs::run_one;
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::target::Target;
use std::collections::BTreeSet;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A36",
    finding: "same seed, same bits on any threads",
    class: Class::Arithmetic,
    why: "the program is compared with itself on other threads",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

const SHORT: Arm = Arm {
    name: "same_bits",
    scenario: MOUSE_LESION,
    sets: &[&["run.duration=\"3 d\"", "run.burn_in=\"3 d\""]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let mut digests = BTreeSet::new();
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(failed)?;
        digests.insert(pool.install(|| run_one(parts.scenarios, &SHORT, 1))?.digest);
    }
    parts.push_certain(
        "digests of one seed on 1, 2 and 8 threads that differ",
        "0",
        digests.len() as f64 - 1.0,
        (0.0, 0.0),
    );
    Ok(())
}
