//! A state that was read back is checked by its model before it is used: what was written by
//! another hand may be whole and still not make sense.

use crate::engine::model::Model;
use crate::engine::parts::each;
use crate::engine::state::State;
use crate::engine::tick::check_values;

/// Holds a state that was read back against its model. Arrays over the lattice have their length
/// from reading.
///
/// # Errors
/// What does not fit, with what was found and what is allowed.
pub fn check(model: &Model, state: &State) -> Result<(), String> {
    let sites = model.grid.len();
    let signals = model.signals.len();
    let count = |what: &str, found: usize, allowed: usize| {
        if found == allowed {
            Ok(())
        } else {
            Err(format!("{found} {what}, where {allowed} are due"))
        }
    };
    let inside = |what: &str, places: &[u32]| match places.iter().find(|&&at| at as usize >= sites)
    {
        None => Ok(()),
        Some(at) => Err(format!(
            "{what} at site {at}, where the last is {}",
            sites - 1
        )),
    };
    count("sites of bone", state.bone.matrix.len(), sites)?;
    count("levels of signals", state.fields_pm.len(), signals)?;
    count("releases of signals", state.released.len(), signals)?;
    count("books of signals", state.ledger.tick.len(), signals)?;
    count("sums of signals", state.ledger.total.len(), signals)?;
    let stored: Vec<usize> = model
        .signals
        .iter()
        .enumerate()
        .filter(|(_, name)| model.parameters.signals[*name].matrix_content.get() > 0.0)
        .map(|(index, _)| index)
        .collect();
    let stores: Vec<usize> = state.bone.stores.iter().map(|store| store.signal).collect();
    if stores != stored {
        return Err(format!(
            "stores of signals {stores:?}, where {stored:?} are due"
        ));
    }
    count("books of stores", state.ledger.stores.len(), stored.len())?;
    each::check(model, state)?;
    inside("vessel", &state.vessels)?;
    inside("tumour of the scan", &state.lesion.sites)?;
    if !(0.0..=f64::MAX).contains(&state.lesion.at_h) {
        return Err(format!("a lesion of hour {}", state.lesion.at_h));
    }
    for released in &state.released {
        let places: Vec<u32> = released.iter().map(|&(site, _)| site).collect();
        inside("release", &places)?;
    }
    let cells = &state.tumour;
    inside("tumour cell", &cells.site)?;
    count("sites of tumour cells", cells.site.len(), cells.id.len())?;
    count(
        "dormancy of tumour cells",
        cells.dormant.len(),
        cells.id.len(),
    )?;
    count("clones of tumour cells", cells.clone.len(), cells.id.len())?;
    count("fates of tumour cells", cells.doomed.len(), cells.id.len())?;
    inside("dead tumour cell", &state.dead.site)?;
    count(
        "sites of dead tumour cells",
        state.dead.site.len(),
        state.dead.len(),
    )?;
    let cells = &state.osteoclasts;
    inside("osteoclast", &cells.site)?;
    for (what, found) in [
        ("sites of osteoclasts", cells.site.len()),
        ("modes of osteoclasts", cells.mode.len()),
        ("nuclei of osteoclasts", cells.nuclei_end_h.len()),
        ("ages of osteoclasts", cells.age_h.len()),
        ("depths of osteoclasts", cells.pit_depth_um.len()),
        ("volumes of osteoclasts", cells.resorbed_um3.len()),
        ("drug loads of osteoclasts", cells.drug_amol.len()),
    ] {
        count(what, found, cells.id.len())?;
    }
    let most = usize::from(model.parameters.osteoclast.fusion.nuclei_most);
    for nuclei in &cells.nuclei_end_h {
        if nuclei.len() > most || nuclei.iter().any(|end| !end.is_finite()) {
            return Err(format!(
                "an osteoclast with {} nuclei, of which some have no finite life or are more than {most}",
                nuclei.len()
            ));
        }
    }
    let cells = &state.osteoblasts;
    inside("osteoblast", &cells.site)?;
    count("sites of osteoblasts", cells.site.len(), cells.id.len())?;
    count("stages of osteoblasts", cells.stage.len(), cells.id.len())?;
    count("ages of osteoblasts", cells.age_h.len(), cells.id.len())?;
    let time_h = f64::from(state.tick) * model.tick_h + state.start_h;
    if !state.start_h.is_finite() || (time_h - state.time_h).abs() > 1e-6 {
        return Err(format!(
            "time {} h at tick {}, where {time_h} h is due",
            state.time_h, state.tick
        ));
    }
    check_values(model, state).map_err(|fault| fault.to_string())
}
