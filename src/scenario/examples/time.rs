//! About how long an example takes.

/// Orders of magnitude of the wall time of a release build on one core of a server. Seven sections, health, hypercalcaemia and the
/// main scenarios were timed; the others are guessed from their size. On the machine at hand `howship check FILE` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Takes {
    /// Less than 20 s.
    Seconds,
    /// 20 s to 2 min.
    AMinute,
    /// 2 to 20 min.
    Minutes,
    /// 20 min to 2 h.
    AnHour,
    /// Longer.
    Hours,
}

impl Takes {
    /// In words, for a table.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::AMinute => "a minute",
            Self::Minutes => "minutes",
            Self::AnHour => "an hour",
            Self::Hours => "hours",
        }
    }
}

/// What each took; trials apart.
const TIMES: &[(&str, Takes)] = &[
    ("scenarios/c4_2b.toml", Takes::Seconds),
    ("scenarios/clones.toml", Takes::Seconds),
    ("scenarios/colonisation.toml", Takes::Seconds),
    ("scenarios/cortical.toml", Takes::Minutes),
    ("scenarios/cytokines.toml", Takes::Seconds),
    ("scenarios/fracture_risk.toml", Takes::Minutes),
    ("scenarios/hara.toml", Takes::Seconds),
    ("scenarios/healthy_human.toml", Takes::Minutes),
    ("scenarios/healthy_mouse.toml", Takes::AMinute),
    ("scenarios/hypercalcaemia.toml", Takes::AMinute),
    ("scenarios/immune.toml", Takes::Seconds),
    ("scenarios/living_bone.toml", Takes::Seconds),
    ("scenarios/mouse_tibia.toml", Takes::AMinute),
    ("scenarios/no_pthrp.toml", Takes::Seconds),
    ("scenarios/no_tgf_beta_release.toml", Takes::Seconds),
    ("scenarios/opg_null.toml", Takes::AMinute),
    ("scenarios/patient.toml", Takes::Minutes),
    ("scenarios/patient_arms.toml", Takes::Minutes),
    ("scenarios/patient_holiday.toml", Takes::Minutes),
    ("scenarios/patient_lesion.toml", Takes::Minutes),
    ("scenarios/pc3.toml", Takes::Seconds),
    ("scenarios/rankl_null.toml", Takes::AMinute),
    ("scenarios/reference.toml", Takes::Seconds),
    ("scenarios/scanned_lesion.toml", Takes::AMinute),
    ("scenarios/therapy/anti_ctla_4.toml", Takes::Seconds),
    ("scenarios/therapy/anti_pd_1.toml", Takes::Seconds),
    ("scenarios/therapy/anti_pthrp.toml", Takes::Seconds),
    ("scenarios/therapy/anti_pthrp_late.toml", Takes::Seconds),
    ("scenarios/therapy/anti_tgf_beta.toml", Takes::Seconds),
    ("scenarios/therapy/anti_tgf_beta_late.toml", Takes::Seconds),
    ("scenarios/therapy/carboplatin.toml", Takes::Minutes),
    ("scenarios/therapy/chemotherapy.toml", Takes::Seconds),
    ("scenarios/therapy/chemotherapy_late.toml", Takes::Seconds),
    (
        "scenarios/therapy/chemotherapy_resistant.toml",
        Takes::Seconds,
    ),
    (
        "scenarios/therapy/chemotherapy_zoledronate.toml",
        Takes::Seconds,
    ),
    ("scenarios/therapy/denosumab.toml", Takes::Seconds),
    (
        "scenarios/therapy/denosumab_anti_ctla_4.toml",
        Takes::Seconds,
    ),
    ("scenarios/therapy/denosumab_anti_pd_1.toml", Takes::Seconds),
    ("scenarios/therapy/denosumab_late.toml", Takes::Seconds),
    ("scenarios/therapy/docetaxel.toml", Takes::Seconds),
    ("scenarios/therapy/galunisertib.toml", Takes::Seconds),
    ("scenarios/therapy/gefitinib.toml", Takes::Seconds),
    (
        "scenarios/therapy/gefitinib_chemotherapy.toml",
        Takes::Seconds,
    ),
    (
        "scenarios/therapy/gefitinib_resistant_before.toml",
        Takes::Seconds,
    ),
    (
        "scenarios/therapy/gefitinib_resistant_by_mutation.toml",
        Takes::Seconds,
    ),
    ("scenarios/therapy/gefitinib_wild_type.toml", Takes::Seconds),
    ("scenarios/therapy/opg_fc.toml", Takes::Seconds),
    ("scenarios/therapy/opg_fc_late.toml", Takes::Seconds),
    ("scenarios/therapy/radiotherapy_8gy.toml", Takes::Seconds),
    ("scenarios/therapy/radiotherapy_sbrt.toml", Takes::Seconds),
    ("scenarios/therapy/sbrt_zoledronate.toml", Takes::Seconds),
    ("scenarios/therapy/zoledronate.toml", Takes::Seconds),
    ("scenarios/therapy/zoledronate_healthy.toml", Takes::Seconds),
    ("scenarios/therapy/zoledronate_holiday.toml", Takes::Seconds),
    ("scenarios/therapy/zoledronate_late.toml", Takes::Seconds),
    (
        "scenarios/therapy/zoledronate_when_bone_falls.toml",
        Takes::Seconds,
    ),
    ("scenarios/two_pools.toml", Takes::Seconds),
    ("scenarios/vicious_cycle.toml", Takes::Minutes),
    ("scenarios/vicious_cycle_2d.toml", Takes::Seconds),
    ("studies/anti_pthrp_dose.toml", Takes::Minutes),
    ("studies/lesion_calibration.toml", Takes::Hours),
    ("studies/lesion_sensitivity.toml", Takes::Hours),
    ("studies/parameter_weight.toml", Takes::Hours),
    ("studies/pthrp_tgf_beta_map.toml", Takes::AnHour),
    ("studies/small/anti_pthrp_dose.toml", Takes::Seconds),
    ("studies/small/lesion_calibration.toml", Takes::Minutes),
    ("studies/small/lesion_sensitivity.toml", Takes::AMinute),
    ("studies/small/pthrp_tgf_beta_map.toml", Takes::Seconds),
];

/// About how long an example takes; none where nobody timed it.
pub(super) fn of(file: &str) -> Option<Takes> {
    let found = TIMES.iter().find(|(name, _)| *name == file);
    let timed = found.map(|&(_, takes)| takes);
    // Patients of trials are no lattices: 200 of them in two arms take a second, 2,000 some ten.
    timed.or_else(|| match file.split('/').collect::<Vec<_>>()[..] {
        ["trials", "small", _] => Some(Takes::Seconds),
        ["trials", ..] => Some(Takes::AMinute),
        _ => None,
    })
}
