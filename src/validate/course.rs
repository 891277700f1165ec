//! What is kept of a run.

use crate::output::table::Table;
use crate::tissue::ledger::Remodelling;
use crate::validate::at_end::AtEnd;

/// What is kept of a run.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// Columns of the rows.
    pub(super) columns: Vec<String>,
    /// Rows of `series.csv`, from day 0 on.
    pub(super) rows: Vec<Vec<f64>>,
    /// Matrix removed, um3.
    pub resorbed_um3: f64,
    /// Matrix laid, um3.
    pub formed_um3: f64,
    /// What remodelling did.
    pub remodelling: Remodelling,
    /// Worst relative residual of a store.
    pub worst_store: f64,
    /// Worst relative residual of a signal.
    pub worst_signal: f64,
    /// Share of the half of the lattice at high x that is not matrix at the end: the porosity of a
    /// cortical shell that lies there.
    pub outer_porosity: f64,
    /// Osteoclasts within a cell of the tumour at the end, per mm of bone that the tumour touches (in
    /// a section; per mm2 in 3-D). NaN without a tumour at bone.
    pub n_oc_per_interface_mm: f64,
    /// Day and urinary NTX over health, where the body is followed.
    pub ntx: Vec<(f64, f64)>,
    /// What the lattice resorbed in the window that counts as health, um3; NaN without a body. Of a
    /// skeleton of many such blocks each adds its NTX times this.
    pub health_um3: f64,
    /// Volume of the lattice, mm3.
    pub tissue_mm3: f64,
    /// What the last state shows.
    pub at_end: AtEnd,
    /// Digest of the last state.
    pub digest: String,
}

#[cfg(test)]
impl Course {
    /// A course of these rows, of which nothing else is known.
    pub(super) fn of_rows(columns: &[&str], rows: &[&[f64]]) -> Self {
        Self {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
            resorbed_um3: 0.0,
            formed_um3: 0.0,
            remodelling: Remodelling::default(),
            worst_store: 0.0,
            worst_signal: 0.0,
            outer_porosity: 0.0,
            n_oc_per_interface_mm: 0.0,
            ntx: Vec::new(),
            health_um3: 0.0,
            tissue_mm3: 1.0,
            at_end: AtEnd::default(),
            digest: String::new(),
        }
    }
}

impl Course {
    /// The rows as a table.
    pub(crate) fn table(&self) -> Table {
        Table {
            columns: self.columns.clone(),
            rows: self.rows.clone(),
        }
    }

    /// A column by name; empty for a name that is none.
    pub(crate) fn column(&self, name: &str) -> Vec<f64> {
        self.columns
            .iter()
            .position(|column| column == name)
            .map_or_else(Vec::new, |at| self.rows.iter().map(|row| row[at]).collect())
    }

    /// Value of a column on the last row at or before a day; NaN before the first.
    pub(crate) fn at(&self, name: &str, day: f64) -> f64 {
        let days = self.column("time_d");
        let last = days.iter().rposition(|&other| other <= day + 1e-6);
        last.map_or(f64::NAN, |row| self.column(name)[row])
    }

    /// Urinary NTX over health on the last row at or before a day; NaN without a body.
    pub(crate) fn ntx_at(&self, day: f64) -> f64 {
        let last = self.ntx.iter().rev().find(|(at, _)| *at <= day + 1e-6);
        last.map_or(f64::NAN, |&(_, ntx)| ntx)
    }

    /// Mean of a column from a day on.
    pub(crate) fn mean_from(&self, name: &str, day: f64) -> f64 {
        let (days, values) = (self.column("time_d"), self.column(name));
        let late: Vec<f64> = days
            .iter()
            .zip(values)
            .filter(|&(&other, _)| other >= day - 1e-6)
            .map(|(_, value)| value)
            .collect();
        late.iter().sum::<f64>() / late.len() as f64
    }

    /// Bone lost since day 0, as a share.
    pub(crate) fn loss(&self) -> f64 {
        let bone = self.column("bv_tv");
        1.0 - bone[bone.len() - 1] / bone[0]
    }

    /// Bone lost since day 0, %.
    pub(super) fn loss_percent(&self) -> f64 {
        100.0 * self.loss()
    }

    /// Depth of a remodelling unit, um.
    pub(super) fn unit_depth_um(&self) -> f64 {
        self.remodelling.depth_um(self.resorbed_um3)
    }

    /// Last day.
    pub(crate) fn days(&self) -> f64 {
        self.column("time_d").last().copied().unwrap_or(0.0)
    }

    /// Bone resorbed per year as a share of the mean bone volume.
    pub(crate) fn turnover_per_year(&self) -> f64 {
        let bone_um3 = self.mean_from("bv_tv", 0.0) * self.tissue_mm3 * 1e9;
        self.resorbed_um3 / bone_um3 / self.days() * 365.0
    }
}
