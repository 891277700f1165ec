//! The state of a run: exactly what is needed to go on.

use serde::{Deserialize, Serialize};

use crate::engine::model::Model;
use crate::mechanics::follow_up::Findings;
use crate::numerics::packed;
use crate::patient::Body;
use crate::patient::bones::Bones;
use crate::therapy::irradiation::Radiation;
use crate::therapy::plan::{Dates, DrugInBody};
use crate::tissue::bone::Bone;
use crate::tissue::ledger::Ledger;
use crate::tissue::population::{ImmuneCells, Osteoblasts, Osteoclasts, TumourCells};
use crate::tissue::space::Occupancy;

/// Everything that changes in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Ticks done since the first, burn-in included.
    pub tick: u32,
    /// Time at the first tick, h: minus the length of the burn-in.
    pub start_h: f64,
    /// Time, h; negative during the burn-in, 0 at day 0.
    pub time_h: f64,
    /// Id of the next cell.
    pub next_id: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Bone.
    pub bone: Bone,
    /// Who is where.
    pub occupancy: Occupancy,
    /// Tumour cells.
    pub tumour: TumourCells,
    /// Osteoclasts.
    pub osteoclasts: Osteoclasts,
    /// Osteoblasts and their precursors.
    pub osteoblasts: Osteoblasts,
    /// Sites of vessels, in order.
    pub vessels: Vec<u32>,
    /// Total level of each signal, pM, by signal and site.
    #[serde(with = "packed::each")]
    pub fields_pm: Vec<Vec<f32>>,
    /// Set free since the last spread, by signal: site and amount in amol.
    pub released: Vec<Vec<(u32, f64)>>,
    /// The books.
    pub ledger: Ledger,
    /// Drugs in the body, in the order of the plan.
    pub drugs: Vec<DrugInBody>,
    /// Books of the drug that binds to bone.
    pub bone_drug: BoneDrugBook,
    /// Courses that begin or end by a condition.
    pub courses: Courses,
    /// The body of the patient, if it is followed.
    pub patient: Option<Body>,
    /// Radiation that was given, and what it did.
    pub radiation: Radiation,
    /// Rigidity of the lattice against its day 0, from then on, if it is followed.
    pub rigidity: Option<Findings>,
    /// The bones of the patient, if their events are drawn.
    pub bones: Option<Bones>,
    /// Immune cells; none without their parameters.
    pub immune: ImmuneCells,
    /// Tumour of the scan, until its cells are there.
    pub lesion: Lesion,
}

/// Tumour that a scan shows, before it has cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lesion {
    /// Time at which the cells are there, h.
    pub at_h: f64,
    /// Sites of marrow that they fill, in order.
    pub sites: Vec<u32>,
}

/// What courses with conditions go by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Courses {
    /// BV/TV on day 0; 0 before.
    pub bv_tv_day_0: f64,
    /// When they began and ended, in the order of the plan.
    pub dates: Vec<Dates>,
}

/// Where the drug that binds to bone went since the start, amol.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BoneDrugBook {
    /// Bound to surface.
    pub bound: f64,
    /// Set free by resorption and taken up by osteoclasts.
    pub taken_up: f64,
    /// Carried away with the blood.
    pub carried_away: f64,
    /// Bound again: of what was set free and not taken up, and from osteoclasts that died.
    pub given_back: f64,
}

impl State {
    /// Time in days.
    pub fn day(&self) -> f64 {
        self.time_h / 24.0
    }

    /// The next unused id.
    pub const fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// BV/TV: matrix, osteoid included, over the whole lattice.
    pub fn bv_tv(&self, model: &Model) -> f64 {
        self.bone.volume_um3(&model.grid) / (model.grid.site_volume_um3() * model.grid.len() as f64)
    }

    /// Digest of the state: the same for the same state, whatever made it.
    pub fn digest(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(b"howship state 1");
        hash.update(&self.tick.to_le_bytes());
        hash.update(&self.time_h.to_le_bytes());
        hash.update(&self.next_id.to_le_bytes());
        hash.update(&self.seed.to_le_bytes());
        let bone = &self.bone;
        for values in [
            &bone.matrix,
            &bone.osteoid,
            &bone.mineral,
            &bone.formed_h,
            &bone.drug_amol,
            &bone.goal,
            &bone.depth_um,
            &bone.opened_h,
            &bone.vacated_h,
            &bone.activated_until_h,
        ] {
            floats(&mut hash, values);
        }
        for &solid in &bone.solid {
            hash.update(&[u8::from(solid)]);
        }
        for store in &bone.stores {
            for amount in &store.amol {
                hash.update(&amount.to_le_bytes());
            }
        }
        for &count in &self.occupancy.tumour {
            hash.update(&count.to_le_bytes());
        }
        for field in &self.fields_pm {
            floats(&mut hash, field);
        }
        for released in &self.released {
            for (site, amount) in released {
                hash.update(&site.to_le_bytes());
                hash.update(&amount.to_le_bytes());
            }
        }
        for (id, site) in self.tumour.id.iter().zip(&self.tumour.site) {
            hash.update(&id.to_le_bytes());
            hash.update(&site.to_le_bytes());
        }
        for &dormant in &self.tumour.dormant {
            hash.update(&[u8::from(dormant)]);
        }
        // One clone leaves no trace.
        if self.tumour.clone.iter().any(|&clone| clone != 0) {
            hash.update(&self.tumour.clone);
        }
        let cells = &self.osteoclasts;
        for cell in 0..cells.len() {
            hash.update(&cells.id[cell].to_le_bytes());
            hash.update(&cells.site[cell].to_le_bytes());
            hash.update(&[cells.mode[cell] as u8]);
            floats(&mut hash, &cells.nuclei_end_h[cell]);
        }
        floats(&mut hash, &cells.age_h);
        floats(&mut hash, &cells.pit_depth_um);
        floats(&mut hash, &cells.resorbed_um3);
        let cells = &self.osteoblasts;
        for cell in 0..cells.len() {
            hash.update(&cells.id[cell].to_le_bytes());
            hash.update(&cells.site[cell].to_le_bytes());
            hash.update(&[cells.stage[cell] as u8]);
        }
        floats(&mut hash, &cells.age_h);
        self.digest_what_came(&mut hash);
        hash.finalize().to_hex().to_string()
    }

    /// Drugs, radiation, rigidities, events and immune cells, each where it has been at work.
    fn digest_what_came(&self, hash: &mut blake3::Hasher) {
        // Before its first molecule a course leaves no trace.
        if self.drugs.iter().any(|drug| drug.given_mg > 0.0) {
            for drug in &self.drugs {
                let amounts = &drug.amounts;
                for value in [
                    amounts.depot_mg,
                    amounts.central_mg,
                    amounts.peripheral_mg[0],
                    amounts.peripheral_mg[1],
                    amounts.site_mg_per_l,
                    drug.given_mg,
                ] {
                    hash.update(&value.to_le_bytes());
                }
            }
            floats(hash, &self.osteoclasts.drug_amol);
            for dates in &self.courses.dates {
                for date in [dates.started_h, dates.stopped_h].into_iter().flatten() {
                    hash.update(&date.to_le_bytes());
                }
            }
        }
        // Before its first fraction radiotherapy leaves no trace.
        if !self.radiation.fractions.is_empty() {
            self.radiation.digest(&mut |bytes| {
                hash.update(bytes);
            });
            hash.update(&self.tumour.doomed);
        }
        // A rigidity that is not followed leaves no trace.
        if let Some(findings) = &self.rigidity {
            for cut in findings.intact.iter().chain(&findings.now) {
                for value in [cut.ea_n, cut.ei_min_n_mm2, cut.gj_n_mm2] {
                    hash.update(&value.to_le_bytes());
                }
            }
        }
        if let Some(bones) = &self.bones {
            hash.update(&bones.course.painful_days.to_le_bytes());
            hash.update(&bones.first_event_hazard.to_le_bytes());
            for event in &bones.course.events.all {
                hash.update(&event.day.to_le_bytes());
                hash.update(&[event.kind as u8, u8::from(event.counted)]);
            }
        }
        // A tissue that never held an immune cell leaves no trace.
        if self.immune.next_id > 0 {
            let cells = &self.immune;
            hash.update(&cells.next_id.to_le_bytes());
            for cell in 0..cells.len() {
                hash.update(&cells.id[cell].to_le_bytes());
                hash.update(&cells.site[cell].to_le_bytes());
                hash.update(&[cells.kind[cell] as u8, u8::from(cells.exhausted[cell])]);
            }
            floats(hash, &cells.counter);
            floats(hash, &cells.age_h);
        }
    }
}

fn floats(hash: &mut blake3::Hasher, values: &[f32]) {
    // Pieces keep the number of calls small without a copy of the whole array.
    let mut bytes = Vec::with_capacity(4096 * 4);
    for piece in values.chunks(4096) {
        bytes.clear();
        for value in piece {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        hash.update(&bytes);
    }
}
