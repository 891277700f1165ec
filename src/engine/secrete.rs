//! Phases 2 and 3 of a tick: cells and resorption feed the signals, the signals spread and bind.

use crate::numerics::parallel::prelude::*;

use crate::biology::osteoblast::contact_rankl::rank_occupancy;
use crate::biology::rate::CompiledRate;
use crate::biology::surroundings::Decoy;
use crate::biology::tumour::clones::SecretionRate;
use crate::engine::by_site::{BySite, RUN, RUNS};
use crate::engine::convert;
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::sense::surroundings;
use crate::engine::state::State;
use crate::numerics::quantity::PM_PER_AMOL_PER_UM3;
use crate::tissue::ledger::SignalBook;
use crate::tissue::population::ImmuneKind;
use crate::transport::{Balance, Task, TransportFault, binding};

/// Index of RANKL among the core signals.
pub const RANKL: usize = 1;
/// Index of OPG among the core signals.
pub const OPG: usize = 2;

/// Finds the sites of the surface, in order.
pub fn find_surface(model: &Model, state: &State, scratch: &mut Scratch) {
    state.bone.surface(&model.grid, &mut scratch.surface);
}

/// Takes every signal to its field at the end of the tick, and enters it in the ledger.
///
/// # Errors
/// A [`Fault`] when a signal cannot be solved.
pub fn spread(model: &Model, state: &mut State, scratch: &mut Scratch) -> Result<(), Fault> {
    scratch
        .medium
        .update(&state.bone.solid, &scratch.vessel_weight)
        .map_err(|reason| transport_fault(state, "all", &reason))?;
    // Every source is gathered from the frozen levels of the last tick before any level moves.
    let mut sources = std::mem::take(&mut scratch.sources_pm_per_h);
    let released_amol: Vec<f64> = (0..model.signals.len())
        .map(|signal| gather(model, state, scratch, signal, &mut sources[signal]))
        .collect();
    let mut rates = std::mem::take(&mut scratch.conversions_per_h);
    for (law, rates) in model.conversions.iter().zip(&mut rates) {
        convert::rate_by_site(model, state, scratch, law, rates);
    }
    scratch.conversions_per_h = rates;
    let to_amol = model.grid.site_volume_um3() / PM_PER_AMOL_PER_UM3;
    // What other signals became of each in this tick, as the solver counts.
    let mut converted = vec![0.0; model.signals.len()];
    for group in &model.spread_order {
        let uptakes: Vec<Option<Vec<f32>>> = group
            .iter()
            .map(|&signal| convert::uptake(model, scratch, signal))
            .collect();
        let mut fields: Vec<Option<&mut Vec<f32>>> = state.fields_pm.iter_mut().map(Some).collect();
        let tasks = group.iter().zip(&uptakes).filter_map(|(&signal, uptake)| {
            Some(Task {
                physics: &model.physics[signal],
                source_pm_per_h: &sources[signal],
                uptake_per_h: uptake.as_deref(),
                field_pm: fields[signal].take()?,
            })
        });
        let balances = scratch.medium.advance_all(tasks.collect(), model.tick_h);
        for (&signal, balance) in group.iter().zip(balances) {
            let balance = balance
                .map_err(|reason| transport_fault(state, &model.signals[signal], &reason))?;
            let others_amol = [released_amol[signal], converted[signal] * to_amol];
            enter(state, signal, &balance, others_amol, to_amol);
            let field_pm = &state.fields_pm[signal];
            let rates = &scratch.conversions_per_h;
            let taken_up = balance.taken_up;
            let given = convert::hand_on(model, rates, signal, field_pm, taken_up, &mut sources);
            for (to, amount) in given {
                converted[to] += amount;
            }
        }
    }
    scratch.sources_pm_per_h = sources;
    Ok(())
}

fn transport_fault(state: &State, signal: &str, reason: &TransportFault) -> Fault {
    Fault::Transport {
        signal: signal.to_owned(),
        tick: state.tick,
        day: state.day(),
        reason: reason.to_string(),
    }
}

fn rate_of(made: &[SecretionRate], signal: usize) -> Option<&CompiledRate> {
    made.iter()
        .find(|made| made.signal == signal)
        .map(|made| &made.rate)
}

/// Cells per site of the clones that do not make a signal as the parental cell does, those that
/// make it alike counted together: a clone that differs in nothing changes no bit.
fn secreting_otherwise<'a>(
    model: &'a Model,
    state: &State,
    signal: usize,
    parental: &CompiledRate,
) -> Vec<(&'a CompiledRate, Vec<u16>)> {
    let mut found: Vec<(&CompiledRate, Vec<u16>)> = Vec::new();
    // Place in `found` of each clone, none for those that are as the parental cell.
    let mut places: Vec<Option<usize>> = Vec::new();
    for clone in &model.rates.tumour {
        let rate = clone.secretion_of(signal).filter(|&rate| rate != parental);
        places.push(rate.map(|rate| {
            let known = found.iter().position(|(other, _)| *other == rate);
            known.unwrap_or_else(|| {
                found.push((rate, vec![0; model.grid.len()]));
                found.len() - 1
            })
        }));
    }
    if !found.is_empty() {
        for (&clone, &site) in state.tumour.clone.iter().zip(&state.tumour.site) {
            if let Some(place) = places[usize::from(clone)] {
                found[place].1[site as usize] += 1;
            }
        }
    }
    found
}

/// Sets the source of a signal over the lattice, pM/h; returns what of it the matrix set free, amol.
fn gather(
    model: &Model,
    state: &mut State,
    scratch: &Scratch,
    signal: usize,
    source: &mut [f32],
) -> f64 {
    let rates = &model.rates;
    let tumour = rates.tumour[0].secretion_of(signal);
    let lining = rate_of(&rates.lining_secretion, signal);
    let precursor = rate_of(&rates.precursor_secretion, signal);
    let osteoblast = rate_of(&rates.osteoblast_secretion, signal);
    let osteocyte = rate_of(&rates.osteocyte_secretion, signal);
    let stroma = rate_of(&rates.stroma_secretion, signal);
    let immune = model.parts.immune.as_ref();
    let immune = immune.and_then(|plan| rate_of(&plan.rates.secretion, signal));
    let released = std::mem::take(&mut state.released[signal]);
    source
        .par_chunks_mut(RUN * RUNS)
        .for_each(|piece| piece.fill(0.0));
    let to_pm = PM_PER_AMOL_PER_UM3 / model.grid.site_volume_um3();
    let cells = BySite::new(model, state, scratch, to_pm);
    if let Some(made) = tumour {
        let others = secreting_otherwise(model, state, signal, made);
        cells.add_tumour(made, &others, source);
    }
    if let Some(made) = lining {
        cells.add_lining(made, source);
    }
    cells.add_osteoblasts(precursor, osteoblast, source);
    if let (Some(made), Some(osteocytes)) = (osteocyte, &model.parameters.osteocyte) {
        let bone = &cells.state.bone;
        let share = |site: usize| bone.matrix[site] - bone.osteoid[site];
        cells.add_residents(made, osteocytes, share, source);
    }
    if let (Some(made), Some(stroma)) = (stroma, &model.parameters.stroma) {
        let bone = &cells.state.bone;
        let share = |site: usize| {
            if bone.solid[site] {
                0.0
            } else {
                1.0 - bone.matrix[site]
            }
        };
        cells.add_residents(made, stroma, share, source);
    }
    if let Some(made) = immune {
        let immune = &state.parts.immune.cells;
        for cell in 0..immune.len() {
            let makes = match immune.kind[cell] {
                ImmuneKind::Cd8 => !immune.exhausted[cell],
                ImmuneKind::Nk => true,
                ImmuneKind::Treg | ImmuneKind::Myeloid => false,
            };
            if makes {
                let site = immune.site[cell] as usize;
                source[site] += (made.at(|cue| cells.view.level(cue, site)) * to_pm) as f32;
            }
        }
    }
    let mut released_amol = 0.0;
    for (site, amount) in released {
        released_amol += amount;
        source[site as usize] += (amount * to_pm / model.tick_h) as f32;
    }
    released_amol
}

/// Enters the balance of a signal in the books.
fn enter(
    state: &mut State,
    signal: usize,
    balance: &Balance,
    [released_amol, converted_amol]: [f64; 2],
    to_amol: f64,
) {
    // The solver sums what it was given; what came out of the matrix or of another signal is known apart.
    let book = SignalBook {
        made: balance.made * to_amol - released_amol - converted_amol,
        released: released_amol,
        converted: converted_amol,
        decayed: balance.decayed * to_amol,
        leaked: balance.leaked * to_amol,
        taken_up: balance.taken_up * to_amol,
        change: (balance.stored_after - balance.stored_before) * to_amol,
        clipped: (balance.clipped + balance.rounded) * to_amol,
        imposed: balance.imposed * to_amol,
    };
    state.ledger.tick[signal] = book;
    state.ledger.total[signal].add(&book);
    state.ledger.worst_signal_residual = state.ledger.worst_signal_residual.max(book.residual());
}

/// Binds RANKL to OPG and to drugs at every site.
///
/// # Errors
/// A [`TransportFault`] when the levels are not fit to be bound.
pub fn bind_in_fluid(
    model: &Model,
    state: &State,
    scratch: &mut Scratch,
) -> Result<(), TransportFault> {
    let decoys: Vec<&Decoy> = scratch
        .decoys
        .iter()
        .filter(|decoy| decoy.signal == RANKL)
        .collect();
    let drugs: Vec<(f64, f64)> = decoys
        .iter()
        .map(|decoy| (decoy.level_pm, decoy.kd_pm))
        .collect();
    let within_reach = decoys.iter().map(|decoy| decoy.most).fold(0.0, f64::max);
    let kd_pm = model.parameters.lining.contact_rankl.kd_opg.get();
    let Scratch {
        medium,
        free_rankl_pm,
        free_opg_pm,
        ..
    } = scratch;
    let bind = |[rankl, opg]: [&[f32]; 2], [free_rankl, free_opg]: [&mut [f32]; 2]| {
        let drugs = (&drugs[..], within_reach);
        binding::free_levels_with(rankl, opg, kd_pm, drugs, free_rankl, free_opg)
    };
    let from = [RANKL, OPG].map(|signal| &state.fields_pm[signal][..]);
    medium.by_level(from, [free_rankl_pm, free_opg_pm], bind)
}

/// Binds RANKL and OPG at every site, and finds how much RANK is engaged at the surface.
///
/// # Errors
/// A [`Fault`] when the levels are not fit to be bound.
pub fn bind(model: &Model, state: &State, scratch: &mut Scratch) -> Result<(), Fault> {
    bind_in_fluid(model, state, scratch)
        .map_err(|reason| transport_fault(state, "rankl", &reason))?;
    let kd_rank = model.parameters.lining.contact_rankl.kd_rank.get();
    let engaged: Vec<f32> = {
        let view = surroundings(model, state, scratch);
        scratch
            .surface
            .par_iter()
            .with_min_len(4096)
            .map(|at| {
                let site = at.site as usize;
                let contact = if state.bone.is_activated(site, state.time_h) {
                    &model.rates.contact_opened
                } else {
                    &model.rates.contact_resting
                };
                let contact = contact.at(|cue| view.level(cue, site));
                rank_occupancy(contact, view.free_rankl_pm[site].into(), kd_rank) as f32
            })
            .collect()
    };
    scratch.rank_occupancy.fill(0.0);
    for (at, engaged) in scratch.surface.iter().zip(engaged) {
        scratch.rank_occupancy[at.site as usize] = engaged;
    }
    Ok(())
}
