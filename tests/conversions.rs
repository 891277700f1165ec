//! Conversions of signals: what one loses the other gains, whoever carries it out, on any number of threads.

use crate::common::{ended, loaded, on_threads, refusal, simulation};

const SECTION: &str = r#"
name = "pools"
preset = "mouse"
seed = 3

[run]
duration = "3 d"
burn_in = "10 d"

[lattice]
size = [60, 60, 1]
site = "10 um"
section_thickness = "50 um"

[specimen.trabecular]
bv_tv = 0.2
tb_th = "50 um"
tb_sp = "150 um"

[inoculation]
cells = 60
"#;

const POOLS: &str = r#"
[signals.tgf_beta]
active_fraction = 0.25
inactive_form = "tgf_beta_latent"

[signals.tgf_beta_latent]
diffusivity = "30 um2/s"
half_life = "100 min"
plasma = "160 pM"
vessel_exchange = "10 /h"

[conversions.activation]
from = "tgf_beta_latent"
to = "tgf_beta"
everywhere = "0.001 /h"
tumour = { rate = "50 um3/h", raised_by.tgf_beta = { fold = 2, half_max = "8 pM" } }
osteoclast = { rate = "1e5 um3/h" }
lining = { rate = "10 um3/h" }
precursor = { rate = "10 um3/h" }
osteoblast = { rate = "10 um3/h" }

[conversions.uptake]
from = "tgf_beta"
tumour = { rate = "1000 um3/h" }
"#;

fn pools() -> String {
    format!("{SECTION}{POOLS}")
}

#[test]
fn what_one_signal_loses_by_conversion_the_other_gains() {
    // Without a burn-in, for on day 0 bone is given back to its stores.
    let simulation = ended(&pools(), &["run.burn_in=\"0 d\"", "run.duration=\"8 d\""]);
    let signal = |name: &str| simulation.model.signal(name).unwrap();
    let book = |name: &str| simulation.state.ledger.total[signal(name)];
    let (latent, active) = (book("tgf_beta_latent"), book("tgf_beta"));
    assert!(latent.taken_up > 0.0 && active.taken_up > 0.0);
    assert!((latent.taken_up / active.converted - 1.0).abs() < 1e-9);
    // What no cell makes is made by none: only rounding is left of it.
    assert!(active.made.abs() < 1e-5 * active.converted, "{active:?}");
    assert!(latent.made.abs() < 1e-5 * latent.taken_up, "{latent:?}");
    assert!(simulation.state.ledger.worst_signal_residual < 1e-5);
    // Three quarters of what bone set free went into the latent pool.
    let stores = &simulation.state.ledger.stores;
    let at = simulation.state.bone.stores.iter();
    let at = at
        .clone()
        .position(|store| store.signal == signal("tgf_beta"))
        .unwrap();
    assert!(active.released > 0.0);
    assert!(
        (stores[at].released_active / (3.0_f64.recip() * stores[at].released_inactive) - 1.0).abs()
            < 1e-9
    );
    // Dug in the last tick, a release waits for the next spread: the books differ by no more.
    let waiting: f64 = simulation.state.released[signal("tgf_beta_latent")]
        .iter()
        .map(|(_, amol)| amol)
        .sum();
    assert!(((latent.released + waiting) / stores[at].released_inactive - 1.0).abs() < 1e-9);
}

/// Where a rate k holds everywhere and the loss of what is made is l, a steady pool L makes k L / l: summed
/// over the run, k times the integral of L is what was converted.
#[test]
fn a_rate_that_holds_everywhere_makes_what_the_balance_asks_for() {
    let text = format!(
        "{SECTION}{}",
        r#"
[signals.a]
diffusivity = "30 um2/s"
half_life = "10 min"
plasma = "100 pM"
vessel_exchange = "100 /h"

[signals.b]
diffusivity = "100 um2/s"
half_life = "2 min"

[conversions.turn]
from = "a"
to = "b"
everywhere = "0.5 /h"
"#
    );
    let simulation = ended(&text, &["inoculation.cells=0", "run.burn_in=\"1 d\""]);
    let model = &simulation.model;
    let (a, b) = (model.signal("a").unwrap(), model.signal("b").unwrap());
    let state = &simulation.state;
    let (mut rate, mut level) = (0.0, 0.0);
    for site in 0..model.grid.len() {
        if !state.bone.solid[site] {
            rate += 0.5 * f64::from(state.fields_pm[a][site]);
        }
        level += f64::from(state.fields_pm[b][site]);
    }
    let loss = model.parameters.signals["b"].loss_per_h();
    // Steady to the little that bone changes in a tick, and to the solver's tolerance.
    assert!(
        (loss * level / rate - 1.0).abs() < 2e-3,
        "{}",
        loss * level / rate
    );
}

#[test]
fn conversions_give_the_same_bits_on_any_number_of_threads() {
    let digest = |threads| on_threads(threads, || ended(&pools(), &[]).state.digest());
    let one = digest(1);
    assert_eq!(one, digest(3));
    // And they act: without them the state is another.
    assert_ne!(one, ended(SECTION, &[]).state.digest());
}

/// A conversion that no cell carries out at a rate above zero moves no cell and no bone.
#[test]
fn a_conversion_of_rate_zero_changes_nothing_but_its_books() {
    let idle = r#"
[conversions.idle]
from = "igf"
tumour = { rate = "0 um3/h" }
"#;
    let without = ended(SECTION, &[]);
    let with = ended(&format!("{SECTION}{idle}"), &[]);
    assert_eq!(without.state.bone, with.state.bone);
    assert_eq!(without.state.tumour, with.state.tumour);
    assert_eq!(without.state.fields_pm, with.state.fields_pm);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (text, part) in [
        (
            "[conversions.x]\nfrom = \"nothing\"\neverywhere = \"1 /h\"",
            "no signal \"nothing\"",
        ),
        ("[conversions.x]\nfrom = \"igf\"", "nobody carries out"),
        (
            "[conversions.x]\nfrom = \"igf\"\neverywhere = \"1 um\"",
            "conversions.x.everywhere",
        ),
        ("[signals.igf]\ninactive_form = \"igf\"", "no other signal"),
        ("[conversions.x]\nfrom = \"igf\"\nimmune = 1", "immune"),
    ] {
        let said = refusal(&format!("{SECTION}{text}\n"), &[]);
        assert!(said.contains(part), "{said}");
    }
    let said = refusal(&pools(), &["transport.scheme=\"exact\""]);
    assert!(said.contains("the exact tick knows no"), "{said}");
}

#[test]
fn a_signal_that_is_converted_is_not_solved_by_the_exact_tick() {
    let text = format!("{SECTION}[signals.igf]\nbone_factor = 1.0\n");
    let exact = simulation(&text, &[]);
    let igf = exact.model.signal("igf").unwrap();
    assert_eq!(format!("{:?}", exact.model.physics[igf].scheme), "Exact");
    let taken =
        format!("{text}[conversions.x]\nfrom = \"igf\"\ntumour = {{ rate = \"9 um3/h\" }}\n");
    let taken = simulation(&taken, &[]);
    assert_eq!(format!("{:?}", taken.model.physics[igf].scheme), "Implicit");
    assert!(loaded(&pools(), &[]).scenario.conversions.len() == 2);
}

/// A latent ligand that is sensed where it is bound: a cue of its level times a factor acts as the signal
/// itself would at that level.
#[test]
fn a_scaled_cue_acts_as_a_level_that_is_as_much_lower() {
    let sensed = |cue: &str, half: &str| {
        let text = format!(
            "{SECTION}[cues.bound]\nscaled = {{ cue = \"igf\", by = 0.5 }}\n\
             [tumour.division.raised_by.{cue}]\nfold = 1.5\nhalf_max = \"{half}\"\nhill = 1.0\n\
             {}",
            if cue == "igf" {
                ""
            } else {
                "[tumour.division.raised_by.igf]\nfold = 1.0\n"
            }
        );
        let end = ended(&text, &[]);
        (end.state.tumour, end.state.bone)
    };
    assert_eq!(sensed("bound", "1 nM"), sensed("igf", "2 nM"));
}
