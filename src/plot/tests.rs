//! Every kind of chart: what is drawn stands apart, inside of the page, and as it was seen to be right.

use crate::numerics::random::derived_seed;
use crate::observe::picture::Shown;
use crate::plot::chart::{
    AtRisk, Axis, BandOf, Bars, Chart, Curve, Discs, Doses, Heat, Interval, Layer, Level, Panel,
    Point, Points, Range, RightAxis, Tone, Words,
};
use crate::plot::drawing::{Drawing, Frame, Mark};
use crate::plot::field_map::dose_chart;
use crate::plot::held::{hold_apart, hold_page, hold_rules};
use crate::plot::map::{Cut, Frame as MapFrame, map_chart, series_key};
use crate::plot::page::lay_out;
use crate::plot::palette::Palette;
use crate::plot::panel::{LegendPlace, draw};
use crate::plot::ratios::{Forest, Ratio};
use crate::plot::{canvas, colour, palette, quantities, write};

fn named(name: &str) -> Tone {
    Tone::Named(name.to_owned())
}

fn curve(name: &str, points: Vec<(f64, f64)>) -> Curve {
    Curve {
        label: name.to_owned(),
        tone: named(name),
        points,
        ..Curve::default()
    }
}

fn course(days: u32, law: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let days = (0..=days / 3).map(|place| f64::from(3 * place));
    days.map(|day| (day, law(day))).collect()
}

fn banded(name: &str, share: f64, law: impl Fn(f64) -> f64) -> Curve {
    let points = course(120, law);
    Curve {
        band: points
            .iter()
            .map(|&(x, y)| (x, y * (1.0 - share), y * (1.0 + share)))
            .collect(),
        ..curve(name, points)
    }
}

/// Bone loss in one panel with two axes, and what it was lost to.
fn bone() -> Chart {
    let days = Axis::days();
    let loss = banded("BV/TV", 0.06, |day| 24.0 * (-day / 160.0).exp());
    let doses = Doses {
        label: "zoledronate".to_owned(),
        tone: Tone::Ink,
        times: vec![14.0, 42.0, 70.0, 98.0],
        ..Doses::default()
    };
    Chart {
        title: "A lesion of the vicious cycle: bone volume".to_owned(),
        note: "mean of 4 seeds, band from least to greatest".to_owned(),
        panels: vec![
            Panel {
                x: days.clone(),
                y: Axis::linear("BV/TV", "% of tissue").with_zero(),
                right: Some(RightAxis {
                    title: "BV/TV".to_owned(),
                    unit: "% of day 0".to_owned(),
                    factor: 100.0 / 24.0,
                }),
                layers: vec![Layer::Curve(loss), Layer::Doses(doses)],
                ..Panel::default()
            },
            Panel {
                x: days,
                y: Axis::linear("volume since day 0", "mm\u{b3}").with_zero(),
                layers: vec![
                    Layer::Curve(curve("resorbed", course(120, |day| 4e-4 * day))),
                    Layer::Curve(curve("formed", course(120, |day| 2.3e-4 * day))),
                ],
                ..Panel::default()
            },
        ],
        ..Chart::default()
    }
}

/// A logarithmic axis with zeros, a gap, and levels from a femtomolar on.
fn signals() -> Chart {
    let gap = |day: f64| {
        if (40.0..60.0).contains(&day) {
            f64::NAN
        } else {
            30.0 + day
        }
    };
    let from_none = |day: f64| {
        if day < 25.0 {
            0.0
        } else {
            0.02 * (day / 12.0).exp()
        }
    };
    Chart {
        title: "Signals, mean over marrow".to_owned(),
        panels: vec![Panel {
            x: Axis::days(),
            y: Axis::log("level", "pM"),
            layers: vec![
                Layer::Curve(curve("PTHrP", course(120, from_none))),
                Layer::Curve(curve("OPG", course(120, gap))),
                Layer::Curve(curve(
                    "TGF-\u{3b2}",
                    course(120, |day| 3.0 + (day / 9.0).sin()),
                )),
            ],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Levels of a drug that fall below what the axis reaches, and what lies on bone, a curve alone.
fn drugs() -> Chart {
    let level = |day: f64| {
        if day < 21.0 {
            0.0
        } else {
            0.14 * (-(day - 21.0) / 1.3).exp()
        }
    };
    let panel = |y: Axis, curve: Curve| Panel {
        x: Axis::days().with_zero(),
        y,
        layers: vec![
            Layer::Curve(curve),
            Layer::Doses(Doses {
                label: "dose".to_owned(),
                tone: Tone::Reference,
                times: vec![20.0],
                ..Doses::default()
            }),
        ],
        ..Panel::default()
    };
    let levels = Axis {
        floor: Some(1e-6),
        ..Axis::log("peak level in plasma", "mg/L")
    };
    let on_bone = Curve {
        label: String::new(),
        tone: Tone::Ink,
        ..curve(
            "",
            course(60, |day| if day < 21.0 { 0.0 } else { 8000.0 - day }),
        )
    };
    Chart {
        title: "Drugs in plasma and on bone".to_owned(),
        panels: vec![
            panel(levels, curve("zoledronate", course(60, level))),
            panel(Axis::linear("drug on bone", "fmol").with_zero(), on_bone),
        ],
        ..Chart::default()
    }
}

/// A patient under several treatments: four panels, one legend, levels and normal ranges.
fn clinic() -> Chart {
    let arms = ["denosumab", "zoledronate", "radiotherapy 8 Gy"];
    let panel = |title: &str, unit: &str, base: f64, extra: Vec<Layer>| {
        let mut layers = extra;
        let control = Curve {
            label: "control".to_owned(),
            tone: Tone::Reference,
            ..banded("control", 0.04, |day| base * (1.0 + day / 200.0))
        };
        layers.push(Layer::Curve(control));
        for (place, arm) in arms.iter().enumerate() {
            let slope = 300.0 + 200.0 * place as f64;
            layers.push(Layer::Curve(banded(arm, 0.03, move |day| {
                base * (1.0 + day / slope)
            })));
            layers.push(Layer::Doses(Doses {
                label: String::new(),
                tone: named(arm),
                times: (0..4 - place as u32)
                    .map(|dose| 7.0 + 28.0 * f64::from(dose))
                    .collect(),
                ..Doses::default()
            }));
        }
        Panel {
            x: Axis::days(),
            y: Axis::linear(title, unit),
            layers,
            ..Panel::default()
        }
    };
    let calcium = vec![
        Layer::Range(Range {
            label: String::new(),
            low: 2.15,
            high: 2.65,
        }),
        Layer::Level(Level {
            label: "upper limit of normal".to_owned(),
            value: 2.65,
        }),
        Layer::Level(Level {
            label: "severe hypercalcaemia".to_owned(),
            value: 3.5,
        }),
    ];
    Chart {
        title: "Four futures of one patient".to_owned(),
        note: "mean of 4 seeds, band from least to greatest; triangles: doses".to_owned(),
        panels: vec![
            panel("bone volume, BV/TV", "%", 21.0, Vec::new()),
            panel("tumour in bone", "cm\u{b3}", 0.2, Vec::new()),
            panel("serum CTX", "over its level in health", 1.1, Vec::new()),
            panel("corrected calcium", "mM", 2.4, calcium),
        ],
        order: arms.map(str::to_owned).to_vec(),
        ..Chart::default()
    }
}

/// Kaplan-Meier curves with numbers at risk.
fn survival() -> Chart {
    let ticks: Vec<f64> = (0..=8).map(|quarter| 90.0 * f64::from(quarter)).collect();
    let arm = |name: &str, label: &str, tone: Tone, half: f64| {
        let share = move |day: f64| 100.0 * 0.5_f64.powf(day / half);
        let points: Vec<(f64, f64)> = (0..=36)
            .map(|n| (20.0 * f64::from(n), share(20.0 * f64::from(n))))
            .collect();
        let layer = Layer::Curve(Curve {
            label: label.to_owned(),
            tone: tone.clone(),
            band: points
                .iter()
                .map(|&(x, y)| (x, y - 0.1 * (100.0 - y), (y + 0.1 * (100.0 - y)).min(100.0)))
                .collect(),
            points,
            is_stepped: true,
            ..Curve::default()
        });
        let risk = AtRisk {
            name: name.to_owned(),
            tone,
            numbers: ticks
                .iter()
                .map(|&day| (day, (12.0 * share(day)) as u64))
                .collect(),
        };
        (layer, risk)
    };
    let (placebo, placebo_risk) = arm("placebo", "placebo: median 321 d", Tone::Reference, 321.0);
    let (drug, drug_risk) = arm(
        "zoledronate 4 mg",
        "zoledronate 4 mg: median 488 d, HR 0.66 (95 % CI 0.58 to 0.75, p < 0.001)",
        named("zoledronate 4 mg"),
        488.0,
    );
    Chart {
        title: "Zoledronate: first skeletal-related event".to_owned(),
        panels: vec![Panel {
            x: Axis {
                ticks: ticks.iter().map(|day| (*day, day.to_string())).collect(),
                ..Axis::days()
            },
            y: Axis {
                most: Some(100.0),
                ..Axis::linear("patients without an event", "%").with_zero()
            },
            layers: vec![placebo, drug],
            at_risk: vec![placebo_risk, drug_risk],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Bars with intervals on both sides of zero.
fn tornado() -> Chart {
    let names = [
        "tumour.secretion.pthrp.rate",
        "osteoclast.formation.fusion.by_rankl.half_maximum",
        "tumour.division.rate",
        "osteoblast.secretion.opg.rate",
        "matrix.stores.tgf_beta.concentration",
    ];
    Chart {
        title: "What moves the bone volume of day 28".to_owned(),
        panels: vec![Panel {
            x: Axis::linear("partial rank correlation with BV/TV, day 28", ""),
            y: Axis::categories("", names.map(str::to_owned).to_vec()),
            layers: vec![Layer::Bars(Bars {
                label: String::new(),
                tone: named("effect"),
                bars: vec![
                    (-0.82, -0.9, -0.71),
                    (0.55, 0.4, 0.68),
                    (-0.31, -0.5, -0.1),
                    (0.22, 0.0, 0.41),
                    (0.02, f64::NAN, f64::NAN),
                ],
            })],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// A response over two parameters, with a missing cell.
fn heat() -> Chart {
    let mut values: Vec<f64> = (0..30)
        .map(|n| 12.5 + f64::from(n % 6) * 1.7 - f64::from(n / 6))
        .collect();
    values[8] = f64::NAN;
    let ticks = |names: [&str; 6]| names.map(str::to_owned).to_vec();
    Chart {
        title: "BV/TV of day 28 over two doses".to_owned(),
        panels: vec![Panel {
            x: Axis::categories(
                "anti-PTHrP.dose (mg/kg)",
                ticks(["0", "1", "3", "10", "30", "100"]),
            ),
            y: Axis {
                ticks: (0..5)
                    .map(|n| (f64::from(n), format!("{}", 2 * n)))
                    .collect(),
                ..Axis::linear("zoledronate.dose", "\u{b5}g/kg")
            },
            layers: vec![Layer::Heat(Heat {
                title: "BV/TV, day 28, mean of 3 seeds".to_owned(),
                unit: "%".to_owned(),
                columns: 6,
                rows: 5,
                values,
                extent: [-0.5, 5.5, -0.5, 4.5],
                with_numbers: true,
                ..Heat::default()
            })],
            aspect: 0.6,
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// A smooth field with the runs that it was fitted to.
fn surface() -> Chart {
    let place = |n: u32| (f64::from(n) + 0.5) / 14.0;
    let law = |u: f64, v: f64| (3.0 * u).sin() + v * v;
    let draw = |which: u64, n: u64| derived_seed(which, n) as f64 / u64::MAX as f64;
    Chart {
        title: "Response surface".to_owned(),
        note: "colour: the response; discs: runs, all parameters varied".to_owned(),
        panels: vec![Panel {
            x: Axis {
                ticks: vec![
                    (0.0, "0.01".to_owned()),
                    (0.5, "0.1".to_owned()),
                    (1.0, "1".to_owned()),
                ],
                ..Axis::linear("tumour.division.rate", "/d")
            },
            y: Axis::linear("tumour.secretion.pthrp.rate", "amol/h"),
            layers: vec![Layer::Heat(Heat {
                title: "BV/TV, day 28".to_owned(),
                unit: "%".to_owned(),
                columns: 14,
                rows: 14,
                values: (0..14 * 14)
                    .map(|n| law(place(n % 14), place(n / 14)))
                    .collect(),
                extent: [0.0, 1.0, 0.0, 1.0],
                is_hatched: true,
                discs: (0..40)
                    .map(|n| (draw(1, n), draw(2, n), law(draw(1, n), draw(2, n))))
                    .collect(),
                ..Heat::default()
            })],
            aspect: 0.8,
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Data with errors over what runs predict.
fn prediction() -> Chart {
    let law = |day: f64| 20.0 * (-day / 90.0).exp();
    let days: Vec<f64> = (0..=28).map(f64::from).collect();
    let band = |share: f64| -> Vec<(f64, f64, f64)> {
        days.iter()
            .map(|&day| (day, law(day) * (1.0 - share), law(day) * (1.0 + share)))
            .collect()
    };
    let runs = |label: &str, points: Vec<(f64, f64)>, band, strength| {
        Layer::Curve(Curve {
            label: label.to_owned(),
            tone: named("runs"),
            points,
            band,
            band_strength: strength,
            ..Curve::default()
        })
    };
    Chart {
        title: "BV/TV: data and posterior".to_owned(),
        panels: vec![Panel {
            x: Axis::days(),
            y: Axis::linear("BV/TV", "%"),
            layers: vec![
                runs("runs, middle 95 %", Vec::new(), band(0.2), 0.2),
                runs("runs, middle 50 %", Vec::new(), band(0.07), 0.45),
                runs(
                    "runs, median",
                    days.iter().map(|&day| (day, law(day))).collect(),
                    Vec::new(),
                    0.0,
                ),
                Layer::Points(Points {
                    label: "data, two standard errors to either side".to_owned(),
                    tone: named("data"),
                    points: [(0.0, 20.4), (7.0, 18.0), (14.0, 18.1), (28.0, 13.9)]
                        .map(|(x, y)| Point {
                            x,
                            y,
                            low: y - 1.6,
                            high: y + 1.6,
                        })
                        .to_vec(),
                    are_assumed: false,
                }),
            ],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Densities and discs of a posterior, pair by pair.
fn pairs() -> Chart {
    let draw = |which: u64, n: u64| derived_seed(which, n) as f64 / u64::MAX as f64;
    let ticks = || {
        vec![
            (0.0, "0.001".to_owned()),
            (0.5, "0.01".to_owned()),
            (1.0, "0.1".to_owned()),
        ]
    };
    let density = Panel {
        x: Axis::hidden(),
        y: Axis::hidden(),
        layers: vec![
            Layer::Curve(Curve {
                tone: named("posterior"),
                points: (0..=100)
                    .map(|n| {
                        (
                            f64::from(n) / 100.0,
                            (-(f64::from(n) - 40.0).powi(2) / 400.0).exp(),
                        )
                    })
                    .collect(),
                is_filled: true,
                ..Curve::default()
            }),
            Layer::Interval(Interval {
                label: String::new(),
                low: 0.1,
                middle: 0.4,
                high: 0.7,
            }),
        ],
        aspect: 1.0,
        ..Panel::default()
    };
    let scatter = Panel {
        x: Axis {
            ticks: ticks(),
            ..Axis::linear("tumour.division.rate", "/d")
        },
        y: Axis {
            ticks: ticks(),
            ..Axis::linear("tumour.secretion.pthrp.rate", "amol/h")
        },
        layers: vec![Layer::Discs(Discs {
            label: String::new(),
            tone: named("posterior"),
            discs: (0..60)
                .map(|n| (draw(1, n), draw(2, n), draw(3, n)))
                .collect(),
        })],
        aspect: 1.0,
        ..Panel::default()
    };
    let words = Panel {
        x: Axis::hidden(),
        y: Axis::hidden(),
        layers: vec![Layer::Words(Words {
            text: "\u{2212}0.42".to_owned(),
            size: 16.0,
        })],
        aspect: 1.0,
        ..Panel::default()
    };
    Chart {
        title: "Posterior, pair by pair".to_owned(),
        panels: vec![
            density.clone(),
            words,
            scatter,
            Panel {
                x: Axis {
                    ticks: ticks(),
                    ..Axis::linear("tumour.secretion.pthrp.rate", "amol/h")
                },
                ..density
            },
        ],
        columns: 2,
        ..Chart::default()
    }
}

/// More arms than there are colours, noisy and crossing, daily doses.
fn many() -> Chart {
    let noise = |arm: u64, day: f64| derived_seed(arm, day as u64) as f64 / u64::MAX as f64;
    let mut layers: Vec<Layer> = (0..10)
        .map(|arm| {
            Layer::Curve(curve(
                &format!("arm {arm}"),
                course(60, |day| 10.0 + 3.0 * arm as f64 + 8.0 * noise(arm, day)),
            ))
        })
        .collect();
    layers.push(Layer::Doses(Doses {
        label: "fractions".to_owned(),
        tone: Tone::Ink,
        times: (5..30).map(f64::from).collect(),
        ..Doses::default()
    }));
    Chart {
        title: "Ten arms".to_owned(),
        panels: vec![Panel {
            x: Axis::days(),
            y: Axis::linear("tumour cells", "").with_zero(),
            layers,
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Three cuts of a volume of unlike edges.
fn cuts() -> Vec<Cut> {
    let dims = [40, 24, 16];
    let kinds = [
        Shown::Marrow,
        Shown::Bone,
        Shown::Osteoclast,
        Shown::Osteoid,
        Shown::TumourSparse,
        Shown::TumourDense,
        Shown::Clone(2),
        Shown::TumourDoomed,
        Shown::TumourDead,
    ];
    let immune = [Shown::Treg, Shown::Myeloid, Shown::Cd8Exhausted];
    let names = ["x", "y", "z"];
    [[0, 1, 2], [0, 2, 1], [1, 2, 0]]
        .map(|[a, b, fixed]| Cut {
            name: format!("at {} = 0.20 mm", names[fixed]),
            axes: [names[a], names[b]],
            width: dims[a],
            height: dims[b],
            pixel_um: 19.5,
            is_scan: false,
            tissue: (0..dims[a] * dims[b])
                .map(|site| kinds[(site % dims[a] / 4 + site / dims[a] / 3) % kinds.len()])
                .collect(),
            immune: (0..dims[a] as u32)
                .map(|at| (at * (at % 7 + 1), immune[at as usize % immune.len()]))
                .collect(),
            osteoclasts: Vec::new(),
            eroded: (0..(dims[a] * dims[b]) as u32).step_by(3).collect(),
            crossed_um: [dims[a], dims[b]].map(|sites| Some(0.5 * sites as f64 * 19.5)),
        })
        .to_vec()
}

/// A map of a volume.
fn map() -> Chart {
    let frame = MapFrame {
        day: -0.0,
        caption:
            "in the whole block: BV/TV 21.0 %, 31 osteoclasts, 961 osteoblasts, 640 precursors, 3000 tumour \
                  cells"
                .to_owned(),
        cuts: cuts(),
        clones: ["parental", "early", "late_outgrowth"]
            .map(str::to_owned)
            .to_vec(),
        ..MapFrame::default()
    };
    let key = series_key(std::slice::from_ref(&frame));
    map_chart("clones", &frame, &key)
}

/// A map of a section, with its legend beside it.
fn section() -> Chart {
    let frame = MapFrame {
        day: 28.0,
        caption: "BV/TV 12.9 %, lower by 8.1 % of its value on day 0".to_owned(),
        cuts: vec![Cut {
            name: String::new(),
            crossed_um: [None; 2],
            ..cuts().remove(0)
        }],
        ..MapFrame::default()
    };
    let key = series_key(std::slice::from_ref(&frame));
    map_chart("immune", &frame, &key)
}

/// A field over a volume, with its colour bar.
fn field() -> Chart {
    let cuts = cuts();
    let values: Vec<Vec<f64>> = cuts
        .iter()
        .map(|cut| {
            let sites = 0..cut.tissue.len();
            sites
                .map(|site| 8.0 * (site % cut.width) as f64 / cut.width as f64)
                .collect()
        })
        .collect();
    let field = cuts.iter().map(|cut| {
        let sites = 0..cut.tissue.len();
        sites
            .map(|site| 2 * (site % cut.width) >= cut.width)
            .collect()
    });
    let field = field.collect();
    let said = ["Dose of all fractions", "one fraction of 8 Gy"];
    dose_chart(said, &cuts, &values, field)
}

/// A forest plot: an interval beyond the axis, a group without a ratio, all patients first.
fn forest() -> Chart {
    let row = |patients: f64, ratio: [f64; 3]| Ratio {
        value: ratio[0],
        low: ratio[1],
        high: ratio[2],
        weight: patients,
        is_whole: patients > 100.0,
        cells: vec![patients.to_string(), "8 : 9".to_owned()],
    };
    let names = [
        "All patients",
        "Calcium above the limit",
        "Stage T4",
        "Line 2",
    ];
    Chart {
        title: "Death in subgroups".to_owned(),
        panels: vec![Panel {
            title: "zoledronate".to_owned(),
            x: Axis {
                ticks: [0.25, 0.5, 1.0, 2.0]
                    .map(|tick: f64| (tick, tick.to_string()))
                    .to_vec(),
                ..Axis::log("hazard ratio of death", "")
            },
            y: Axis::categories("", names.map(str::to_owned).to_vec()),
            layers: vec![Layer::Forest(Forest {
                tone: named("zoledronate"),
                rows: vec![
                    row(200.0, [0.9, 0.7, 1.2]),
                    row(5.0, [0.4, 0.05, 30.0]),
                    row(90.0, [1.1, 0.8, 1.5]),
                    row(0.0, [f64::NAN; 3]),
                ],
                heads: ["patients", "deaths"].map(str::to_owned).to_vec(),
                favours: ["\u{2190} favours zoledronate", "favours placebo \u{2192}"]
                    .map(str::to_owned),
            })],
            ..Panel::default()
        }],
        ..Chart::default()
    }
}

/// Three panels, the last of which takes the place of the fourth.
fn three() -> Chart {
    let panel = |title: &str| Panel {
        x: Axis::days(),
        y: Axis::linear(title, "%"),
        layers: vec![Layer::Curve(curve("a", course(30, |day| 10.0 + day)))],
        ..Panel::default()
    };
    Chart {
        title: "Three panels".to_owned(),
        panels: ["one", "two", "three"].map(panel).to_vec(),
        ..Chart::default()
    }
}

fn kinds() -> Vec<(&'static str, Chart)> {
    vec![
        ("bone", bone()),
        ("signals", signals()),
        ("drugs", drugs()),
        ("clinic", clinic()),
        ("survival", survival()),
        ("tornado", tornado()),
        ("forest", forest()),
        ("heat", heat()),
        ("surface", surface()),
        ("prediction", prediction()),
        ("pairs", pairs()),
        ("many", many()),
        ("map", map()),
        ("field", field()),
        ("three", three()),
        ("section", section()),
    ]
}

#[test]
fn each_kind_holds_to_the_rules_and_is_drawn_as_it_was_seen_to_be_right() {
    for (name, chart) in kinds() {
        hold_rules(name, &chart);
        hold_page(name, &lay_out(&chart));
    }
}

#[test]
fn long_names_below_many_panels_stay_on_the_page() {
    let names = [
        ("osteoclast.fusion.formation.rate", "/mm2/d"),
        ("osteoclast.resorption.volume.rate", "um3/h"),
        ("tumour.division.rate", "/d"),
        ("tumour.secretion.pthrp.rate", "amol/h"),
        ("signals.opg.half_life", "h"),
        ("tumour.secretion.pthrp.raised_by.tgf_beta.fold", ""),
    ];
    let ticks = || {
        let labels = ["0.004", "0.022", "0.14"].map(str::to_owned);
        [0.1, 0.5, 0.9].into_iter().zip(labels).collect::<Vec<_>>()
    };
    let axis = |is_shown: bool, (name, unit): (&str, &str)| {
        if is_shown {
            Axis {
                ticks: ticks(),
                ..Axis::linear(name, unit)
            }
        } else {
            Axis::hidden()
        }
    };
    for count in 2..=5 {
        for first in 0..names.len() {
            let name = |place: usize| names[(first + place) % names.len()];
            let panel = |place: usize| {
                let (row, column) = (place / count, place % count);
                Panel {
                    x: axis(row + 1 == count, name(column)),
                    y: axis(column == 0 && row > 0, name(row)),
                    layers: vec![Layer::Discs(Discs {
                        label: String::new(),
                        tone: named("posterior"),
                        discs: vec![(0.1, 0.2, 0.5), (0.9, 0.8, 1.0)],
                    })],
                    aspect: 1.0,
                    ..Panel::default()
                }
            };
            let chart = Chart {
                panels: (0..count * count).map(panel).collect(),
                columns: count,
                ..Chart::default()
            };
            let page = lay_out(&chart);
            let right = page.drawing.frame().unwrap().right;
            assert!(right <= page.width + 0.01, "{count} from {first}: {right}");
        }
    }
}

/// Names of several lines stand apart, whatever height was asked for.
#[test]
fn long_names_of_categories_have_room() {
    let names =
        (0..23).map(|n| format!("Tumour outside of bone above the median, {n} times health (150)"));
    for aspect in [0.0, 0.3, 1.0] {
        let panel = Panel {
            x: Axis::linear("ratio", ""),
            y: Axis::categories("", names.clone().collect()),
            layers: vec![Layer::Bars(Bars {
                label: String::new(),
                tone: named("effect"),
                bars: vec![(0.1, -0.2, 0.3); 23],
            })],
            aspect,
            ..Panel::default()
        };
        let chart = Chart {
            title: "Death in subgroups".to_owned(),
            panels: vec![panel.clone(), panel],
            columns: 1,
            ..Chart::default()
        };
        hold_apart("subgroups", &lay_out(&chart));
    }
}

#[test]
fn legends_are_clear_of_curves_where_there_is_room_and_below_where_there_is_none() {
    let size = (300.0, 200.0);
    let drawn = |chart: &Chart| {
        let palette = Palette::new(chart);
        draw(&chart.panels[0], &palette, size, LegendPlace::Own)
    };
    let frame_of = |drawing: &Drawing, words: &str| {
        let mut texts = drawing.texts();
        texts.find(|text| text.words == words).unwrap().frame()
    };
    let signals = drawn(&signals());
    let legend = frame_of(&signals, "OPG").joined(frame_of(&signals, "PTHrP"));
    assert!(legend.bottom < size.1, "there is room inside");
    let mut lines = 0;
    for mark in &signals.marks {
        if let Mark::Line { points, style, .. } = mark
            && points.len() > 2
            && style.colour != palette::GRID
        {
            lines += 1;
            for pair in points.windows(2) {
                assert!(
                    !legend.meets(pair[0], pair[1]),
                    "{pair:?} behind {legend:?}"
                );
            }
        }
    }
    assert!(lines >= 3, "{lines}");
    assert!(
        frame_of(&drawn(&many()), "arm 3").top > size.1,
        "there is none"
    );
}

#[test]
fn gaps_are_gaps_and_zeros_are_marked_at_the_foot_of_a_log_axis() {
    let chart = signals();
    let palette = Palette::new(&chart);
    let drawing = draw(&chart.panels[0], &palette, (300.0, 200.0), LegendPlace::Own);
    let lines_of = |name: &str| {
        let colour = palette.style(&named(name)).colour;
        let count = drawing.marks.iter().filter(|mark| {
            matches!(mark, Mark::Line { points, style, .. } if style.colour == colour && points.len() > 2)
        });
        count.count()
    };
    assert_eq!(lines_of("OPG"), 2);
    assert_eq!(lines_of("PTHrP"), 1);
    let colour = palette.style(&named("PTHrP")).colour;
    let zeros = drawing.marks.iter().filter(|mark| {
        matches!(mark, Mark::Disc { at, is_open: true, colour: of, .. } if *of == colour && at.1 > 188.0)
    });
    // One row, with its beginning marked.
    assert!(zeros.count() >= 1);
    assert!(drawing.texts().any(|text| text.words == "0"));
}

#[test]
fn a_line_that_leaves_a_log_axis_goes_down_to_its_floor_and_no_further() {
    let chart = drugs();
    let palette = Palette::new(&chart);
    let drawing = draw(&chart.panels[0], &palette, (200.0, 120.0), LegendPlace::Own);
    let curve = palette.style(&named("zoledronate"));
    let lines = drawing.marks.iter().filter_map(|mark| match mark {
        Mark::Line { points, style, .. } if *style == curve && points.len() > 2 => Some(points),
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let axis_end = 120.0 - 23.0;
    let last = lines[0].last().unwrap();
    assert!((last.1 - axis_end).abs() < 1e-6, "{last:?}");
    // It reaches the floor on its way: 0.14 falls to 1e-6 in 1.3 ln(1.4e5) days.
    let day = 21.0 + 1.3 * 1.4e5_f64.ln();
    assert!((last.0 / 200.0 - day / 60.0).abs() < 1e-6, "{last:?}");
}

#[test]
fn panels_and_legends_have_only_what_is_there() {
    let mut chart = bone();
    for layer in &mut chart.panels[1].layers {
        if let Layer::Curve(curve) = layer {
            for point in &mut curve.points {
                point.1 = f64::NAN;
            }
        }
    }
    let page = lay_out(&chart);
    let said = |words: &str| page.drawing.texts().any(|text| text.words.contains(words));
    assert!(said("zoledronate") && said("BV/TV (% of tissue)") && said("BV/TV (% of day 0)"));
    assert!(!said("volume since day 0") && !said("resorbed"));
    assert_eq!(lay_out(&Chart::default()).drawing.texts().count(), 0);
}

#[test]
fn a_map_of_doses_has_the_outlines_of_the_tumour_and_of_the_field() {
    let chart = field();
    let Layer::Image(image) = &chart.panels[0].layers[0] else {
        panic!("{chart:?}");
    };
    let labels = image.key.iter().map(|sign| sign.label.as_str());
    let labels: Vec<&str> = labels.collect();
    assert_eq!(
        labels,
        [
            "bone, outlined",
            "tumour, outlined",
            "field, dashed outline: target with its margin, half of the dose"
        ]
    );
    let wide = |colour| image.rims.iter().filter(|line| line.1 == colour).count();
    assert!(wide(colour::WHITE) > 5);
    assert!(wide(quantities::TUMOUR_SPARSE) > 10);
}

#[test]
fn the_ends_of_an_interval_of_a_mean_have_the_dash_of_their_curve() {
    let interval = |name: &str| {
        let curve = banded(name, 0.1, |day| 1.0 + day);
        Layer::Curve(Curve {
            band_of: BandOf::Mean,
            ..curve
        })
    };
    let chart = Chart {
        panels: vec![Panel {
            layers: ["a", "b", "c"].map(interval).to_vec(),
            ..Panel::default()
        }],
        ..Chart::default()
    };
    let page = lay_out(&chart);
    let mut dashes: Vec<&[f64]> = Vec::new();
    for mark in &page.drawing.marks {
        if let Mark::Line { width, style, .. } = mark
            && *width < 0.5
        {
            dashes.push(style.dash);
        }
    }
    let palette = Palette::new(&chart);
    let expected = ["a", "b", "c"].map(|name| palette.style(&named(name)).dash);
    assert_eq!(dashes, expected.map(|dash| [dash; 2]).concat());
}

#[test]
fn a_row_that_is_not_full_leaves_no_hole() {
    let page = lay_out(&three());
    // Lines of the axes across: the longest ones that are level and black.
    let mut lines: Vec<(f64, f64, f64)> = Vec::new();
    for mark in &page.drawing.marks {
        if let Mark::Line { points, style, .. } = mark
            && style.colour == palette::INK
            && points[0].1.to_bits() == points[1].1.to_bits()
            && points[1].0 - points[0].0 > 100.0
        {
            lines.push((points[0].0, points[1].0, points[0].1));
        }
    }
    let [one, two, three] = lines[..] else {
        panic!("{lines:?}");
    };
    assert!((one.2 - two.2).abs() < 1e-9 && three.2 > one.2);
    assert!(
        (three.0 - one.0).abs() < 1e-9 && (three.1 - two.1).abs() < 1e-9,
        "{lines:?}"
    );
}

#[test]
fn a_legend_is_clear_of_levels_and_counts_have_whole_ticks() {
    let level = 1.0;
    let chart = Chart {
        panels: vec![Panel {
            x: Axis::days(),
            y: Axis {
                steps: crate::plot::chart::Steps::Whole,
                ..Axis::linear("events", "").with_zero()
            },
            layers: vec![
                Layer::Curve(curve("all", vec![(0.0, 0.0), (9.0, 0.0), (10.0, 1.0)])),
                Layer::Level(Level {
                    label: "one".to_owned(),
                    value: level,
                }),
            ],
            ..Panel::default()
        }],
        ..Chart::default()
    };
    let palette = Palette::new(&chart);
    let drawing = draw(&chart.panels[0], &palette, (300.0, 200.0), LegendPlace::Own);
    let frame = |words: &str| {
        drawing
            .texts()
            .find(|text| text.words == words)
            .unwrap()
            .frame()
    };
    let tick = frame("1");
    let middle = 0.5 * (tick.top + tick.bottom);
    let legend = frame("all");
    assert!(
        !(legend.top - 2.0..legend.bottom + 2.0).contains(&middle),
        "{legend:?} {middle}"
    );
    assert!(!drawing.texts().any(|text| text.words.contains('.')));
}

#[test]
fn cuts_have_one_scale_and_a_bar_that_hides_nothing() {
    let page = lay_out(&map());
    let sizes = [[40.0, 24.0], [40.0, 16.0], [24.0, 16.0]];
    let images: Vec<Frame> = page
        .drawing
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Image { frame, .. } => Some(*frame),
            _ => None,
        })
        .collect();
    // The tissue, and below it the immune cells.
    assert_eq!(images.len(), 6);
    let scale = (images[0].right - images[0].left) / 40.0;
    for (frame, [wide, high]) in images.iter().zip(sizes.iter().cycle()) {
        assert!(((frame.right - frame.left) / wide - scale).abs() < 1e-9);
        assert!(((frame.bottom - frame.top) / high - scale).abs() < 1e-9);
        for text in page.drawing.texts() {
            assert!(
                !text.frame().overlaps(*frame),
                "{:?} on a picture",
                text.words
            );
        }
    }
    let said = |words: &str| {
        page.drawing
            .texts()
            .filter(|text| text.words == words)
            .count()
    };
    // A third of the narrowest cut, 468 um, at most.
    assert_eq!(said("100 \u{b5}m"), 4);
    assert_eq!(said("100 \u{b5}m, sites of 19.5\u{a0}\u{b5}m"), 2);
    assert_eq!(said("Tissue on day 0"), 1);
    assert_eq!(said("tumour, clone late outgrowth"), 1);
    // Only what is there.
    assert_eq!(said("osteoblast lineage") + said("CD8 T cell"), 0);
    let numbers = lay_out(&field()).drawing;
    assert!(numbers.texts().any(|text| text.words == "dose (Gy)"));
}

#[test]
fn an_svg_and_a_png_have_the_same_places_and_are_large_enough_to_print() {
    let folder = std::env::var_os("HOWSHIP_CHARTS");
    let temporary = tempfile::tempdir().unwrap();
    let folder = folder.map_or(temporary.path().to_owned(), std::path::PathBuf::from);
    for (name, chart) in kinds() {
        let written = write(&folder, name, &chart).unwrap();
        let text = std::fs::read_to_string(&written[0]).unwrap();
        assert!(text.starts_with("<svg width=\"510pt\""), "{name}");
        let page = lay_out(&chart);
        let bitmap = canvas::bitmap(&page).unwrap();
        assert!(bitmap.width >= 1400, "{name}");
        let ratio = f64::from(bitmap.width) / f64::from(bitmap.height);
        assert!((ratio - page.width / page.height).abs() < 0.01);
        for words in page.drawing.texts() {
            // Ink stands where the words do.
            let frame = words.frame();
            let mut dark = 0;
            for y in (3.0 * frame.top) as u32..(3.0 * frame.bottom).ceil() as u32 {
                for x in (3.0 * frame.left) as u32..(3.0 * frame.right).ceil() as u32 {
                    let at = 3 * (y * bitmap.width + x) as usize;
                    dark += u32::from(bitmap.pixels[at..at + 3] != [255, 255, 255]);
                }
            }
            assert!(dark > 5, "{name}: {:?}", words.words);
        }
    }
}

/// Whatever is finite is drawn or left out, on either scale.
#[test]
fn numbers_of_any_size_give_a_picture() {
    let ends = [
        f64::MAX,
        1e300,
        1e150,
        1e15,
        1.0,
        1e-15,
        1e-300,
        5e-324,
        0.0,
    ];
    for &one in &ends {
        for &other in &ends {
            for sign in [1.0, -1.0] {
                for y in [Axis::linear("size", "um"), Axis::log("size", "um")] {
                    let points = vec![(0.0, one), (1.0, sign * other), (2.0, f64::INFINITY)];
                    let chart = Chart {
                        title: "Sizes".to_owned(),
                        panels: vec![Panel {
                            x: Axis::days(),
                            y,
                            layers: vec![Layer::Curve(curve("a", points))],
                            ..Panel::default()
                        }],
                        ..Chart::default()
                    };
                    let page = lay_out(&chart);
                    canvas::svg(&page).unwrap();
                    if one >= 1e300 && sign > 0.0 {
                        canvas::bitmap(&page).unwrap();
                    }
                }
            }
        }
    }
}
