//! Bone turnover as a bone laboratory reports it, out of columns of `series.csv` (names after Dempster 2013).

use crate::output::table::Table;
use crate::plot::happened::Change;

/// Mature osteoblasts over bone surface in space, 1/mm2 (Dempster 2013 has N.Ob/BS of a section, per mm of its length).
/// As many of them may stand on a site as come to fill what is owed around it: their footprints do not add up to
/// the surface that they cover.
pub(crate) const N_OB_BS: &str = "n_ob_per_bs_mm2";
/// Osteoclasts over bone surface, 1/mm2: a column of `series.csv`.
pub(crate) const N_OC_BS: &str = "n_oc_per_bs_mm2";
/// Bone resorbed and formed over bone surface and time, um3/um2/d.
pub(crate) const RESORPTION: &str = "brs_r_bs_um_per_d";
/// The same of formation.
pub(crate) const FORMATION: &str = "bfr_bs_um_per_d";
/// Rates are means over so many days before a row.
const OVER_D: f64 = 7.0;
/// What a reader has to know of them.
pub(crate) const RATES: &str = "rates: mean of the 7 days before, of fewer before day 7";

/// The table with columns of what follows from others; those that it has not the columns for are left out.
pub(crate) fn with_turnover(series: &Table) -> Table {
    let mut series = series.clone();
    let [Some(days), Some(surface)] = ["time_d", "bs_mm2"].map(|name| series.column(name)) else {
        return series;
    };
    if let Some(cells) = series.column("n_ob") {
        let over = cells.iter().zip(&surface);
        let over = over.map(|(cells, &surface)| per(*cells, surface));
        push(&mut series, N_OB_BS, over.collect());
    }
    for (volume, name) in [("resorbed_mm3", RESORPTION), ("formed_mm3", FORMATION)] {
        if let Some(volume) = series.column(volume) {
            let rates = (0..days.len()).map(|row| rate(&days, &volume, surface[row], row));
            push(&mut series, name, rates.collect());
        }
    }
    series
}

/// What fractions change of numbers of cells at once, over the bone surface of the row before them.
pub(crate) fn changes_per_surface(series: &Table, changes: &[Change]) -> Vec<Change> {
    let [Some(days), Some(surface)] = ["time_d", "bs_mm2"].map(|name| series.column(name)) else {
        return Vec::new();
    };
    let of = changes.iter().filter_map(|change| {
        let column = match change.column {
            "n_oc" => N_OC_BS,
            "n_ob" => N_OB_BS,
            _ => return None,
        };
        let row = days.iter().rposition(|&day| day <= change.day + 1e-6)?;
        let by = per(change.by, *surface.get(row)?);
        by.is_finite().then_some(Change {
            day: change.day,
            column,
            by,
        })
    });
    of.collect()
}

/// A quotient; a gap where there is no surface.
fn per(value: f64, surface_mm2: f64) -> f64 {
    if surface_mm2 > 0.0 {
        value / surface_mm2
    } else {
        f64::NAN
    }
}

/// What a volume rose by over the days before a row, over surface and time; a gap in the first row.
fn rate(days: &[f64], volume_mm3: &[f64], surface_mm2: f64, row: usize) -> f64 {
    const UM_PER_MM: f64 = 1e3;
    let from = days
        .iter()
        .position(|&day| day >= days[row] - OVER_D - 1e-6);
    let from = from.unwrap_or(row);
    let (span, risen) = (days[row] - days[from], volume_mm3[row] - volume_mm3[from]);
    if span > 0.0 {
        UM_PER_MM * per(risen / span, surface_mm2)
    } else {
        f64::NAN
    }
}

fn push(series: &mut Table, name: &str, values: Vec<f64>) {
    series.columns.push(name.to_owned());
    for (row, value) in series.rows.iter_mut().zip(values) {
        row.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_week_before_over_the_surface_of_the_row() {
        let columns = ["time_d", "bs_mm2", "n_ob", "resorbed_mm3", "formed_mm3"];
        let row = |day: u32| {
            let day = f64::from(day);
            vec![day, 2.0, 300.0, 4e-3 * day, 1e-4 * day * day]
        };
        let table = Table {
            columns: columns.map(str::to_owned).to_vec(),
            rows: (0..20).map(row).collect(),
        };
        let found = with_turnover(&table);
        let at = |name: &str, day: usize| found.column(name).unwrap()[day];
        assert!(at(RESORPTION, 0).is_nan());
        // 0.004 mm3/d over 2 mm2 are 2 um/d.
        assert!((at(RESORPTION, 3) - 2.0).abs() < 1e-9 && (at(RESORPTION, 19) - 2.0).abs() < 1e-9);
        // From day 12 to 19: 1e-4 (361 - 144) / 7 / 2.
        let formed = 1e3 * 1e-4 * (361.0 - 144.0) / 7.0 / 2.0;
        assert!((at(FORMATION, 19) - formed).abs() < 1e-9);
        assert!((at(N_OB_BS, 5) - 150.0).abs() < 1e-9);
        assert_eq!(with_turnover(&Table::default()), Table::default());
        let change = |column, by| Change {
            day: 5.5,
            column,
            by,
        };
        let changes = [change("n_ob", -20.0), change("n_precursor", -3.0)];
        let found = changes_per_surface(&table, &changes);
        assert_eq!(found, [change(N_OB_BS, -10.0)]);
        let mut bare = table;
        bare.rows[4][1] = 0.0;
        assert!(with_turnover(&bare).column(N_OB_BS).unwrap()[4].is_nan());
    }
}
