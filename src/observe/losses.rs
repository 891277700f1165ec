//! Bone that a simulation lost beside bone that a follow-up scan of the same specimen shows as lost.
//!
//! Overlap is that of Dice (1945, Ecology 26:297), distances are those between the surfaces of two sets of sites
//! (Taha and Hanbury 2015, BMC Med Imaging 15:29): from each surface site of either to the nearest of the other.

use std::fmt;

use serde::Serialize;

use crate::numerics::distance;

/// What became of a site in the simulation and in the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Marrow before and in both.
    Marrow,
    /// Bone before and in both.
    Kept,
    /// Bone before, and marrow in both.
    LostInBoth,
    /// Marrow in the simulation alone.
    LostInRun,
    /// Marrow in the scan alone.
    LostInScan,
    /// Marrow before, and bone in one of them or both.
    Gained,
}

/// Sites in both, in one and in none of two sets, as volumes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shares {
    /// In both, mm3.
    pub both_mm3: f64,
    /// In the simulation alone, mm3.
    pub run_only_mm3: f64,
    /// In the scan alone, mm3.
    pub scan_only_mm3: f64,
    /// In none of them, of what could be, mm3.
    pub neither_mm3: f64,
    /// Overlap after Dice, 0 to 1; none where both are empty.
    pub dice: Option<f64>,
    /// The overlap that as many sites in places by chance would have on average.
    pub dice_by_chance: Option<f64>,
}

/// Distances between two surfaces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distances {
    /// Mean over the surface sites of both, um.
    pub mean_um: f64,
    /// 95th percentile of those of the simulation, or of those of the scan where that is greater, um.
    pub percentile_95_um: f64,
    /// The greatest, um.
    pub greatest_um: f64,
}

/// Two bones with the one from which they came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Losses {
    /// Bone before, mm3.
    pub before_mm3: f64,
    /// Bone of the simulation, mm3.
    pub run_mm3: f64,
    /// Bone of the scan, mm3.
    pub scan_mm3: f64,
    /// Bone over tissue: before, of the simulation, of the scan.
    pub bv_tv: [f64; 3],
    /// What was lost of the bone before.
    pub lost: Shares,
    /// What was gained where there was marrow.
    pub gained: Shares,
    /// Overlap of the bone that is left, after Dice.
    pub bone_dice: Option<f64>,
    /// Between the surfaces of the bone that is left; none where one has no surface.
    pub bone_surface: Option<Distances>,
    /// Between the surfaces of what was lost; none where one lost nothing.
    pub lost_surface: Option<Distances>,
}

/// Bone before, of the simulation and of the scan, site by site; x fastest.
#[derive(Debug, Clone, Copy)]
pub struct Bones<'a> {
    /// Before.
    pub before: &'a [bool],
    /// Of the simulation.
    pub run: &'a [bool],
    /// Of the scan.
    pub scan: &'a [bool],
    /// Sites along x, y, z.
    pub dims: [usize; 3],
    /// Edge of a site in the plane, um.
    pub edge_um: f64,
    /// Volume of a site, mm3.
    pub site_mm3: f64,
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl Bones<'_> {
    /// What became of each site.
    pub fn changes(&self) -> Vec<Change> {
        let sites = self.before.iter().zip(self.run).zip(self.scan);
        sites
            .map(|((&before, &run), &scan)| match (before, run, scan) {
                (false, false, false) => Change::Marrow,
                (false, ..) => Change::Gained,
                (true, true, true) => Change::Kept,
                (true, false, false) => Change::LostInBoth,
                (true, false, true) => Change::LostInRun,
                (true, true, false) => Change::LostInScan,
            })
            .collect()
    }

    /// Compares two sets of sites, of those that `may` be in them.
    fn shares(&self, may: impl Fn(usize) -> bool, of: impl Fn(usize) -> [bool; 2]) -> Shares {
        let mut counts = [0_u64; 4];
        for site in (0..self.before.len()).filter(|&site| may(site)) {
            let [run, scan] = of(site);
            counts[usize::from(run) + 2 * usize::from(scan)] += 1;
        }
        let [neither, run, scan, both] = counts.map(|count| count as f64);
        let (in_run, in_scan) = (run + both, scan + both);
        let all = in_run + in_scan;
        Shares {
            both_mm3: both * self.site_mm3,
            run_only_mm3: run * self.site_mm3,
            scan_only_mm3: scan * self.site_mm3,
            neither_mm3: neither * self.site_mm3,
            dice: ratio(2.0 * both, all),
            dice_by_chance: ratio(2.0 * in_run * in_scan, all * (all + neither - both)),
        }
    }

    /// All figures.
    pub fn compare(&self) -> Losses {
        let Self {
            before, run, scan, ..
        } = *self;
        let count = |bone: &[bool]| bone.iter().filter(|&&bone| bone).count() as f64;
        let bones = [before, run, scan].map(count);
        let sites = self.before.len().max(1) as f64;
        let [before_mm3, run_mm3, scan_mm3] = bones.map(|count| count * self.site_mm3);
        let lost = |bone: &[bool]| -> Vec<bool> {
            let sites = before.iter().zip(bone);
            sites.map(|(&before, &bone)| before && !bone).collect()
        };
        Losses {
            before_mm3,
            run_mm3,
            scan_mm3,
            bv_tv: bones.map(|count| count / sites),
            lost: self.shares(|site| before[site], |site| [!run[site], !scan[site]]),
            gained: self.shares(|site| !before[site], |site| [run[site], scan[site]]),
            bone_dice: self.shares(|_| true, |site| [run[site], scan[site]]).dice,
            bone_surface: self.distances(run, scan),
            lost_surface: self.distances(&lost(run), &lost(scan)),
        }
    }

    /// Sites of a set with a neighbour by a face that is not in it; what is beyond the lattice counts as in it.
    fn surface(&self, set: &[bool]) -> Vec<bool> {
        let [nx, ny, nz] = self.dims;
        let mut surface = vec![false; set.len()];
        let steps = [(1, nx), (nx, ny), (nx * ny, nz)];
        for (site, on) in surface.iter_mut().enumerate() {
            *on = set[site]
                && steps.iter().any(|&(step, along)| {
                    let place = site / step % along;
                    place > 0 && !set[site - step] || place + 1 < along && !set[site + step]
                });
        }
        surface
    }

    fn distances(&self, run: &[bool], scan: &[bool]) -> Option<Distances> {
        let surfaces = [self.surface(run), self.surface(scan)];
        let mut from = Vec::new();
        for (here, there) in [(0, 1), (1, 0)] {
            let away: Vec<bool> = surfaces[there].iter().map(|&on| !on).collect();
            let squared = distance::squared(&away, self.dims)?;
            let sites = surfaces[here].iter().zip(&squared);
            let mut found: Vec<f64> = sites
                .filter(|&(&on, _)| on)
                .map(|(_, &squared)| f64::from(squared).sqrt() * self.edge_um)
                .collect();
            found.sort_by(f64::total_cmp);
            from.push(found);
        }
        let count: usize = from.iter().map(Vec::len).sum();
        if from.iter().any(Vec::is_empty) {
            return None;
        }
        let at = |share: f64| {
            let of = |found: &Vec<f64>| found[((found.len() - 1) as f64 * share).ceil() as usize];
            from.iter().map(of).fold(0.0, f64::max)
        };
        Some(Distances {
            mean_um: from.iter().flatten().sum::<f64>() / count as f64,
            percentile_95_um: at(0.95),
            greatest_um: at(1.0),
        })
    }
}

impl fmt::Display for Losses {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, run, scan] = self.bv_tv.map(|share| 100.0 * share);
        let said = |share: Option<f64>| {
            share.map_or_else(|| "none".to_owned(), |share| format!("{share:.3}"))
        };
        writeln!(
            to,
            "bone      {:.4} mm3 before (BV/TV {before:.2} %), {:.4} in the run ({run:.2} %), {:.4} in the scan ({scan:.2} %)",
            self.before_mm3, self.run_mm3, self.scan_mm3
        )?;
        for (name, shares) in [("lost", &self.lost), ("gained", &self.gained)] {
            writeln!(
                to,
                "{name:9} {:.4} mm3 in both, {:.4} in the run alone, {:.4} in the scan alone, {:.4} in none; \
                 Dice {}, by chance {}",
                shares.both_mm3,
                shares.run_only_mm3,
                shares.scan_only_mm3,
                shares.neither_mm3,
                said(shares.dice),
                said(shares.dice_by_chance)
            )?;
        }
        write!(
            to,
            "overlap   Dice {} of the bone that is left",
            said(self.bone_dice)
        )?;
        for (name, found) in [
            ("bone that is left", &self.bone_surface),
            ("what was lost", &self.lost_surface),
        ] {
            match found {
                Some(found) => write!(
                    to,
                    "\nsurfaces  of {name}: {:.1} um apart on average, 95 % within {:.1} um, {:.1} um at most",
                    found.mean_um, found.percentile_95_um, found.greatest_um
                )?,
                None => write!(to, "\nsurfaces  of {name}: none to compare")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(
    clippy::float_cmp,
    reason = "counts times 2, and ratios of small whole numbers"
)]
mod tests {
    use super::*;

    fn bones<'a>(before: &'a [bool], run: &'a [bool], scan: &'a [bool]) -> Bones<'a> {
        Bones {
            before,
            run,
            scan,
            dims: [before.len(), 1, 1],
            edge_um: 10.0,
            site_mm3: 2.0,
        }
    }

    fn of(text: &str) -> Vec<bool> {
        text.bytes().map(|letter| letter == b'#').collect()
    }

    #[test]
    fn what_is_lost_in_both_in_one_and_in_none_is_counted() {
        let [before, run, scan] = ["########....", "..######....", ".#..####.#.."].map(of);
        let bones = bones(&before, &run, &scan);
        let found = bones.compare();
        assert_eq!(found.before_mm3, 16.0);
        assert_eq!(
            [
                found.lost.both_mm3,
                found.lost.run_only_mm3,
                found.lost.scan_only_mm3,
                found.lost.neither_mm3
            ],
            [2.0, 2.0, 4.0, 8.0]
        );
        // 2 * 1 / (2 + 3), and by chance 2 * 2 * 3 / 8 / 5.
        assert_eq!(found.lost.dice, Some(0.4));
        assert_eq!(found.lost.dice_by_chance, Some(0.3));
        assert_eq!(found.gained.scan_only_mm3, 2.0);
        assert_eq!(found.gained.dice, Some(0.0));
        let changes = bones.changes();
        assert_eq!(changes[0], Change::LostInBoth);
        assert_eq!(changes[1], Change::LostInRun);
        assert_eq!(changes[2], Change::LostInScan);
        assert_eq!(
            [changes[4], changes[9], changes[10]],
            [Change::Kept, Change::Gained, Change::Marrow]
        );
    }

    #[test]
    fn equal_bones_overlap_wholly_and_lie_nowhere_apart() {
        let [before, run] = ["######..", ".#####.."].map(of);
        let found = bones(&before, &run, &run).compare();
        assert_eq!(found.lost.dice, Some(1.0));
        assert_eq!(found.bone_dice, Some(1.0));
        let apart = found.bone_surface.unwrap();
        assert_eq!([apart.mean_um, apart.greatest_um], [0.0, 0.0]);
    }

    #[test]
    fn surfaces_lie_as_far_apart_as_their_sites() {
        // Surfaces of what was lost: sites 0 and 1 of the run, where 1 has a neighbour outside; 3 to 4 of the scan.
        let [before, run, scan] = ["######", "..####", "###..#"].map(of);
        let found = bones(&before, &run, &scan).compare();
        let apart = found.lost_surface.unwrap();
        // Of the run site 1, 20 um from site 3; of the scan sites 3 and 4, 20 and 30 um from site 1.
        assert!((apart.mean_um - 70.0 / 3.0).abs() < 1e-9, "{apart:?}");
        assert_eq!(apart.greatest_um, 30.0);
    }

    #[test]
    fn nothing_lost_is_said_so() {
        let before = of("####..");
        let found = bones(&before, &before, &before).compare();
        assert_eq!(found.lost.dice, None);
        assert_eq!(found.lost_surface, None);
        assert!(
            found
                .to_string()
                .contains("of what was lost: none to compare")
        );
    }
}
