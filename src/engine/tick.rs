//! One tick: the table of contents of the model.
//!
//! | phase | reads | writes |
//! |---|---|---|
//! | dose | calendar, drugs in the body | levels of drugs, drug on bone |
//! | irradiate | calendar, cells | doomed and killed cells, supply of progenitors |
//! | secrete and spread | cells, bone, released factors | signals |
//! | bind and sense | signals, surface | free levels, RANK occupancy |
//! | propose | a frozen picture | one fate per cell |
//! | osteoclasts act, hour by hour | bone | bone, released factors |
//! | commit | fates, ranks | cells, bone |
//! | immune cells act, hour by hour | tumour, signals | immune cells, tumour cells |
//! | on day 0 | ledger of the burn-in | bone, as much as the burn-in holds open |
//! | once a day | bone, ledger | mineral, stores, arrest; rigidity; strength; strain of bone; the body of the patient; courses that begin or end by a condition |
//! | check | state | a fault, or nothing |

use crate::numerics::parallel::both;
use crate::numerics::parallel::prelude::*;

use crate::engine::apart::apart;
use crate::engine::commit::{commit, daily};
use crate::engine::day_zero;
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::osteoclasts;
use crate::engine::parts::drugs::conditions;
use crate::engine::parts::drugs::dose::dose;
use crate::engine::parts::immune::act as immune;
use crate::engine::parts::mechanostat;
use crate::engine::parts::patient::body as patient;
use crate::engine::parts::radiation::irradiate::irradiate;
use crate::engine::parts::rigidity;
use crate::engine::parts::strength;
use crate::engine::propose::{self, propose};
use crate::engine::scratch::Scratch;
use crate::engine::secrete::{bind, find_surface, spread};
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;

/// Largest relative residual of a signal's book in a tick.
pub const SIGNAL_TOLERANCE: f64 = 1e-5;
/// Largest relative residual of a store's book.
pub const STORE_TOLERANCE: f64 = 1e-9;

/// A phase of a tick, as the table above names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The sites of the surface are found.
    Surface,
    /// Doses are given, radiation harms, immune cells are seen.
    Treat,
    /// Signals are made and spread.
    Spread,
    /// Signals bind.
    Bind,
    /// Every cell asks for one thing.
    Propose,
    /// Osteoclasts act, beside the tumour cells that ask: what is left of it when these are done.
    Osteoclasts,
    /// What was asked for is done.
    Commit,
    /// Immune cells act.
    Immune,
    /// What is due once a day, checks included.
    Daily,
}

impl Phase {
    /// All phases in their order, with their names.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Surface, "surface"),
        (Self::Treat, "treat"),
        (Self::Spread, "spread"),
        (Self::Bind, "bind"),
        (Self::Propose, "propose"),
        (Self::Osteoclasts, "osteoclasts"),
        (Self::Commit, "commit"),
        (Self::Immune, "immune"),
        (Self::Daily, "daily"),
    ];
}

/// Takes the state one tick on.
///
/// # Errors
/// A [`Fault`] that names the quantity, the site and the tick; the state is then not to be used.
pub fn tick(model: &Model, state: &mut State, scratch: &mut Scratch) -> Result<(), Fault> {
    tick_watched(model, state, scratch, |_| {})
}

/// A [`tick`] that tells when each phase is over, to those who measure: the engine reads no clock.
///
/// # Errors
/// Those of [`tick`].
pub fn tick_watched(
    model: &Model,
    state: &mut State,
    scratch: &mut Scratch,
    mut is_over: impl FnMut(Phase) + Send,
) -> Result<(), Fault> {
    find_surface(model, state, scratch);
    is_over(Phase::Surface);
    dose(model, state, scratch)?;
    irradiate(model, state, scratch);
    immune::look(model, state, scratch);
    is_over(Phase::Treat);
    spread(model, state, scratch)?;
    is_over(Phase::Spread);
    bind(model, state, scratch)?;
    is_over(Phase::Bind);
    immune::look(model, state, scratch);
    let mut proposals = propose(model, state, scratch);
    // Osteoclasts act one after the other; so all other threads ask the tumour cells meanwhile.
    let (mut at_bone, frozen) = apart(model, state, scratch);
    let (asked, ()) = both(
        || {
            let mut asked = propose::tumour(model, frozen);
            is_over(Phase::Propose);
            asked.rank();
            asked
        },
        || osteoclasts::act(model, &mut at_bone),
    );
    proposals.tumour = asked;
    is_over(Phase::Osteoclasts);
    commit(model, state, scratch, proposals);
    is_over(Phase::Commit);
    immune::act(model, state, scratch);
    is_over(Phase::Immune);
    patient::expose(model, state);
    state.tick += 1;
    // From the tick and not by adding up, so that no round-off gathers.
    state.time_h = f64::from(state.tick) * model.tick_h + state.start_h;
    if is_day_boundary(state.time_h) {
        daily(model, state);
        if state.time_h.abs() < 1e-6 {
            day_zero::give_back(model, state)?;
        }
        rigidity::follow(model, state)?;
        strength::follow(model, state)?;
        mechanostat::follow(model, state)?;
        patient::follow(model, state)?;
        conditions::look(model, state);
        check_day(model, state)?;
    }
    check_books(model, state)?;
    is_over(Phase::Daily);
    Ok(())
}

fn is_day_boundary(time_h: f64) -> bool {
    let days = time_h / 24.0;
    (days - days.round()).abs() < 1e-6
}

fn check_books(model: &Model, state: &State) -> Result<(), Fault> {
    for (signal, book) in state.ledger.tick.iter().enumerate() {
        let residual = book.residual();
        if residual.is_nan() || residual > SIGNAL_TOLERANCE {
            return Err(Fault::Ledger {
                substance: model.signals[signal].clone(),
                tick: state.tick,
                residual,
                allowed: SIGNAL_TOLERANCE,
            });
        }
    }
    Ok(())
}

/// The checks that cost most, once a day: every value finite and not negative, every cell where it is said to
/// be, every store's book closed.
fn check_day(model: &Model, state: &mut State) -> Result<(), Fault> {
    check_values(model, state)?;
    for store in 0..state.bone.stores.len() {
        let amounts = &state.bone.stores[store].amol;
        let stored = ordered_sum(amounts.len(), |site| amounts[site]);
        let residual = state.ledger.stores[store].residual(stored);
        state.ledger.worst_store_residual = state.ledger.worst_store_residual.max(residual);
        if residual.is_nan() || residual > STORE_TOLERANCE {
            return Err(Fault::Ledger {
                substance: format!(
                    "{} in the matrix",
                    model.signals[state.bone.stores[store].signal]
                ),
                tick: state.tick,
                residual,
                allowed: STORE_TOLERANCE,
            });
        }
    }
    Ok(())
}

/// Every value finite and not negative, every cell where it is said to be.
pub(crate) fn check_values(model: &Model, state: &State) -> Result<(), Fault> {
    for (signal, field) in state.fields_pm.iter().enumerate() {
        not_negative(
            model,
            state,
            &format!("the level of {} (pM)", model.signals[signal]),
            field,
        )?;
    }
    not_negative(model, state, "the matrix share", &state.bone.matrix)?;
    not_negative(model, state, "the osteoid share", &state.bone.osteoid)?;
    not_negative(model, state, "drug on bone (amol)", &state.bone.drug_amol)?;
    check_occupancy(model, state)
}

fn not_negative(model: &Model, state: &State, quantity: &str, values: &[f32]) -> Result<(), Fault> {
    const PIECE: usize = 65_536;
    let fits = |value: f32| (0.0..=f32::MAX).contains(&value);
    // Without an early end inside a piece, so that many values are looked at at once.
    let all_fit = values
        .par_chunks(PIECE)
        .all(|piece| piece.iter().fold(true, |all, &value| all & fits(value)));
    let wrong = if all_fit {
        None
    } else {
        values.iter().position(|&value| !fits(value))
    };
    match wrong {
        None => Ok(()),
        Some(site) => {
            let [x, y, z] = model.grid.place(site);
            Err(Fault::BadValue {
                quantity: quantity.to_owned(),
                value: f64::from(values[site]),
                x,
                y,
                z,
                tick: state.tick,
            })
        }
    }
}

/// Every site holds as many tumour cells as are said to be there. Sums of a hash of the sites, which do
/// not depend on the order, say whether; if they differ, cells are counted one by one.
fn check_counts(
    state: &State,
    clash: &impl Fn(&'static str, usize, u64, u64) -> Fault,
) -> Result<(), Fault> {
    const PIECE: usize = 16_384;
    // Steps of the golden ratio, turned over by their high bits (Steele et al. 2014).
    let hash = |site: u64| {
        let mixed = (site + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    };
    let cells: Vec<u64> = (state.tumour.site.par_chunks(PIECE))
        .map(|sites| {
            let hashes = sites.iter().map(|&site| hash(site.into()));
            hashes.fold(0, u64::wrapping_add)
        })
        .collect();
    let sites: Vec<u64> = (state.occupancy.tumour.par_chunks(PIECE))
        .enumerate()
        .map(|(piece, counts)| {
            let of = |(at, &count): (usize, &u16)| {
                hash((piece * PIECE + at) as u64).wrapping_mul(count.into())
            };
            let hashes = counts.iter().enumerate().map(of);
            hashes.fold(0, u64::wrapping_add)
        })
        .collect();
    let sum = |parts: Vec<u64>| parts.into_iter().fold(0, u64::wrapping_add);
    if sum(cells) == sum(sites) {
        return Ok(());
    }
    let mut counted = vec![0_u16; state.occupancy.tumour.len()];
    for &site in &state.tumour.site {
        counted[site as usize] = counted[site as usize].saturating_add(1);
    }
    let recorded = &state.occupancy.tumour;
    let differs = (0..counted.len()).find(|&at| counted[at] != recorded[at]);
    differs.map_or(Ok(()), |site| {
        let (counted, recorded) = (counted[site].into(), recorded[site].into());
        Err(clash("tumour cells", site, counted, recorded))
    })
}

fn check_occupancy(model: &Model, state: &State) -> Result<(), Fault> {
    const PIECE: usize = 16_384;
    let clash = |what, site: usize, counted: u64, recorded: u64| {
        let [x, y, z] = model.grid.place(site);
        Fault::Occupancy {
            what,
            counted,
            recorded,
            x,
            y,
            z,
            tick: state.tick,
        }
    };
    check_counts(state, &clash)?;
    // Each site holds as many cells as are said to be there: a cell in bone is seen by its site.
    let sites = state.occupancy.tumour.par_chunks(PIECE);
    let in_bone = sites.zip(state.bone.solid.par_chunks(PIECE)).any(|sites| {
        let both = sites.0.iter().zip(sites.1);
        // Cells in bone of a piece, many sites at once.
        both.fold(0, |cells, (&count, &solid)| {
            cells | (count * u16::from(solid))
        }) > 0
    });
    let is_in_bone = |&at: &usize| state.occupancy.tumour[at] > 0 && state.bone.solid[at];
    let found = in_bone.then(|| (0..model.grid.len()).find(is_in_bone));
    if let Some(site) = found.flatten() {
        return Err(clash("tumour cells in bone", site, 1, 0));
    }
    for (&id, &site) in state.osteoclasts.id.iter().zip(&state.osteoclasts.site) {
        let holder = state.occupancy.osteoclast[site as usize];
        if holder != id {
            return Err(clash("osteoclast by id", site as usize, id, holder));
        }
    }
    Ok(())
}
