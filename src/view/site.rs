//! What is at a site, in words and numbers.

use serde::Serialize;

use crate::run::view::{Values, View};
use crate::tissue::population::{ImmuneKind, OsteoclastMode};
use crate::view::frame::FieldOf;
use crate::view::which::Which;

/// What is at a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteWords {
    /// The run.
    pub run: Which,
    /// The site along x, y and z.
    pub site: [usize; 3],
    /// Time, d.
    pub day: f64,
    /// Bone and cells, a sentence each.
    pub words: Vec<String>,
    /// Levels there: name, value and unit.
    pub levels: Vec<(String, f64, &'static str)>,
}

/// What is at a site; none outside of the lattice.
pub(crate) fn words_of(
    view: View<'_>,
    run: Which,
    site: [usize; 3],
    listed: &[FieldOf],
) -> Option<SiteWords> {
    let dims = view.grid().dims;
    if site.iter().zip(dims).any(|(&at, sites)| at >= sites) {
        return None;
    }
    let index = site[0] + dims[0] * (site[1] + dims[1] * site[2]);
    let mut words = vec![bone(view, index)];
    words.extend(cells(view, index));
    let all = view.fields();
    let levels = listed.iter().filter_map(|of| {
        let field = all.iter().find(|field| field.name == of.name)?;
        let value = match field.values {
            Values::F32(values) => f64::from(values[index]),
            Values::F64(values) => values[index],
            Values::U8(values) => f64::from(values[index]),
            Values::U16(values) => f64::from(values[index]),
            Values::U64(_) | Values::Bool(_) => return None,
        };
        Some((of.name.clone(), value, of.unit))
    });
    Some(SiteWords {
        run,
        site,
        day: view.day(),
        words,
        levels: levels.collect(),
    })
}

fn bone(view: View<'_>, site: usize) -> String {
    let bone = view.bone();
    let (matrix, osteoid) = (bone.matrix[site], bone.osteoid[site]);
    let percent = |share: f32| (100.0 * share).round();
    let mut said = if matrix <= 0.0 {
        "Marrow.".to_owned()
    } else if osteoid > 0.5 * matrix {
        format!(
            "Osteoid, new matrix without mineral yet, in {} % of the site.",
            percent(matrix)
        )
    } else {
        format!(
            "Bone in {} % of the site, mineral in {} % of the volume of it.",
            percent(matrix),
            percent(bone.mineral[site])
        )
    };
    if bone.is_eroded(site) {
        said += " Eroded: osteoblasts are to fill it again.";
    }
    said
}

fn cells(view: View<'_>, site: usize) -> Vec<String> {
    let who = view.occupancy();
    let mut said = Vec::new();
    let tumour = who.tumour[site];
    if tumour > 0 {
        let room = who.capacity[site];
        said.push(format!(
            "{tumour} tumour {} (room for {room}).",
            plural(tumour.into(), "cell")
        ));
    }
    let osteoclasts = view.osteoclasts();
    let held_by = who.osteoclast[site];
    if held_by != 0
        && let Some(at) = osteoclasts.id.iter().position(|&id| id == held_by)
    {
        let does = match osteoclasts.mode[at] {
            OsteoclastMode::Resorbing => "resorbs bone",
            OsteoclastMode::Migrating => "migrates",
        };
        let age_h = osteoclasts.age_h[at];
        let ends = osteoclasts.nuclei_end_h[at].iter();
        let nuclei = ends.filter(|&&end_h| end_h > age_h).count();
        said.push(format!(
            "An osteoclast that {does}: {nuclei} {}, age {:.1} d.",
            if nuclei == 1 { "nucleus" } else { "nuclei" },
            age_h / 24.0
        ));
    }
    let osteoblasts = who.osteoblast[site];
    if osteoblasts > 0 {
        said.push(format!(
            "{osteoblasts} {} of the osteoblast lineage.",
            plural(osteoblasts.into(), "cell")
        ));
    }
    let immune = view.immune();
    for kind in ImmuneKind::ALL {
        let here = immune.site.iter().zip(&immune.kind);
        let count = here
            .filter(|&(&at, &of)| at as usize == site && of == kind)
            .count();
        if count > 0 {
            let name = match kind {
                ImmuneKind::Cd8 => "CD8 T",
                ImmuneKind::Treg => "regulatory T",
                ImmuneKind::Myeloid => "suppressive myeloid",
                ImmuneKind::Nk => "natural killer",
            };
            said.push(format!("{count} {name} {}.", plural(count, "cell")));
        }
    }
    said
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}
