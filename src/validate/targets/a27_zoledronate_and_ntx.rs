//! A27: zoledronate lowers urinary NTX by 60 to 70 % within four weeks, and less than denosumab; by 68 % at three months
//! (Stopeck 2010; Henry 2011).

use super::a26_denosumab_and_ntx::{DENOSUMAB, change_of_ntx, ntx_of_blocks};
use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::figure::{Figure, paired, spread};
use crate::validate::part::{NO_BAND, Parts};
use crate::validate::scenarios::HUMAN_SKELETON;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A27",
    finding: "zoledronate lowers the marker, and less",
    class: Class::Fitted,
    why: "the strength of zoledronate inside of osteoclasts was chosen by three figures of NTX, these two among them",
    arms: &[DENOSUMAB, ZOLEDRONATE],
    quick: true,
    measure,
    picture: None,
};

const ZOLEDRONATE: Arm = Arm {
    name: "skeleton_zoledronate",
    scenario: HUMAN_SKELETON,
    sets: &[&[
        "therapy.course.drug=\"zoledronate\"",
        "therapy.course.dose=\"4 mg\"",
        "therapy.course.route=\"intravenous\"",
        "therapy.course.infusion=\"15 min\"",
        "therapy.course.interval=\"28 d\"",
    ]],
    every_d: 7.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let zoledronate = change_of_ntx(parts.of(&ZOLEDRONATE)?, 28.0);
    parts
        .push(
            "urinary NTX under zoledronate, day 28, %",
            "-60 to -70",
            zoledronate,
            (-80.0, -50.0),
        )
        .against(0.0)
        .of_range(-70.0, -60.0);
    let (one, off_one) = ntx_of_blocks(parts.of(&ZOLEDRONATE)?, 28.0);
    let (other, off_other) = ntx_of_blocks(parts.of(&DENOSUMAB)?, 28.0);
    let apart = spread(&paired(&off_one, &off_other));
    parts
        .push(
            "points by which denosumab lowers NTX more, day 28",
            "14",
            Figure::about(one - other, apart.sd, off_one.len()).scaled(100.0),
            (5.0, 25.0),
        )
        .against(0.0);
    for (day, published) in [(7.0, ""), (91.0, "-68")] {
        let change = change_of_ntx(parts.of(&ZOLEDRONATE)?, day);
        parts.push(
            &format!("urinary NTX under zoledronate, day {day}, %"),
            published,
            change,
            NO_BAND,
        );
    }
    Ok(())
}
