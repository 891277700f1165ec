//! The stage of the live page: it watches and changes nothing; a change parts the run as an arm does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use crate::common::loaded;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;
use howship::view::catalogue::{Catalogue, LESSONS};
use howship::view::frame::Cut;
use howship::view::lesson::read;
use howship::view::live::{Live, Nobody, Redraw, try_lesson};
use howship::view::protocol::{Reply, Status, Which};
use serde_json::Value;

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 3
run = { duration = "6 d", burn_in = "1 d", tick = "6 h" }
lattice = { size = [40, 40, 1], site = "10 um", section_thickness = "50 um" }
specimen.slab.thickness = "120 um"
inoculation.cells = 100
"#;

const PTHRP: [&str; 6] = [
    "subject.mass=20 g",
    "therapy.anti_pthrp.drug=anti_pthrp",
    "therapy.anti_pthrp.dose=10 mg/kg",
    "therapy.anti_pthrp.route=intraperitoneal",
    "therapy.anti_pthrp.interval=24 h",
    "therapy.anti_pthrp.start=2 d",
];

fn live() -> Live<Nobody> {
    let catalogue = Catalogue::shipped().unwrap();
    let catalogue = catalogue.with_file(&loaded(SMALL, &[]));
    Live::new(catalogue, "native", Nobody).unwrap()
}

/// Asks, and gives what is said.
fn ask(live: &mut Live<Nobody>, text: &str) -> Vec<Reply> {
    live.ask(text);
    live.said().into_iter().map(|(_, reply)| reply).collect()
}

/// Plays to the goal, with frames of all fields and rows on the way.
fn play(live: &mut Live<Nobody>) -> Status {
    let wanted: Vec<usize> = (0..5).collect();
    while live.is_playing() {
        live.step();
        for frame in live.frames(&wanted, &[], Redraw::New) {
            assert_eq!(&frame.bytes[..4], b"HWF1");
            assert!(frame.whole);
        }
        live.tell();
    }
    let mut found = None;
    live.tell();
    for (_, reply) in live.said() {
        match reply {
            Reply::Status(status) => found = Some(status),
            Reply::Refused { message } => panic!("{message}"),
            _ => {}
        }
    }
    found.unwrap()
}

fn digest(loaded: &Loaded) -> String {
    let mut simulation: Simulation = loaded.build().unwrap();
    simulation.run(|_| {}).unwrap();
    simulation.state.digest()
}

fn change(sets: &[&str], at: Option<f64>) -> String {
    serde_json::json!({ "ask": "change", "at": at, "set": sets }).to_string()
}

#[test]
fn watching_changes_nothing_and_the_taken_scenario_is_that_of_the_run() {
    let mut live = live();
    let first = ask(&mut live, r#"{"ask":"hello"}"#);
    assert!(matches!(first[0], Reply::Welcome { .. }));
    ask(&mut live, r#"{"ask":"play"}"#);
    let status = play(&mut live);
    assert_eq!((status.done, status.day), (true, 6.0));
    assert_eq!(status.digest.unwrap(), digest(&loaded(SMALL, &[])));
    let given = ask(
        &mut live,
        r#"{"ask":"give","what":"scenario","run":"without"}"#,
    );
    let [Reply::File { name, text }] = &given[..] else {
        panic!("{given:?}");
    };
    assert_eq!(name, "small.toml");
    assert_eq!(digest(&loaded(text, &[])), digest(&loaded(SMALL, &[])));
}

#[test]
fn the_table_is_that_of_the_run_folder() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"play"}"#);
    play(&mut live);
    let given = ask(
        &mut live,
        r#"{"ask":"give","what":"series","run":"without"}"#,
    );
    let [Reply::File { text, .. }] = &given[..] else {
        panic!("{given:?}");
    };
    let (record, _) = crate::common::recorded(&loaded(SMALL, &[]));
    assert_eq!(*text, record.series.to_csv());
}

#[test]
fn a_change_parts_the_run_as_an_arm_does() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"run_to","day":2}"#);
    let status = play(&mut live);
    assert_eq!((status.day, status.with_day), (2.0, None));
    ask(&mut live, &change(&PTHRP, None));
    ask(&mut live, r#"{"ask":"play"}"#);
    let status = play(&mut live);
    assert_eq!(status.digest.unwrap(), digest(&loaded(SMALL, &[])));
    let arm = format!("{SMALL}\narm = \"with\"\n[arms.with]\nat = \"2 d\"\nset = {PTHRP:?}");
    let with = status.with_digest.unwrap();
    assert_eq!(with, digest(&loaded(&arm, &[])));
    let differs = status.differs.unwrap();
    assert!(differs > 2.0 && differs <= 6.0, "{differs}");
    let given = ask(
        &mut live,
        r#"{"ask":"give","what":"scenario","run":"with"}"#,
    );
    let [Reply::File { text, .. }] = &given[..] else {
        panic!("{given:?}");
    };
    assert_eq!(digest(&loaded(text, &[])), with);
    let given = ask(&mut live, r#"{"ask":"give","what":"series","run":"with"}"#);
    let [Reply::File { text, .. }] = &given[..] else {
        panic!("{given:?}");
    };
    let (record, _) = crate::common::recorded(&loaded(&arm, &[]));
    assert_eq!(*text, record.series.to_csv());
}

#[test]
fn a_course_that_is_stopped_later_is_that_of_a_calendar() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"run_to","day":2}"#);
    play(&mut live);
    ask(&mut live, &change(&PTHRP, None));
    ask(&mut live, r#"{"ask":"run_to","day":4}"#);
    play(&mut live);
    let mut stopped = PTHRP.to_vec();
    stopped.push("therapy.anti_pthrp.stop=4 d");
    ask(&mut live, &change(&stopped, None));
    // The run with the change is made again from day 2, and comes up to the other.
    let status = play(&mut live);
    assert_eq!((status.day, status.with_day), (4.0, Some(4.0)));
    ask(&mut live, r#"{"ask":"play"}"#);
    let status = play(&mut live);
    let arm = format!("{SMALL}\narm = \"with\"\n[arms.with]\nat = \"2 d\"\nset = {stopped:?}");
    assert_eq!(status.with_digest.unwrap(), digest(&loaded(&arm, &[])));
}

#[test]
fn a_course_that_begins_now_begins_when_the_runs_hear_of_it() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"run_to","day":3}"#);
    play(&mut live);
    let now: Vec<String> = PTHRP.iter().map(ToString::to_string).collect();
    let now: Vec<String> = now
        .into_iter()
        .map(|set| set.replace("start=2 d", "start={now}"))
        .collect();
    let now: Vec<&str> = now.iter().map(String::as_str).collect();
    // Heard a tick after it was asked: the page thought of day 3.
    ask(&mut live, r#"{"ask":"tick"}"#);
    let said = ask(&mut live, &change(&now, None));
    let begins = said.iter().find_map(|reply| match reply {
        Reply::Changed { at, change } => Some((*at, change.last().cloned())),
        _ => None,
    });
    let start = "therapy.anti_pthrp.start=78 h".to_owned();
    assert_eq!(begins, Some((Some(3.25), Some(start))));
    // In a change from an earlier day, a course that comes to it later begins later.
    let mut both = vec!["tumour.death.rate=0.5 /d"];
    ask(&mut live, &change(&[], None));
    ask(&mut live, &change(&both, Some(1.0)));
    play(&mut live);
    both.extend(&now);
    let said = ask(&mut live, &change(&both, None));
    let start = said.iter().find_map(|reply| match reply {
        Reply::Changed { at, change } => Some((*at, change.last().cloned())),
        _ => None,
    });
    let of_now = "therapy.anti_pthrp.start=78 h".to_owned();
    assert_eq!(start, Some((Some(1.0), Some(of_now))));
    play(&mut live);
}

#[test]
fn the_day_on_which_runs_differ_first_is_the_same_after_a_later_change() {
    let mut live = live();
    let mut sets = vec!["tumour.death.rate=0.5 /d"];
    ask(&mut live, &change(&sets, Some(1.0)));
    ask(&mut live, r#"{"ask":"play"}"#);
    let first = play(&mut live).differs.unwrap();
    assert!(first > 1.0 && first < 3.0, "{first}");
    // The run with the change is run again, up to the other, which stands at its end.
    sets.extend(&PTHRP[..5]);
    sets.push("therapy.anti_pthrp.start=5 d");
    ask(&mut live, &change(&sets, None));
    let status = play(&mut live);
    assert_eq!(status.with_day, Some(status.day));
    assert_eq!(status.differs, Some(first));
}

#[test]
fn a_link_brings_a_state_back() {
    let mut live = live();
    let open = serde_json::json!({
        "ask": "open", "scenario": "small", "seed": 5, "set": ["inoculation.cells=80"], "at": 1.5,
        "change": ["tumour.division.rate=0.1 /d"], "until": 3.0
    });
    ask(&mut live, &open.to_string());
    let status = play(&mut live);
    assert_eq!((status.day, status.with_day), (3.0, Some(3.0)));
    // Another change at a day that is past, of which the state is gone.
    ask(
        &mut live,
        &change(&["tumour.division.rate=0.1 /d"], Some(0.5)),
    );
    let again = play(&mut live);
    assert_eq!((again.day, again.with_day), (3.0, Some(3.0)));
    assert_eq!(again.digest, status.digest);
    assert_ne!(again.with_digest, status.with_digest);
}

#[test]
fn what_a_page_may_not_ask_is_refused_and_changes_nothing() {
    let mut live = live();
    let before = ask(&mut live, r#"{"ask":"pause"}"#);
    for (wrong, says) in [
        ("{", "does not read"),
        (r#"{"ask":"fly"}"#, "unknown variant"),
        (r#"{"ask":"play","now":1}"#, "unknown field"),
        (
            r#"{"ask":"open","scenario":"../../etc/passwd"}"#,
            "there is no scenario",
        ),
        (
            r#"{"ask":"change","set":["specimen.image.file=/etc/passwd"]}"#,
            "cannot set",
        ),
        (
            r#"{"ask":"change","set":["tumour.division.rate=fast"]}"#,
            "rate",
        ),
        (
            r#"{"ask":"change","at":99,"set":["tumour.division.rate=0.1 /d"]}"#,
            "give a time",
        ),
        (r#"{"ask":"run_to","day":7}"#, "from 0 to 6"),
        (r#"{"ask":"speed","days_per_second":0}"#, "above 0"),
        (
            r#"{"ask":"site","run":"without","site":[40,0,0]}"#,
            "no site",
        ),
        (r#"{"ask":"site","run":"with","site":[0,0,0]}"#, "no site"),
        (
            r#"{"ask":"give","what":"series","run":"with"}"#,
            "no run with a change",
        ),
    ] {
        let said = ask(&mut live, wrong);
        let [Reply::Refused { message }] = &said[..] else {
            panic!("{wrong}: {said:?}");
        };
        assert!(message.contains(says), "{wrong}: {message}");
    }
    assert_eq!(ask(&mut live, r#"{"ask":"pause"}"#), before);
}

#[test]
fn what_is_at_a_site_is_said_in_words_and_numbers() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"run_to","day":1}"#);
    play(&mut live);
    let mut seen = String::new();
    for x in 0..40 {
        for y in 0..40 {
            let site = format!(r#"{{"ask":"site","run":"without","site":[{x},{y},0]}}"#);
            let said = ask(&mut live, &site);
            let [Reply::Site(words)] = &said[..] else {
                panic!("{said:?}");
            };
            seen += &words.words.join(" ");
            assert!(
                words
                    .levels
                    .iter()
                    .any(|(name, _, unit)| name == "pthrp" && *unit == "pM")
            );
        }
    }
    for what in ["Marrow.", "Bone in 100 %", "tumour cell"] {
        assert!(seen.contains(what), "{what}");
    }
}

#[test]
fn a_new_page_hears_all_that_went_before() {
    let mut live = live();
    ask(&mut live, r#"{"ask":"run_to","day":2}"#);
    play(&mut live);
    let said = ask(&mut live, r#"{"ask":"hello"}"#);
    let rows = said.iter().find_map(|reply| match reply {
        Reply::Rows {
            run: Which::Without,
            rows,
            columns,
            ..
        } => Some((rows, columns)),
        _ => None,
    });
    let (rows, columns) = rows.unwrap();
    assert_eq!(columns[..2], ["time_d", "bv_tv"]);
    // A row each 6 h, from day 0 on.
    assert_eq!(rows.len(), 9);
    let text = serde_json::to_value(&said).unwrap();
    let kinds: Vec<&Value> = text
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["say"])
        .collect();
    assert_eq!(kinds, ["welcome", "opened", "changed", "rows", "status"]);
}

const VOLUME: &str = r#"
name = "volume"
preset = "mouse"
seed = 3
run = { duration = "3 d", burn_in = "0 d", tick = "6 h" }
lattice = { size = [12, 14, 16], site = "10 um" }
specimen.slab.thickness = "60 um"
inoculation.cells = 40
"#;

/// The layers of a frame of 2 fields: for each, its bytes.
fn layers(frame: &[u8], cuts: usize) -> Vec<&[u8]> {
    let layers = &frame[28 + 2 * 12 + 8 * cuts..];
    layers.chunks(layers.len() / 4).collect()
}

#[test]
fn of_a_volume_frames_bring_cuts_and_once_a_day_the_whole() {
    let catalogue = Catalogue::shipped().unwrap();
    let catalogue = catalogue.with_file(&loaded(VOLUME, &[]));
    let mut live = Live::new(catalogue, "native", Nobody).unwrap();
    let dims = [12, 14, 16];
    let cuts: Vec<Cut> = [(0, 5), (1, 6), (2, 7), (2, 99)]
        .map(|(axis, at)| Cut { axis, at })
        .into();
    let sites = 14 * 16 + 12 * 16 + 12 * 14;
    let wanted = [0, 1];
    ask(&mut live, r#"{"ask":"play"}"#);
    let mut whole_days = Vec::new();
    while live.is_playing() {
        live.step();
        let made = live.frames(&wanted, &cuts, Redraw::New);
        assert_eq!(made.len(), 1);
        let day = f32::from_le_bytes(made[0].bytes[12..16].try_into().unwrap());
        if made[0].whole {
            assert_eq!(made[0].bytes[6], 0);
            whole_days.push(day.floor());
        } else {
            // A cut that lies outside is left out.
            assert_eq!(made[0].bytes[6], 3);
            assert_eq!(made[0].bytes.len(), 28 + 2 * 12 + 3 * 8 + 4 * sites);
        }
        // Nothing is made again of what has not gone on.
        assert_eq!(live.frames(&wanted, &cuts, Redraw::New), []);
    }
    assert_eq!(whole_days, [0.0, 1.0, 2.0, 3.0]);
    // Cuts have the bytes of the whole.
    let whole = live.frames(&wanted, &cuts, Redraw::Whole).remove(0).bytes;
    let cut = live.frames(&wanted, &cuts, Redraw::Cuts).remove(0).bytes;
    let whole = layers(&whole, 0);
    let cut = layers(&cut, 3);
    assert!(whole[1].iter().any(|&cells| cells != 0));
    let at = |[x, y, z]: [usize; 3]| x + dims[0] * (y + dims[1] * z);
    for (whole, cut) in whole.iter().zip(&cut) {
        let mut expected = Vec::new();
        for z in 0..dims[2] {
            expected.extend((0..dims[1]).map(|y| whole[at([5, y, z])]));
        }
        for z in 0..dims[2] {
            expected.extend((0..dims[0]).map(|x| whole[at([x, 6, z])]));
        }
        for y in 0..dims[1] {
            expected.extend((0..dims[0]).map(|x| whole[at([x, y, 7])]));
        }
        assert_eq!(*cut, expected);
    }
}

#[test]
fn a_lesson_that_cannot_run_is_refused_before_the_class_comes() {
    let catalogue = Catalogue::shipped().unwrap();
    for (name, text) in LESSONS {
        let lesson = read(name, text).unwrap();
        assert_eq!(try_lesson(&catalogue, &lesson), Ok(()), "{name}");
    }
    let (name, text) = LESSONS[1];
    for (right, wrong, key, allowed) in [
        (
            "\"vicious_cycle_2d\"",
            "\"vicious\"",
            "run.scenario: ",
            "healthy_2d",
        ),
        ("until = 28", "until = 280", "run.until: ", "from 0 to 28"),
        (
            "drug=anti_pthrp",
            "drug=anti_pthrq",
            "run.change: ",
            "anti_pthrp",
        ),
        (
            "field = \"pthrp\"",
            "field = \"pthrq\"",
            "run.field: ",
            "pthrp",
        ),
        ("\"n_oc\"", "\"osteoclasts\"", "curves: ", "n_oc"),
    ] {
        let lesson = read(name, &text.replace(right, wrong)).unwrap();
        let said = try_lesson(&catalogue, &lesson).unwrap_err();
        assert!(said.starts_with(key) && said.contains(allowed), "{said}");
    }
}
