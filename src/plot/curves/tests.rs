use super::bone_loss::{BESIDE, between};
use super::parts::{floor, lines, part_chart};
use super::*;
use crate::engine::parts::each::PICTURES;
use crate::engine::picture::{Curve as Asked, Drawn, Picture};
use crate::plot::chart::{self, Curve, Layer, Tone};
use crate::plot::happened::{Change, Given};
use crate::plot::held::hold;

/// Doses of a drug on these days.
fn given(days: &[f64]) -> Vec<Given> {
    vec![Given {
        drug: Some("zoledronate".to_owned()),
        label: "dose of zoledronate, 4 mg".to_owned(),
        days: days.to_vec(),
    }]
}

fn dosed(days: &[f64]) -> Happened {
    Happened {
        given: given(days),
        ..Happened::default()
    }
}

fn run(bone: [f64; 3]) -> Table {
    let rows = bone.iter().enumerate();
    Table {
        columns: ["time_d", "bv_tv", "resorbed_mm3", "formed_mm3"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows
            .map(|(day, &bone)| vec![day as f64, bone, 0.2 * day as f64, 0.1 * day as f64])
            .collect(),
    }
}

#[test]
fn a_unit_in_brackets_is_the_unit_of_the_axis() {
    for (label, title, unit) in [
        ("BV/TV (% of day 0)", "BV/TV", "% of day 0"),
        ("tumour cells", "tumour cells", ""),
        ("pain, a proxy (0 to 10)", "pain, a proxy", "0 to 10"),
        ("share (a) of b", "share (a) of b", ""),
    ] {
        let axis = axis(label);
        assert_eq!((axis.title.as_str(), axis.unit.as_str()), (title, unit));
    }
}

#[test]
fn what_a_dose_changes_steps_on_its_day_and_an_event_on_the_row_that_has_it() {
    let table = Table {
        columns: ["time_d", "isocentre_gy"].map(str::to_owned).to_vec(),
        rows: [(13.0, 0.0), (14.0, 0.0), (15.0, 8.0), (16.0, 8.0)]
            .map(|(day, gray)| vec![day, gray])
            .to_vec(),
    };
    let asked = Asked::new("isocentre_gy", "").stepped();
    let of = |dose_days: &[f64]| lines(&table, &asked, &dosed(dose_days)).remove(0);
    let dosed = of(&[14.0]);
    assert!(dosed.is_stepped);
    assert_eq!(
        dosed.points,
        [
            (13.0, 0.0),
            (14.0, 0.0),
            (14.0, 8.0),
            (15.0, 8.0),
            (16.0, 8.0)
        ]
    );
    assert_eq!(of(&[]).points.len(), 4);
    // The table of rows has doses of the day that follows, too: they are not of this jump.
    assert_eq!(of(&[15.0]).points.len(), 4);
}

#[test]
fn a_dose_that_changes_a_value_at_once_is_drawn_on_its_time() {
    let table = Table {
        columns: ["time_d", "bone_drug_on_bone_amol"]
            .map(str::to_owned)
            .to_vec(),
        rows: [(13.0, 90.0), (14.0, 100.0), (15.0, 2.0), (16.0, 3.0)]
            .map(|(day, cells)| vec![day, cells])
            .to_vec(),
    };
    let asked = Asked::new("bone_drug_on_bone_amol", "").jumping();
    let of = |dose_days: &[f64]| lines(&table, &asked, &dosed(dose_days)).remove(0).points;
    let rest = [(15.0, 2.0), (16.0, 3.0)];
    let before = [(13.0, 90.0), (14.0, 100.0)];
    assert_eq!(of(&[14.0]), [&before[..], &[(14.0, 2.0)], &rest].concat());
    // At noon: it stays what it was until then.
    let noon = [(14.5, 100.0), (14.5, 2.0)];
    assert_eq!(of(&[14.5]), [&before[..], &noon, &rest].concat());
    assert_eq!(of(&[]).len(), 4);
}

#[test]
fn a_fraction_takes_at_once_what_its_row_says_and_not_what_the_next_row_has() {
    let cells = [(13.0, 9000.0), (14.0, 9685.0), (15.0, 156.0)];
    let table = Table {
        columns: ["time_d", "tumour_cells_sound"].map(str::to_owned).to_vec(),
        rows: cells.map(|(day, cells)| vec![day, cells]).to_vec(),
    };
    let change = |day: f64, by: f64| Change {
        day,
        column: "tumour_cells_sound",
        by,
    };
    let of = |changes: Vec<Change>| {
        let happened = Happened {
            changes,
            ..Happened::default()
        };
        let asked = Asked::new("tumour_cells_sound", "");
        lines(&table, &asked, &happened).remove(0).points
    };
    let at_once = [cells[0], cells[1], (14.0, 123.0), cells[2]];
    assert_eq!(of(vec![change(14.0, -9562.0)]), at_once);
    let twice = of(vec![change(14.0, -9000.0), change(14.5, -600.0)]);
    assert_eq!(twice[2..5], [(14.0, 685.0), (14.5, 685.0), (14.5, 85.0)]);
    assert_eq!(of(Vec::new()), cells);
}

#[test]
fn the_highest_since_the_row_before_is_drawn_from_that_row_on() {
    let table = Table {
        columns: ["time_d", "a_max"].map(str::to_owned).to_vec(),
        rows: [(0.0, 0.0), (1.0, 0.27), (2.0, 0.0), (3.0, 0.0)]
            .map(|(day, level)| vec![day, level])
            .to_vec(),
    };
    let asked = [Asked::of_each("_max").within_decades(6.0).spanning()];
    let found = lines(&table, &asked[0], &Happened::default());
    assert_eq!(
        found[0].points,
        [(0.0, 0.27), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    );
    assert!(found[0].is_stepped);
    // Nothing is between its one value and none: no decades of nothing.
    let floor = floor(&found, &asked).unwrap();
    assert!((floor / 0.1 - 1.0).abs() < 1e-9, "{floor}");
}

#[test]
fn bands_between_curves_change_where_these_cross() {
    let [loss, gain] = between(&[(0.0, 0.0), (2.0, 2.0)], &[(0.0, 2.0), (2.0, 0.0)]);
    assert_eq!(loss[..2], [(0.0, 0.0, 2.0), (1.0, 1.0, 1.0)]);
    assert_eq!(gain[1..], [(1.0, 1.0, 1.0), (2.0, 2.0, 0.0)]);
    // A run that loses all along has no gain to name.
    let [loss, gain] = between(&[(0.0, 0.0), (2.0, 1.0)], &[(0.0, 0.0), (2.0, 2.0)]);
    assert_eq!((loss.len(), gain.len()), (2, 0));
}

#[test]
fn every_signal_of_a_scenario_has_a_curve() {
    let columns = [
        "time_d",
        "bv_tv",
        "pthrp_pm",
        "rankl_free_pm",
        "opg_pm",
        "tgf_beta_pm",
        "rankl_pm",
        "igf_pm",
        "bmp_pm",
        "a_pm",
        "b_pm",
        "c_pm",
        "d_pm",
        "e_pm",
    ];
    let columns = columns.map(str::to_owned);
    let groups = signals(&columns);
    let mut drawn: Vec<&str> = groups.iter().flat_map(|group| group.1.clone()).collect();
    let levels = columns.iter().filter(|name| name.ends_with("_pm"));
    let mut levels: Vec<&str> = levels.map(String::as_str).collect();
    drawn.sort_unstable();
    levels.sort_unstable();
    assert_eq!(drawn, levels);
    assert!(groups.iter().all(|group| group.1.len() <= MOST_SIGNALS));
}

#[test]
fn a_panel_that_does_not_move_is_left_out_and_said() {
    use crate::engine::picture::Panel as Axes;
    const PANELS: &[Axes] = &[
        Axes::new("calcium (mM)", &[Asked::new("a", "")]),
        Axes::new("cells", &[Asked::new("b", "")]).unless_flat("cells stay at {}"),
    ];
    let picture = Picture {
        name: "body",
        heading: "body",
        table: "body.csv",
        drawn: Drawn::Panels(PANELS),
    };
    let of = |slope: f64| {
        let columns = ["a", "b"].map(str::to_owned);
        let table = weeks(&columns, |_, place, day| 5.0 + place * slope * day);
        part_chart("a run", &picture, &table, &Happened::default()).unwrap()
    };
    assert_eq!(
        (of(0.0).panels.len(), &of(0.0).note[..]),
        (1, "a run; cells stay at 5")
    );
    assert_eq!((of(0.1).panels.len(), &of(0.1).note[..]), (2, "a run"));
}

#[test]
fn neutrophils_that_do_not_move_are_said_to_where_a_drug_is_given_alone() {
    let picture = PICTURES.iter().copied().flatten();
    let picture = picture.copied().find(|picture| picture.name == "patient");
    let columns = ["calcium_mm", "neutrophils_1e9_per_l"].map(str::to_owned);
    let table = weeks(&columns, |column, _, day| match column {
        "calcium_mm" => 2.0 + 0.01 * day,
        _ => 5.05,
    });
    let note = |happened: &Happened| {
        part_chart("a run", &picture.unwrap(), &table, happened)
            .unwrap()
            .note
    };
    assert_eq!(
        note(&dosed(&[14.0])),
        "a run; neutrophils stay at 5.05 \u{d7} 10\u{2079}/L, and the loss that a drug causes in patients is not \
         modelled here"
    );
    assert_eq!(note(&Happened::default()), "a run");
}

#[test]
fn a_drug_on_bone_is_named_in_its_colour_and_bone_without_a_panel_is_not_in_the_title() {
    let picture = PICTURES.iter().copied().flatten();
    let picture = picture.copied().find(|picture| picture.name == "drugs");
    let chart = |drug: &str, on_bone: f64| {
        let columns = [
            format!("{drug}_plasma_max_mg_per_l"),
            "bone_drug_on_bone_amol".to_owned(),
        ];
        let table = weeks(&columns, |column, _, day| match column {
            "bone_drug_on_bone_amol" => on_bone * day,
            _ => 0.1 * day,
        });
        let happened = Happened {
            given: vec![Given {
                drug: Some(drug.to_owned()),
                label: format!("dose of {drug}"),
                days: vec![0.0],
            }],
            ..Happened::default()
        };
        part_chart("a run", &picture.unwrap(), &table, &happened).unwrap()
    };
    let bone = chart("zoledronate", 1e6);
    assert_eq!(bone.title, "Drugs in plasma and on bone");
    let panel = bone.panels.last().unwrap();
    assert_eq!(panel.title, "Zoledronate on bone");
    let Layer::Curve(curve) = &panel.layers[0] else {
        panic!("{panel:?}");
    };
    let colour = crate::plot::drugs::look("zoledronate").colour;
    assert_eq!(curve.tone, Tone::Own { colour, number: 0 });
    assert_eq!(chart("denosumab", 0.0).title, "Drugs in plasma");
}

#[test]
fn a_drug_that_binds_a_signal_is_said_to_where_it_is_given() {
    let table = weeks(&["bv_tv", "rankl_pm"].map(str::to_owned), |_, _, day| {
        0.1 + day
    });
    let note = |drug: Option<&str>| {
        let given = drug.map(|drug| Given {
            drug: Some(drug.to_owned()),
            label: format!("dose of {drug}"),
            days: vec![7.0],
        });
        let happened = Happened {
            given: given.into_iter().collect(),
            ..Happened::default()
        };
        let charts = curve_charts("a run", std::slice::from_ref(&table), None, &happened);
        charts
            .into_iter()
            .find(|chart| chart.0 == "signals")
            .unwrap()
            .1
            .note
    };
    for drug in [None, Some("zoledronate")] {
        assert_eq!(
            note(drug),
            "a run; total = free + bound, without what plasma brings"
        );
    }
    assert!(note(Some("denosumab")).contains("by the drug too"));
}

#[test]
fn an_event_stands_where_it_happened_with_its_kind_and_equal_counts_are_one_curve() {
    let table = weeks(
        &["events", "events_counted"].map(str::to_owned),
        |_, _, day| f64::from(u8::from(day > 30.0)),
    );
    let happened = Happened {
        events: vec![(30.5, "surgery".to_owned())],
        window_d: Some(21.0),
        ..Happened::default()
    };
    let picture = PICTURES.iter().copied().flatten();
    let picture = picture
        .copied()
        .find(|picture| picture.name == "skeletal_events");
    let chart = part_chart("a run", &picture.unwrap(), &table, &happened).unwrap();
    assert!(
        chart.note.contains("more than 21 days after"),
        "{}",
        chart.note
    );
    let layers = &chart.panels[0].layers;
    let curves: Vec<&Curve> = layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Curve(curve) => Some(curve),
            _ => None,
        })
        .collect();
    assert_eq!(curves.len(), 1);
    assert_eq!(curves[0].label, "all and counted");
    assert!(curves[0].points.contains(&(30.5, 1.0)));
    let points = layers.iter().find_map(|layer| match layer {
        Layer::Points(points) => Some((&points.label[..], points.points[0].x)),
        _ => None,
    });
    assert_eq!(points, Some(("surgery, day 30", 30.5)));
}

#[test]
fn a_level_far_below_the_highest_is_no_zero_and_stands_below_the_axis() {
    let table = Table {
        columns: ["time_d", "a_max"].map(str::to_owned).to_vec(),
        rows: [(0.0, 0.0), (1.0, 0.14), (2.0, 2e-5), (3.0, 4e-9)]
            .map(|(day, level)| vec![day, level])
            .to_vec(),
    };
    let asked = [Asked::of_each("_max").within_decades(6.0)];
    let found = lines(&table, &asked[0], &Happened::default());
    assert_eq!(found[0].points[3].1.to_bits(), 4e-9_f64.to_bits());
    let floor = floor(&found, &asked).unwrap();
    assert!((floor / 1e-6 - 1.0).abs() < 1e-9, "{floor}");
}

#[test]
fn a_curve_alone_that_its_axis_names_is_black_and_full_and_others_keep_their_dash() {
    let line = |label: &str| Line {
        label: label.to_owned(),
        points: vec![(0.0, 1.0)],
        band: Vec::new(),
        runs: 1,
        is_stepped: false,
        is_marked: false,
    };
    let panel = |lines| Panel {
        y_label: "drug on bone (fmol)",
        lines,
        ..Panel::default()
    };
    let curves = |lines| -> Vec<(Tone, bool)> {
        let layers = panel(lines).chart().layers.into_iter();
        let curves = layers.map(|layer| match layer {
            Layer::Curve(curve) => (curve.tone, curve.is_solid),
            other => panic!("{other:?}"),
        });
        curves.collect()
    };
    assert_eq!(curves(vec![line("")]), [(Tone::Ink, true)]);
    let named = |name: &str| Tone::Named(name.to_owned());
    assert_eq!(curves(vec![line("a")]), [(named("a"), true)]);
    let two = curves(vec![line("a"), line("b")]);
    assert_eq!(two, [(named("a"), false), (named("b"), false)]);
}

#[test]
fn bone_loss_has_two_units_and_what_was_lost_below() {
    let runs = [run([0.2, 0.18, 0.1]), run([0.3, 0.22, 0.2])];
    let chart = bone_loss("lesion", &runs, None, &given(&[1.0])).unwrap();
    assert_eq!(
        chart.note,
        "lesion; mean of 2 runs, band from least to greatest"
    );
    let [bone, turnover] = &chart.panels[..] else {
        panic!("{chart:?}");
    };
    // Day 0 is 25 % of tissue, so that 25 on the left axis is 100 on the right one.
    let factor = bone.right.as_ref().unwrap().factor;
    assert!((factor - 4.0).abs() < 1e-12, "{factor}");
    let Layer::Curve(curve) = &bone.layers[0] else {
        panic!("{bone:?}");
    };
    assert!((curve.points[2].1 - 15.0).abs() < 1e-12);
    assert!((curve.band[2].1 - 10.0).abs() < 1e-12 && (curve.band[2].2 - 20.0).abs() < 1e-12);
    let Layer::Curve(between) = &turnover.layers[0] else {
        panic!("{turnover:?}");
    };
    assert_eq!(between.label, "net loss");
    assert_eq!(between.band[2], (2.0, 0.2, 0.4));
    // No gain: its name is not in the legend.
    assert_eq!(turnover.layers.len(), 4);
    let doses = |panel: &chart::Panel| match panel.layers.last() {
        Some(Layer::Doses(doses)) => (doses.label.clone(), doses.times.clone()),
        other => panic!("{other:?}"),
    };
    for panel in [bone, turnover] {
        let said = "dose of zoledronate, 4 mg".to_owned();
        assert_eq!(doses(panel), (said, vec![1.0]));
    }
    assert!(bone_loss("nothing", &[Table::default()], None, &[]).is_none());
}

/// Some rows of the columns, every week, each as a law of its name, its place and the day has it.
fn weeks(columns: &[String], law: impl Fn(&str, f64, f64) -> f64) -> Table {
    let days = (0..9).map(|week| 7.0 * f64::from(week));
    let row = |day: f64| {
        let values = columns.iter().enumerate();
        let values = values.map(|(place, column)| law(column, place as f64, day));
        std::iter::once(day).chain(values).collect()
    };
    Table {
        columns: std::iter::once("time_d".to_owned())
            .chain(columns.iter().cloned())
            .collect(),
        rows: days.map(row).collect(),
    }
}

#[test]
fn each_picture_of_a_run_is_drawn_as_it_was_seen_to_be_right() {
    let columns = [
        "bv_tv",
        "resorbed_mm3",
        "formed_mm3",
        "tumour_cells",
        "n_oc",
        "n_ob",
        "n_precursor",
        "pthrp_pm",
        "rankl_free_pm",
        "opg_pm",
        "tgf_beta_pm",
        "igf_pm",
        "bmp_pm",
        "rankl_pm",
        "bs_mm2",
        "es_bs",
        "os_bs",
        "oc_s_bs",
        "n_oc_per_bs_mm2",
    ];
    let law = |column: &str, place: f64, day: f64| match column {
        "bv_tv" => 0.24 * (-day / 90.0).exp(),
        "resorbed_mm3" => 4e-3 * day,
        "formed_mm3" => 2.3e-3 * day,
        "tumour_cells" => 600.0 * (day / 12.0).exp(),
        // It decays to nothing on the way.
        "tgf_beta_pm" if day > 20.0 && day < 50.0 => 10_f64.powf(-day),
        "bs_mm2" => 1.4,
        "n_oc_per_bs_mm2" => 40.0 + 0.2 * day,
        _ if column.ends_with("_bs") => 0.01 * place + 0.002 * day,
        _ => (4.0 - 0.3 * place) * (1.2 + (0.1 * day + place).sin()) * 10_f64.powf(0.4 * place),
    };
    let run = weeks(&columns.map(str::to_owned), law);
    let charts = curve_charts(
        "a lesion; run of 56 days",
        &[run],
        None,
        &dosed(&[14.0, 35.0]),
    );
    assert_eq!(charts.len(), 4);
    for (name, chart) in charts {
        hold(&format!("run_{name}"), &chart);
    }
}

#[test]
fn an_arm_has_its_control_behind_it_dormant_cells_a_curve_and_kinds_without_cells_none() {
    let columns = ["bv_tv", "tumour_cells", "n_oc", "n_ob", "n_precursor"].map(str::to_owned);
    let of = |slope: f64| {
        weeks(&columns, |column, place, day| match column {
            "bv_tv" => 0.3 - slope * day,
            "n_precursor" => 0.0,
            _ => 20.0 * (place + 1.0) + slope * 1e3 * day,
        })
    };
    let colonisation = weeks(&[DORMANT.to_owned()], |_, _, day| 70.0 - day);
    let arm = with_dormant(&of(1e-3), Some(&colonisation), None);
    assert_eq!(with_dormant(&of(1e-3), None, None), of(1e-3));
    let control = of(4e-3);
    let charts = curve_charts("an arm", &[arm], Some(&control), &Happened::default());
    let of = |name: &str| &charts.iter().find(|chart| chart.0 == name).unwrap().1;
    let curves = |chart: &Chart| -> Vec<Vec<(String, bool)>> {
        let panels = chart.panels.iter().map(|panel| {
            let layers = panel.layers.iter();
            let curves = layers.filter_map(|layer| match layer {
                Layer::Curve(curve) => Some((curve.label.clone(), curve.tone == Tone::Behind)),
                _ => None,
            });
            curves.collect()
        });
        panels.collect()
    };
    let row = |label: &str, is_behind: bool| (label.to_owned(), is_behind);
    assert_eq!(
        curves(of("bone_loss")),
        [vec![row(BESIDE, true), row("", false)]]
    );
    assert_eq!(
        curves(of("cells")),
        [
            vec![
                row(BESIDE, true),
                row("tumour cells", false),
                row("dormant tumour cells", false)
            ],
            vec![
                row(BESIDE, true),
                row(BESIDE, true),
                row("osteoclasts", false),
                row("osteoblasts", false)
            ],
        ]
    );
    hold("arm_bone_loss", of("bone_loss"));
    hold("arm_cells", of("cells"));
}

#[test]
fn each_picture_of_a_part_is_drawn_as_it_was_seen_to_be_right() {
    let law = |column: &str, place: f64, day: f64| match column {
        "events" => (day / 18.0).floor(),
        "events_counted" => (day / 25.0).floor(),
        "n_exhausted" => 0.4 * day,
        _ if column.ends_with("_max") => 0.14 * (-day / (3.0 + 9.0 * place)).exp(),
        _ if column.ends_with("_gy") => (1.0 + 0.8 * place) * if day < 15.0 { 0.0 } else { 8.0 },
        _ if column.ends_with("_amol") => 8e6 * (day / 14.0).min(1.0),
        _ if column.starts_with("tumour_cells") => (place + 1.0) * 500.0 * (day / 20.0).exp(),
        _ if column.starts_with("n_") => 40.0 * (place + 1.0) * (1.3 + (0.1 * day).sin()),
        "calcium_mm" => 2.3 + 0.012 * day,
        "neutrophils_1e9_per_l" => 4.0 - 0.05 * day,
        "pain" => 9.0 * day / 56.0,
        _ => (0.95 - 0.05 * place) * (1.0 - 0.006 * day),
    };
    let happened = Happened {
        events: vec![(17.5, "fracture".to_owned()), (36.5, "surgery".to_owned())],
        window_d: Some(21.0),
        is_even_dose: true,
        ..dosed(&[14.0])
    };
    let mut drawn = Vec::new();
    for picture in PICTURES.iter().copied().flatten() {
        let asked = picture.panels().iter().flat_map(|panel| panel.curves);
        let columns = asked.flat_map(|curve| -> Vec<String> {
            if curve.is_ending {
                let drugs = ["zoledronate", "anti_pthrp"];
                drugs.map(|drug| format!("{drug}{}", curve.column)).to_vec()
            } else {
                let columns = [Some(curve.column), curve.over, curve.less];
                columns.into_iter().flatten().map(str::to_owned).collect()
            }
        });
        let mut columns: Vec<String> = columns.collect();
        if let Drawn::Clones(ending) = picture.drawn {
            let clones = ["parental", "early", "late_outgrowth"];
            columns = clones.map(|clone| format!("{clone}{ending}")).to_vec();
        }
        let mut seen = Vec::new();
        columns.retain(|column| !seen.contains(column) && (seen.push(column.clone()), true).1);
        let table = weeks(&columns, law);
        let chart = part_chart("a lesion; run of 56 days", picture, &table, &happened).unwrap();
        hold(&format!("part_{}", picture.name), &chart);
        drawn.push(picture.name);
    }
    assert_eq!(drawn.len(), 9, "{drawn:?}");
}

#[test]
fn a_target_is_drawn_with_its_published_points_as_it_was_seen_to_be_right() {
    let table = weeks(&["bv_tv".to_owned()], |_, _, day| {
        20.0 * (-day / 70.0).exp()
    });
    let panel = Panel {
        y_label: "BV/TV (% of day 0)",
        lines: Line::over(&[table], "bv_tv", "simulated", |_| 5.0)
            .into_iter()
            .collect(),
        published: vec![Published {
            label: "Johnson 2011".to_owned(),
            points: vec![(7.0, 88.0, 6.0), (28.0, 61.0, 0.0)],
        }],
        ..Panel::default()
    };
    let chart = panels_chart(["bone in a lytic lesion", ""], vec![panel], &[]);
    hold("target", &chart);
}
