//! `howship dissect`: what it leaves, and what it refuses.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use crate::common::{Bench, all};

/// A tumour beside a slab of bone that is opened fast, two days.
const SMALL: &str = r#"name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "1 d"
[lattice]
size = [30, 30, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "80 um"
[lining.activation]
events = { rate = "20000 /mm2/yr" }
[inoculation]
cells = 40
"#;

const HEAD: &str = "link,action,loss,loss_low,loss_high,tumour,tumour_low,tumour_high,\
                    osteoclasts,osteoclasts_low,osteoclasts_high";

/// Cells of a row of a table by link and action.
fn row(table: &str, link: &str, action: &str) -> Vec<f64> {
    let start = format!("{link},{action},");
    let row = table.lines().find_map(|line| line.strip_prefix(&start));
    let row = row.unwrap_or_else(|| panic!("{start} is not in {table}"));
    row.split(',').map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn a_dissection_leaves_its_tables_and_pictures_the_same_on_any_number_of_threads() {
    let bench = Bench::small(SMALL);
    let map = "--map signals.tgf_beta.half_life=2~min..120~min \
               tumour.secretion.pthrp.raised_by.tgf_beta.fold=1..9 --steps 2";
    let said = bench.done(&format!(
        "dissect small.toml --seeds 2 {map} --threads 2 --out two"
    ));
    assert!(said.contains("left out: calcium_release: "), "{said}");
    assert!(said.contains("left out: freed_space: "), "{said}");
    bench.done(&format!(
        "dissect small.toml --seeds 2 {map} --threads 1 --quiet --out one"
    ));
    let [one, two] = ["one", "two"].map(|name| {
        let folder = bench.path(name);
        let files = all(&folder).into_iter();
        let files =
            files.map(|(path, bytes)| (path.strip_prefix(&folder).unwrap().to_owned(), bytes));
        files.collect::<Vec<_>>()
    });
    assert!(one == two);

    let table = bench.read("one/dissect.csv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(HEAD));
    assert!(lines.next().unwrap().starts_with("none,full,"));
    let full = row(&table, "none", "full");
    assert!(full[1] < full[0] && full[0] < full[2], "{full:?}");
    for link in [
        "tgf_beta_release",
        "igf_release",
        "tgf_beta_to_pthrp",
        "pthrp",
        "rankl",
        "opg",
    ] {
        for action in ["cut", "half", "double"] {
            assert_eq!(row(&table, link, action).len(), 9);
        }
    }
    assert!(!table.contains("calcium_release") && !table.contains("freed_space"));
    let left_out = bench.read("one/left_out.csv");
    assert!(left_out.starts_with("link,action,reason\ncalcium_release,all,"));

    // The mean of differences is the difference of means; only its interval is another.
    let differences = bench.read("one/dissect_differences.csv");
    assert_eq!(differences.lines().next(), Some(HEAD));
    assert_eq!(row(&differences, "none", "full"), [0.0; 9]);
    let (cut, apart) = (
        row(&table, "rankl", "cut"),
        row(&differences, "rankl", "cut"),
    );
    for figure in [0, 3, 6] {
        assert!((cut[figure] - full[figure] - apart[figure]).abs() < 1e-9);
    }
    // Without RANKL nothing resorbs.
    assert!(cut[0] <= 0.0 && cut[6] < full[6], "{cut:?} {full:?}");

    let gain = bench.read("one/gain.csv");
    assert!(gain.starts_with("time_d,gain,gain_low,gain_high,tgf_beta_pm,"));
    assert_eq!(gain.lines().count(), 4, "a head and days 0 to 2");
    let silent = bench.read("one/silent.csv");
    assert!(silent.starts_with("rate,kind,cue,half_max,highest_share\n"));
    // Those of all couplings that are not above a twentieth.
    let couplings = bench.read("one/couplings.csv");
    let (mut all, mut quiet) = (0, Vec::new());
    for line in couplings.lines().skip(1) {
        let share: f64 = line.rsplit(',').next().unwrap().parse().unwrap();
        all += 1;
        quiet.extend((share <= 0.05).then_some(line));
    }
    assert!(all > 20, "{couplings}");
    assert_eq!(silent.lines().skip(1).collect::<Vec<_>>(), quiet);
    let map = bench.read("one/map.csv");
    let mut lines = map.lines();
    let head = "signals.tgf_beta.half_life [min],tumour.secretion.pthrp.raised_by.tgf_beta.fold,\
                loss,loss_low,loss_high,tumour,tumour_low,tumour_high";
    assert_eq!(lines.next(), Some(head));
    let starts: Vec<String> = lines
        .map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(starts, ["2 1.0", "120 1.0", "2 9.0", "120 9.0"]);
    for picture in ["losses", "differences", "gain", "map"] {
        assert!(bench.path(&format!("one/{picture}.png")).is_file());
        assert!(bench.path(&format!("one/{picture}.svg")).is_file());
    }
    let again = bench.read("one/settings.csv");
    assert!(again.contains("tgf_beta_release,cut,signals.tgf_beta.matrix_release,false"));
    assert!(again.contains("pthrp,half,tumour.secretion.pthrp.rate,0.0063 amol/h"));
}

#[test]
fn a_link_that_nothing_hangs_on_changes_no_figure_and_one_that_is_cut_already_is_said() {
    // Without a tumour nobody answers with PTHrP.
    let healthy = SMALL.split("[inoculation]").next().unwrap();
    let bench = Bench::small(&format!("{healthy}[signals.igf]\nmatrix_release = false\n"));
    let said = bench.done("dissect small.toml --seeds 2 --out out");
    assert!(said.contains("left out: igf_release: signals.igf.matrix_release is false already"));
    let table = bench.read("out/dissect.csv");
    let differences = bench.read("out/dissect_differences.csv");
    let full = row(&table, "none", "full");
    for link in ["tgf_beta_to_pthrp", "pthrp"] {
        for action in ["cut", "half", "double"] {
            assert_eq!(row(&table, link, action), full);
            assert_eq!(row(&differences, link, action), [0.0; 9]);
        }
    }
    assert!(!table.contains("igf_release"));
    // No tumour senses anything: nothing comes back of what is there.
    for line in bench.read("out/gain.csv").lines().skip(2) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells[1..4], ["0", "0", "0"], "{line}");
    }
    // Tumour cells and their PTHrP are nowhere.
    let silent = bench.read("out/silent.csv");
    let packing = "osteoblast.formation.apposition,lowered_by,tumour_packing,0.3,0\n";
    assert!(silent.contains(packing), "{silent}");
    assert!(!silent.contains("raised_by,pth1r") || silent.contains("150 pM"));
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_run() {
    let bench = Bench::small(SMALL);
    let life = "signals.tgf_beta.half_life";
    let fold = "tumour.secretion.pthrp.raised_by.tgf_beta.fold=1..9";
    let refused = |map: &str, expected: &[&str]| {
        bench.refused(
            &format!("dissect small.toml --out out --map {map}"),
            expected,
        );
    };
    refused(
        &format!("signals.tgf_beta.half_live=2~min..9~min {fold}"),
        &["half_live"],
    );
    let empty = "the range is empty";
    refused(
        &format!("{life}=9~min..2~min {fold}"),
        &["half_life=9 min..2 min", empty],
    );
    refused(&format!("{life}=2~min..2~min {fold}"), &[empty]);
    refused(&format!("{life}=2..9~min {fold}"), &["not the same unit"]);
    refused(&format!("{life}=2~pM..9~pM {fold}"), &["half_life"]);
    refused(
        &format!("{life} {fold}"),
        &["give a parameter and its range"],
    );
    refused(&format!("{fold} {fold}"), &["it is varied already"]);
    refused(
        &format!("inoculation.cells=1..3 {fold}"),
        &["fewer than 5 whole numbers"],
    );
    refused(
        &format!("seed=1..9 {fold}"),
        &["seeds are those of all runs"],
    );
    refused(fold, &["2 values required"]);
    bench.refused("dissect none.toml --out out", &["none.toml"]);
    bench.refused("dissect small.toml --seeds 0 --out out", &["--seeds"]);
    std::fs::create_dir(bench.path("there")).unwrap();
    bench.refused(
        "dissect small.toml --out there",
        &["there exists already", "--out"],
    );
}

#[test]
fn a_run_that_fails_is_named_and_leaves_nothing() {
    // With this much remodelling and twice the RANKL no surface is left on day 0.
    let busy = SMALL
        .replace("20000 /mm2/yr", "60000 /mm2/yr")
        .replace("[30, 30, 1]", "[40, 40, 1]")
        .replace("80 um", "100 um")
        .replace("burn_in = \"1 d\"", "burn_in = \"2 d\"");
    let bench = Bench::small(&busy);
    let before = all(bench.folder());
    let (code, said) = bench.howship("dissect small.toml --seeds 1 --out out");
    assert_eq!(code, Some(1), "{said}");
    let expected = "error: rankl double, seed 0: ";
    assert!(
        said.contains(expected) && said.contains("no surface is left"),
        "{said}"
    );
    assert!(all(bench.folder()) == before);
}
