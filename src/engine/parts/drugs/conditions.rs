//! Once a day: the conditions by which courses begin and end. The tissue does not feel the body but by
//! the drugs of such a course.

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::patient::{Body, Patient};
use crate::therapy::condition::{Blood, Findings};

/// What a clinic finds today.
fn findings(model: &Model, state: &State) -> Findings {
    let blood = |(patient, body): (&Patient, &Body)| Blood {
        calcium_mm: patient.calcium.level_mm(&body.pools),
        neutrophils: patient.neutrophils.count(&body.chain),
        ctx: body.levels.ctx,
        cea: body.levels.cea,
    };
    let patient = model.parts.patient.as_ref();
    Findings {
        bv_tv: state.bv_tv(model),
        bv_tv_day_0: state.parts.drugs.courses.bv_tv_day_0,
        tumour_cells: state.tumour.len(),
        blood: patient.zip(state.parts.patient.body.as_ref()).map(blood),
    }
}

/// Looks at the conditions by which courses begin and end; what begins is given from the next tick on.
pub(crate) fn look(model: &Model, state: &mut State) {
    if state.time_h < -1e-6 {
        return;
    }
    if state.time_h < 1e-6 {
        state.parts.drugs.courses.bv_tv_day_0 = state.bv_tv(model);
    }
    let plan = &model.parts.drugs.plan;
    if !plan.conditional.is_empty() {
        let found = findings(model, state);
        let time_h = state.time_h;
        plan.evaluate_conditions(&mut state.parts.drugs.courses.dates, time_h, &found);
    }
}
