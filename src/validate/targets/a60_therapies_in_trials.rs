//! A60: therapies of lung cancer with bone metastases in virtual trials of 2,000 patients per arm, against published figures of response,
//! pain, events and death. Bands were committed before the mechanisms (docs/trials.md).

use crate::cohort::run::run;
use crate::cohort::summary::{Figure, Summary, summary};
use crate::cohort::trial::Trial;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A60",
    finding: "each therapy of lung cancer does in a trial what it does in patients",
    class: Class::Informed,
    why: "all figures were known when the mechanisms were chosen; those of response to one drug and of pain after 8 Gy were fitted",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

const PEMBROLIZUMAB: &str = include_str!("../../../trials/pembrolizumab_denosumab.toml");
const GEFITINIB: &str = include_str!("../../../trials/gefitinib_egfr.toml");
const SBRT: &str = include_str!("../../../trials/sbrt_conventional.toml");
const CHEMOTHERAPY: &str = include_str!("../../../trials/chemotherapy_zoledronate.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 3] = [1, 2, 3];

/// A figure of a trial and what is claimed of it.
struct Claim {
    what: &'static str,
    published: &'static str,
    class: Class,
    band: (f64, f64),
    of: fn(&Summary) -> Option<f64>,
}

fn share(found: &Summary, arm: &str, name: &str) -> Option<f64> {
    let arm = found.arms.iter().find(|one| one.arm == arm)?;
    Some(100.0 * arm.outcomes.get(name)?.value?)
}

fn death(found: &Summary, arm: &str) -> Option<f64> {
    let of = |one: &Figure| one.value;
    let arm = found.comparisons.iter().find(|one| one.arm == arm)?;
    of(&arm.death_ratio)
}

const OF_PEMBROLIZUMAB: [Claim; 2] = [
    Claim {
        what: "response outside of bone to pembrolizumab, %",
        published: "19.4 (Garon 2015)",
        class: Class::Fitted,
        band: (12.0, 28.0),
        of: |found| share(found, "pembrolizumab", "response_soft"),
    },
    Claim {
        what: "response in bone over that outside, pembrolizumab",
        published: "below 1 (Landi 2019)",
        class: Class::Informed,
        band: (0.0, 1.0),
        of: |found| {
            let bone = share(found, "pembrolizumab", "response_bone")?;
            Some(bone / share(found, "pembrolizumab", "response_soft")?)
        },
    },
];

const OF_MUTANT: [Claim; 1] = [Claim {
    what: "response outside of bone to gefitinib, EGFR mutant, %",
    published: "70 (Petrelli 2012), 71 (Mok 2009)",
    class: Class::Fitted,
    band: (60.0, 82.0),
    of: |found| share(found, "gefitinib", "response_soft"),
}];

const OF_WILD: [Claim; 1] = [Claim {
    what: "the same, EGFR wild type, %",
    published: "1.1 (Mok 2009)",
    class: Class::Informed,
    band: (0.0, 10.0),
    of: |found| share(found, "gefitinib", "response_soft"),
}];

const OF_RADIATION: [Claim; 4] = [
    Claim {
        what: "pain relieved by 8 Gy once, %",
        published: "60 (Chow 2012)",
        class: Class::Fitted,
        band: (50.0, 72.0),
        of: |found| share(found, "single_8", "pain_response"),
    },
    Claim {
        what: "pain gone after 8 Gy once, %",
        published: "23 (Chow 2012)",
        class: Class::Fitted,
        band: (15.0, 33.0),
        of: |found| share(found, "single_8", "pain_complete_response"),
    },
    Claim {
        what: "pain gone, 24 Gy in 2 less 20 Gy in 5, points",
        published: "21 (Sahgal 2021); none by 16 to 18 Gy once (Ryu 2023)",
        class: Class::Informed,
        band: (0.0, 35.0),
        of: |found| {
            let sbrt = share(found, "sbrt_24_2", "pain_complete_response")?;
            Some(sbrt - share(found, "five_20", "pain_complete_response")?)
        },
    },
    Claim {
        what: "irradiated again, 8 Gy once over 20 Gy in 5",
        published: "20 over 8 % (Chow 2012)",
        class: Class::Informed,
        band: (1.2, 4.0),
        of: |found| {
            let once = share(found, "single_8", "radiation_of_painful_lesion")?;
            Some(once / share(found, "five_20", "radiation_of_painful_lesion")?)
        },
    },
];

const OF_CHEMOTHERAPY: [Claim; 3] = [
    Claim {
        what: "response outside of bone to cisplatin and pemetrexed, %",
        published: "30.6 (Scagliotti 2008)",
        class: Class::Fitted,
        band: (20.0, 40.0),
        of: |found| share(found, "chemotherapy", "response_soft"),
    },
    Claim {
        what: "hazard ratio of death, chemotherapy over supportive care",
        published: "0.77 (0.71 to 0.83) (NSCLC08)",
        class: Class::Informed,
        band: (0.60, 0.92),
        of: |found| death(found, "chemotherapy"),
    },
    Claim {
        what: "hazard ratio of death, zoledronate beside chemotherapy over chemotherapy",
        published: "denosumab: 0.96, 1.02 with bone metastases (Peters 2020)",
        class: Class::Informed,
        band: (0.80, 1.10),
        of: |found| Some(death(found, "both")? / death(found, "chemotherapy")?),
    },
];

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let lines = "[lines]\nadenocarcinoma = 0.5\nadenocarcinoma_egfr = 0.5\n";
    let of_line = |line: &str| format!("line = \"{line}\"\n{}", GEFITINIB.replace(lines, ""));
    judge(parts, PEMBROLIZUMAB, &OF_PEMBROLIZUMAB)?;
    judge(parts, &of_line("adenocarcinoma_egfr"), &OF_MUTANT)?;
    judge(parts, &of_line("adenocarcinoma"), &OF_WILD)?;
    judge(parts, SBRT, &OF_RADIATION)?;
    judge(parts, CHEMOTHERAPY, &OF_CHEMOTHERAPY)
}

/// Runs a trial with every seed and gives each claim its figure.
fn judge(parts: &mut Parts<'_>, text: &str, claims: &[Claim]) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let cohorts: Vec<Summary> = SEEDS
        .into_iter()
        .map(|seed| {
            let trial = Trial::parse("trial.toml", text, None, Some(seed))
                .map_err(|found| failed(found.render(false)))?;
            let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
            Ok(summary(&trial, &results))
        })
        .collect::<Result<_, ValidationError>>()?;
    for claim in claims {
        // A figure that a cohort does not have is no number: missed.
        let values: Vec<f64> = cohorts
            .iter()
            .map(|found| (claim.of)(found).unwrap_or(f64::NAN))
            .collect();
        let part = parts.push(claim.what, claim.published, spread(&values), claim.band);
        part.of_class(claim.class);
    }
    Ok(())
}
