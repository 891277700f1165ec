//! Reading of scenario files: every fault names its file, its line and a remedy; layers stack in
//! the promised order; the resolved text reads back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test fails the test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use howship::layers::diagnostic::Diagnostic;
use howship::layers::tree::{DEEPEST_NESTING, LARGEST_LAYER, Layer, Leaf, Origin, Tree};
use howship::numerics::quantity::{Concentration, Length, Rate, Time};
use howship::scenario::describe;
use howship::scenario::read::read_file;
use howship::scenario::schema::json_schema;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Study {
    seed: u64,
    #[serde(default)]
    quiet: bool,
    #[serde(default)]
    threshold: f64,
    tumour: Cell,
    #[serde(default)]
    lesion: Vec<Lesion>,
    #[serde(default)]
    signals: BTreeMap<String, Signal>,
    #[serde(default)]
    size: Option<[u64; 3]>,
    #[serde(default)]
    edge: Edge,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cell {
    life: Time,
    #[serde(default)]
    division: Option<Rate>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Lesion {
    cells: u32,
    shape: Shape,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Shape {
    Sphere { radius: Length },
    Cuboid(Cuboid),
    Everywhere,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cuboid {
    side: Length,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Signal {
    half_life: Time,
    #[serde(default)]
    start: Option<Concentration>,
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Edge {
    #[default]
    Closed,
    Open,
}

fn tree(text: &str) -> Result<Tree, Diagnostic> {
    Tree::parse(Layer {
        name: "x.toml".into(),
        text: text.into(),
    })
}

fn read(text: &str) -> Result<Study, Diagnostic> {
    tree(text)?.deserialize()
}

/// Reads a faulty text; the fault must stand at a line and column of x.toml, and its rendering
/// must contain all of `words`.
#[track_caller]
fn fault(text: &str, line: usize, column: usize, words: &[&str]) -> Diagnostic {
    let fault = read(text).expect_err("the text is faulty");
    shows(&fault, "x.toml", line, column, words);
    fault
}

#[track_caller]
fn shows(fault: &Diagnostic, file: &str, line: usize, column: usize, words: &[&str]) {
    let shown = fault.to_string();
    assert_eq!(
        (fault.file(), fault.line(), fault.column()),
        (Some(file), Some(line), Some(column)),
        "{shown}"
    );
    let arrow = format!("--> {file}:{line}:{column}");
    for word in words.iter().chain([&arrow.as_str()]) {
        assert!(shown.contains(word), "no {word:?} in\n{shown}");
    }
}

const SOUND: &str = "\
seed = 7
threshold = 2
size = [1, 2, 3]
edge = \"open\"

[tumour]
life = \"12 d\"

[[lesion]]
cells = 3
shape = \"everywhere\"

[[lesion]]
cells = 4
shape.sphere.radius = \"50 um\"

[[lesion]]
cells = 5
[lesion.shape.cuboid]
side = \"0.1 mm\"

[signals.rankl]
half_life = \"4 h\"
start = \"20 pM\"
";

#[test]
fn a_sound_file_becomes_its_types() {
    let study = read(SOUND).unwrap();
    assert_eq!(study.seed, 7);
    assert!((study.threshold - 2.0).abs() < f64::EPSILON);
    assert_eq!(study.size, Some([1, 2, 3]));
    assert_eq!(study.edge, Edge::Open);
    assert_eq!(study.tumour.life, Time::h(288.0));
    assert_eq!(study.lesion[0].shape, Shape::Everywhere);
    let radius = Length::um(50.0);
    assert_eq!(study.lesion[1].shape, Shape::Sphere { radius });
    let side = Length::um(100.0);
    assert_eq!(study.lesion[2].shape, Shape::Cuboid(Cuboid { side }));
    assert_eq!(study.signals["rankl"].start, Some(Concentration::pm(20.0)));
}

#[test]
fn an_unknown_key_is_shown_with_its_neighbour() {
    let top = fault(
        "seed = 1\n[tumor]\nlife = \"1 d\"\n",
        2,
        2,
        &[
            "unknown key `tumor`",
            "did you mean `tumour`?",
            "allowed: seed, quiet, threshold",
        ],
    );
    assert_eq!(
        top.to_string(),
        "\
error: unknown key `tumor`
 --> x.toml:2:2
  |
2 | [tumor]
  |  ^^^^^
  |
  = help: did you mean `tumour`? allowed: seed, quiet, threshold, tumour, lesion, signals, size, edge"
    );
    let nested = fault(
        "seed = 1\n[tumour]\nlive = \"1 d\"\n",
        3,
        1,
        &[
            "unknown key `live` in `tumour`",
            "did you mean `life`? allowed: life, division",
        ],
    );
    assert_eq!(nested.key_path(), Some("tumour.live"));
    let listed = fault(
        "seed = 1\n[tumour]\nlife = \"1 d\"\n[[lesion]]\ncells = 1\nshape = \"everywhere\"\n\
         [[lesion]]\ncell = 1\n",
        8,
        1,
        &["unknown key `cell` in `lesion[1]`", "did you mean `cells`?"],
    );
    assert_eq!(listed.key_path(), Some("lesion[1].cell"));
    fault(
        "seed = 1\ntumour.life = \"1 d\"\n[signals]\n  'il 6' = { half_live = \"1 h\" }\n",
        4,
        14,
        &[
            "unknown key `half_live` in `signals.\"il 6\"`",
            "did you mean `half_life`?",
        ],
    );
    fault(
        "seed = 1\ntumour.life = \"1 d\"\nlesion = [{ cells = 1, shape.sphere.radios = \"1 um\" }]\n",
        3,
        37,
        &[
            "unknown key `radios` in `lesion[0].shape.sphere`",
            "did you mean `radius`?",
        ],
    );
    fault(
        "seed = 1\nxyzzy = 1\n",
        2,
        1,
        &["unknown key `xyzzy`", "help: allowed: seed,"],
    );
}

#[test]
fn a_quantity_says_which_units_it_takes() {
    fault(
        "seed = 1\n[tumour]\nlife = \"12 um\"\n",
        3,
        8,
        &[
            "`tumour.life`",
            "unit \"um\"",
            "units: h, s, min, d",
            "\"12 d\"",
        ],
    );
    fault(
        "seed = 1\n[tumour]\nlife = 12\n",
        3,
        8,
        &[
            "`tumour.life`",
            "found 12 without a unit",
            "units: h, s, min, d",
            "\"12 d\"",
        ],
    );
    fault(
        "seed = 1\n[tumour]\nlife = 1.5\n",
        3,
        8,
        &["found 1.5 without a unit", "\"12 d\""],
    );
    fault(
        "seed = 1\ntumour.life = \"1 d\"\n[signals.a]\nhalf_life = \"1 h\"\nstart = \"1 nm\"\n",
        5,
        9,
        &["`signals.a.start`", "unit \"nm\"", "units: pM"],
    );
    fault(
        "seed = 1\ntumour.life = true\n",
        2,
        15,
        &["found `true`, expected a time such as"],
    );
}

#[test]
fn a_wrong_type_says_what_to_write() {
    let rest = "tumour.life = \"1 d\"\n";
    let wrong = |first: &str, column: usize, words: &[&str]| {
        fault(&format!("{first}\n{rest}"), 1, column, words);
    };
    wrong(
        "seed = \"7\"",
        8,
        &["found the text \"7\"", "write 7 without quotes"],
    );
    wrong(
        "seed = 7.0",
        8,
        &["found the number 7.0", "write 7 without a decimal point"],
    );
    wrong(
        "seed = -1",
        8,
        &["the whole number -1", "write a whole number from 0 to 9223"],
    );
    wrong("seed = [1]", 8, &["found an array", "write a whole number"]);
    wrong(
        "seed = 2026-01-01",
        8,
        &["found a date", "write a whole number"],
    );
    wrong(
        "quiet = \"true\"",
        9,
        &["expected true or false", "write it without quotes"],
    );
    wrong(
        "threshold = \"0.5\"",
        13,
        &["expected a number", "write 0.5 without quotes"],
    );
    wrong(
        "size = [1, \"2\", 3]",
        12,
        &["`size[1]`", "write 2 without quotes"],
    );
    wrong(
        "size = [1, 2, 3, 4]",
        8,
        &["found 4 elements", "write 3 elements"],
    );
    wrong(
        "size = [1, 2]",
        8,
        &["found 2 elements", "write an array of length 3"],
    );
    wrong(
        "lesion = { cells = 1 }",
        10,
        &["found a table", "write an array"],
    );
    wrong(
        "lesion = [[1, 2]]",
        11,
        &["found an array, expected a table", "[header]"],
    );
    wrong(
        "signals = 3",
        11,
        &["found the whole number 3", "write a table"],
    );
}

#[test]
fn a_choice_says_what_can_be_chosen() {
    let rest = "tumour.life = \"1 d\"\n";
    let wrong = |first: &str, column: usize, words: &[&str]| {
        fault(&format!("{first}\nseed = 1\n{rest}"), 1, column, words);
    };
    wrong(
        "edge = \"opne\"",
        8,
        &[
            "unknown choice `opne` in `edge`",
            "did you mean `open`? allowed: closed, open",
        ],
    );
    wrong(
        "edge = 3",
        8,
        &["found the whole number 3", "one of closed, open"],
    );
    wrong("edge = { open = 3 }", 17, &["`open` takes no values"]);
    let shape = |shape: &str| format!("lesion = [{{ cells = 1, shape = {shape} }}]");
    wrong(
        &shape("{ spere = 1 }"),
        34,
        &[
            "unknown choice `spere` in `lesion[0].shape`",
            "did you mean `sphere`?",
        ],
    );
    wrong(
        &shape("\"sphere\""),
        32,
        &["the bare word \"sphere\"", "sphere = { ... }"],
    );
    wrong(
        &shape("{}"),
        32,
        &["found none", "choose one of sphere, cuboid, everywhere"],
    );
    wrong(
        &shape("{ sphere = {}, cuboid = {} }"),
        32,
        &[
            "found cuboid and sphere",
            "choose one of",
            "`cuboid`: x.toml:1",
        ],
    );
    wrong(
        &shape("{ sphere = {}, radius = 1 }"),
        47,
        &[
            "unknown key `radius` in `lesion[0].shape`",
            "allowed: sphere, cuboid",
        ],
    );
}

#[test]
fn a_missing_key_is_missed_in_its_table() {
    fault(
        "seed = 1\n\n[tumour]\ndivision = \"1 /d\"\n",
        3,
        1,
        &[
            "missing key `life` in `tumour`",
            "add `life = ...` to [tumour]",
        ],
    );
    fault(
        "seed = 1\ntumour.life = \"1 d\"\n[[lesion]]\ncells = 1\nshape = \"everywhere\"\n\
         [[lesion]]\ncells = 2\n",
        6,
        1,
        &[
            "missing key `shape` in `lesion[1]`",
            "add `shape = ...` to this [[lesion]]",
        ],
    );
    fault(
        "quiet = true\ntumour.life = \"1 d\"\n",
        1,
        1,
        &["missing key `seed`", "to x.toml"],
    );
    let mut lower = tree("[tumour]\ndivision = \"1 /d\"\n").unwrap();
    let upper = Layer {
        name: "y.toml".into(),
        text: "seed = 1\n[tumour]\ndivision = \"2 /d\"\n".into(),
    };
    lower.overlay(Tree::parse(upper).unwrap());
    lower.set("tumour.division=3 /d").unwrap();
    let fault = lower.deserialize::<Study>().unwrap_err();
    shows(
        &fault,
        "y.toml",
        2,
        1,
        &["none of x.toml, y.toml sets it", "add `life = ...`"],
    );
    assert_eq!(fault.key_path(), Some("tumour.life"));
}

#[test]
fn broken_toml_is_shown_with_a_remedy() {
    fault(
        "seed = 1\n[tumour]\nlife = 12 d\n",
        3,
        8,
        &["`12 d` is not in quotes", "life = \"12 d\""],
    );
    fault(
        "seed =\n",
        1,
        7,
        &["`seed` has no value", "write one behind the `=`"],
    );
    fault(
        "seed = 1\n[tumour\n",
        2,
        8,
        &["this is not TOML: unclosed table", "`[table]` header"],
    );
    fault(
        "seed = 1\nfoo \"x\"\n",
        2,
        5,
        &["this is not TOML", "`key = value`"],
    );
    fault("a = 'x\n", 1, 7, &["this is not TOML", "`key = value`"]);
}

#[test]
fn the_end_of_a_line_may_be_that_of_windows() {
    let shown = fault(
        "\u{feff}seed = 1\r\n[tumour]\r\n\tlive = \"\u{b5}\" # x\r\n",
        3,
        2,
        &["did you mean `life`?"],
    );
    assert_eq!(shown.source_line(), Some("\tlive = \"\u{b5}\" # x"));
    assert_eq!(shown.span(), 1..5);
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    fault(
        "seed = 1\nseed = 2\n",
        2,
        1,
        &["`seed` stands twice", "keep one of the two"],
    );
    fault(
        "[tumour]\n[tumour]\n",
        2,
        2,
        &["`tumour` stands twice", "keep one of the two"],
    );
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let largest = read("seed = 9223372036854775807\ntumour.life = \"1 d\"\n").unwrap();
    assert_eq!(largest.seed, i64::MAX as u64);
    fault(
        "seed = 9223372036854775808\n",
        1,
        8,
        &[
            "9223372036854775808 does not fit",
            "seeds too",
            "to 9223372036854775807",
        ],
    );
    fault(
        "seed = 0xffffffffffffffff\n",
        1,
        8,
        &["0xffffffffffffffff does not fit"],
    );
    fault(
        "threshold = nan\n",
        1,
        13,
        &["nan is not a finite number", "finite numbers only"],
    );
    fault(
        "threshold = -inf\n",
        1,
        13,
        &["-inf is not a finite number"],
    );
    fault(
        "threshold = 1e999\n",
        1,
        13,
        &["1e999 is not a finite number", "1.8e308"],
    );
    assert_eq!(
        read("seed = 0x1_0\ntumour.life = \"1 d\"\n").unwrap().seed,
        16
    );
}

#[test]
fn hostile_text_is_refused() {
    let deep = |text: String, line: usize| {
        let fault = tree(&text).unwrap_err();
        assert_eq!(fault.line(), Some(line));
        assert!(
            fault.to_string().contains("nested deeper than 64 levels"),
            "{fault}"
        );
        assert!(fault.help().unwrap().contains("shorten the dotted key"));
    };
    deep(format!("\na = {}1{}", "[".repeat(65), "]".repeat(65)), 2);
    deep(format!("a = {}", "[".repeat(1_000_000)), 1);
    deep(format!("a = {}", "{a=".repeat(1_000_000)), 1);
    deep(format!("{}a = 1", "a.".repeat(66)), 1);
    deep(format!("{}a = 1", "a.".repeat(1_000_000)), 1);
    deep(format!("[{}a]\nb = 1", "a.".repeat(66)), 1);
    // The deepest that the parser itself lets through must not exhaust the stack either.
    for size in [20, 63, 75, 79, 80] {
        let keys = format!("{}a", "a.".repeat(size - 1));
        let braces = format!("{{ {keys} = ").repeat(size - 1);
        deep(format!("{keys}.a = {braces}1{}", " }".repeat(size - 1)), 1);
    }
    let edge = format!(
        "a = {}{}",
        "[".repeat(DEEPEST_NESTING - 1),
        "]".repeat(DEEPEST_NESTING - 1)
    );
    assert!(tree(&edge).is_ok());
    assert!(
        tree("")
            .unwrap()
            .set(&format!("{}a=1", "a.".repeat(100)))
            .is_err()
    );
    assert!(
        tree("")
            .unwrap()
            .set(&format!("a={}", "[".repeat(100_000)))
            .is_err()
    );

    let large = tree(&"#".repeat(LARGEST_LAYER + 1))
        .unwrap_err()
        .to_string();
    assert!(
        large.contains("larger than 4 MiB") && large.contains("help:"),
        "{large}"
    );
    let wide = format!("seed = {}", "x".repeat(LARGEST_LAYER - 10));
    assert!(tree(&wide).unwrap_err().to_string().len() < 5000);
    let key = format!("{} = 1", "x".repeat(LARGEST_LAYER - 10));
    assert!(read(&key).unwrap_err().to_string().len() < 5000);
    let text = format!("seed = '{}'", "x".repeat(LARGEST_LAYER - 20));
    assert!(read(&text).unwrap_err().to_string().len() < 5000);
}

#[test]
fn an_upper_layer_wins_key_by_key() {
    let mut stack =
        tree("seed = 1\nsize = [1, 2, 3]\n[tumour]\nlife = \"1 d\"\ndivision = \"1 /d\"\n")
            .unwrap();
    let upper = Layer {
        name: "y.toml".into(),
        text: "size = [4]\n\n[tumour]\ndivision = \"2 /d\"\n[signals.a]\nhalf_life = \"1 h\"\n"
            .into(),
    };
    stack.overlay(Tree::parse(upper).unwrap());
    stack.set("tumour.division = \"3 /d\"").unwrap();
    stack.set("signals.a.start=5 pM").unwrap();
    stack.set("size=[7, 8, 9]").unwrap();
    let study: Study = stack.deserialize().unwrap();
    assert_eq!((study.seed, study.size), (1, Some([7, 8, 9])));
    assert_eq!(study.tumour.life, Time::h(24.0));
    assert_eq!(study.tumour.division, Some("3 /d".parse().unwrap()));
    assert_eq!(study.signals["a"].start, Some(Concentration::pm(5.0)));
    assert_eq!(
        stack.layers(),
        ["x.toml", "y.toml", "--set", "--set", "--set"]
    );
    let origin = |path: &str| {
        stack
            .origin(path)
            .map(|Origin { layer, line }| (layer, line))
    };
    assert_eq!(origin("tumour.life"), Some(("x.toml".into(), 4)));
    assert_eq!(origin("tumour"), Some(("y.toml".into(), 3)));
    assert_eq!(origin("signals.a.half_life"), Some(("y.toml".into(), 6)));
    assert_eq!(origin("tumour.division"), Some(("--set".into(), 1)));
    assert_eq!(origin("tumour.death"), None);
    let paths: Vec<String> = stack.leaves().into_iter().map(|leaf| leaf.path).collect();
    assert_eq!(
        paths,
        [
            "seed",
            "size",
            "tumour.life",
            "tumour.division",
            "signals.a.half_life",
            "signals.a.start"
        ]
    );
}

#[test]
fn the_resolved_text_reads_back_to_the_same() {
    let mut stack = tree(SOUND).unwrap();
    stack.set("signals.\"il 6\".half_life=2 h").unwrap();
    stack.set("lesion[1].cells=9").unwrap();
    stack.set("threshold=0.1").unwrap();
    let text = stack.to_toml();
    let again = tree(&text).unwrap();
    assert_eq!(again.to_toml(), text);
    let (one, other): (Study, Study) = (stack.deserialize().unwrap(), again.deserialize().unwrap());
    assert_eq!(one, other);
    assert_eq!(one.lesion[1].cells, 9);
    assert_eq!(one.signals["il 6"].half_life, Time::h(2.0));
    // The order in which values were written leaves no trace.
    let swapped = tree("b = 1\na.d = 2\na.c = 3").unwrap().to_toml();
    assert_eq!(
        swapped,
        tree("[a]\nc = 3\nd = 2\n")
            .and_then(|mut lower| {
                lower.set("b=1")?;
                Ok(lower.to_toml())
            })
            .unwrap()
    );
    for odd in [
        "a = []\nb = {}",
        "a = [[], [1.5]]",
        "a = [{}, { b = [{ c = 1 }] }]",
        "a = '\"\\'\nb = \"\"\"x\ny\"\"\"\n\"\" = -0.0",
        "",
    ] {
        let first = tree(odd).unwrap().to_toml();
        assert_eq!(tree(&first).unwrap().to_toml(), first, "{odd}");
    }
}

#[test]
fn an_assignment_takes_text_without_quotes() {
    let mut tree = tree("[tumour]\nlife = \"1 d\"\n[[lesion]]\ncells = 1\n").unwrap();
    let mut becomes = |assignment: &str, path: &str, value: toml::Value| {
        tree.set(assignment).unwrap();
        assert_eq!(tree.get(path), Some(value), "{assignment}");
    };
    becomes("tumour.life=0.5 /d", "tumour.life", "0.5 /d".into());
    becomes("tumour.life = \"0.6 /d\" ", "tumour.life", "0.6 /d".into());
    becomes("tumour.life='0.7 = d'", "tumour.life", "0.7 = d".into());
    becomes("seed=7", "seed", 7.into());
    becomes("quiet=true", "quiet", true.into());
    becomes("threshold=1e-3", "threshold", 1e-3.into());
    becomes(
        "signals.a = { start = '1 pM' }",
        "signals.a.start",
        "1 pM".into(),
    );
    becomes("signals.a.half_life=2 h", "signals.a.start", "1 pM".into());
    becomes(
        "lesion[0].shape.sphere.radius=3 um",
        "lesion[0].shape.sphere.radius",
        "3 um".into(),
    );
    becomes("lesion[0].cells=3", "lesion[0].cells", 3.into());
    becomes("size=[1,2,3]", "size[2]", 3.into());
    becomes("size[2]=9", "size[2]", 9.into());
    becomes("edge=open", "edge", "open".into());
    assert!(tree.remove("tumour.life") && !tree.remove("tumour.life"));
    assert!(tree.remove("size[0]") && !tree.remove("size[7]") && !tree.remove("["));
    assert_eq!(tree.get("size[0]"), Some(2.into()));
    assert_eq!(tree.get("tumour.life"), None);
}

#[test]
fn a_bad_assignment_is_shown() {
    let bad = |assignment: &str, column: usize, words: &[&str]| {
        let mut tree = tree("lesion = []\n").unwrap();
        let before = tree.to_toml();
        shows(
            &tree.set(assignment).unwrap_err(),
            "--set",
            1,
            column,
            words,
        );
        assert_eq!(tree.to_toml(), before);
    };
    bad(
        "tumour.life",
        1,
        &["needs a `=`", "write --set path.of.key=value"],
    );
    bad(
        "=3",
        1,
        &["no dotted path", "write --set path.of.key=value"],
    );
    bad(
        "a..b=3",
        1,
        &["no dotted path", "write --set path.of.key=value"],
    );
    bad(
        "tumour.life= ",
        14,
        &["no value", "write --set path.of.key=value"],
    );
    bad("size=[1, 2", 11, &["unclosed array", "help:"]);
    bad("a=\"x", 5, &["basic string", "help:"]);
    bad(
        "a = 99999999999999999999",
        5,
        &["does not fit in 64 bits", "seeds too"],
    );
    bad(
        "lesion[0].cells=3",
        7,
        &["there is no `lesion[0]`", "[0] is the first"],
    );
    bad(
        "tumour[0].cells=3",
        1,
        &["there is no `tumour`", "[0] is the first"],
    );
}

#[test]
fn an_assignment_to_an_unknown_key_is_found_when_read() {
    let find = |assignment: &str, column: usize, words: &[&str]| {
        let mut tree = tree(SOUND).unwrap();
        tree.set(assignment).unwrap();
        shows(
            &tree.deserialize::<Study>().unwrap_err(),
            "--set",
            1,
            column,
            words,
        );
    };
    find(
        "tumor.life=1 d",
        1,
        &["unknown key `tumor`", "tumor.life=1 d", "mean `tumour`?"],
    );
    find(
        "tumour.live=1 d",
        8,
        &["unknown key `live` in `tumour`", "mean `life`?"],
    );
    find(
        "signals.opg.half_live=1 d",
        13,
        &["in `signals.opg`", "mean `half_life`?"],
    );
    find(
        "lesion[1].cell=3",
        11,
        &["unknown key `cell` in `lesion[1]`", "mean `cells`?"],
    );
    find("tumour.life=1 um", 13, &["`tumour.life`", "units: h, s"]);
    find("tumour.life.x=1", 8, &["found a table, expected a time"]);
    find(
        "signals.opg.start=1 pM",
        9,
        &["missing key `half_life` in `signals.opg`"],
    );
    find(
        "lesion[2].cells=many",
        17,
        &["`lesion[2].cells`", "found the text \"many\""],
    );
}

#[derive(Debug, Deserialize)]
struct File {
    shape: Shape,
}

#[test]
fn an_upper_choice_replaces_a_lower_one_where_asked() {
    let mut stack = tree("[shape.sphere]\nradius = \"1 um\"\n").unwrap();
    let upper = Layer {
        name: "y.toml".into(),
        text: "\n[shape.cuboid]\nside = \"2 um\"\n".into(),
    };
    stack.overlay(Tree::parse(upper).unwrap());
    let both = stack.deserialize::<File>().unwrap_err();
    shows(
        &both,
        "y.toml",
        2,
        2,
        &["`sphere`: x.toml:1", "`cuboid`: y.toml:2", "choose one of"],
    );
    stack.keep_uppermost_choice("shape");
    stack.set("shape.cuboid.side=3 um").unwrap();
    stack.keep_uppermost_choice("shape");
    let side = Length::um(3.0);
    assert_eq!(
        stack.deserialize::<File>().unwrap().shape,
        Shape::Cuboid(Cuboid { side })
    );
}

#[test]
fn a_later_check_points_at_the_line_too() {
    let mut tree = tree(SOUND).unwrap();
    tree.set("seed=3").unwrap();
    let fault = tree.error_at("lesion[1].cells", "more cells than sites", "at most 2");
    shows(
        &fault,
        "x.toml",
        14,
        9,
        &[
            "more cells than sites",
            "the key is `lesion[1].cells`",
            "help: at most 2",
        ],
    );
    let fault = tree.error_at("seed", "even", "take an odd one");
    shows(&fault, "--set", 1, 6, &["seed=3"]);
    let fault = tree.error_at("tumour.division", "too slow", "raise it");
    shows(
        &fault,
        "x.toml",
        6,
        1,
        &["`tumour.division` is set nowhere", "raise it"],
    );
    let fault = tree.error_at("edges.x", "wrong", "mend it");
    shows(&fault, "x.toml", 1, 1, &["mend it"]);
    assert_eq!(fault.key_path(), Some("edges.x"));
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn name(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

fn preset(name: &str) -> Option<&'static str> {
    match name {
        "human" => Some(
            "seed = 1\nthreshold = 1\n[tumour]\nlife = \"10 d\" # Doe 2020\ndivision = \"1 /d\"\n",
        ),
        "mouse" => Some("seed = 2\n[tumour]\nlife = \"5 d\"\n"),
        "broken" => Some("seed = \n"),
        _ => None,
    }
}

#[test]
fn layers_stack_from_preset_to_assignment() {
    let folder = Folder::new();
    folder.write(
        "bases/base.toml",
        "preset = \"human\"\nthreshold = 2\nquiet = true\nsize = [1, 1, 1]\n",
    );
    let file = folder.write(
        "x.toml",
        "extends = \"bases/base.toml\"\nsize = [2, 2, 2]\nedge = \"open\"\n",
    );
    let sets = [
        "edge=closed".to_owned(),
        "seed=5".to_owned(),
        "seed=6".to_owned(),
    ];
    let tree = read_file(&file, preset, &sets).unwrap();
    let study: Study = tree.deserialize().unwrap();
    assert_eq!(study.tumour.life, Time::h(240.0));
    assert!((study.threshold - 2.0).abs() < f64::EPSILON);
    assert!(study.quiet);
    assert_eq!(
        (study.size, study.edge, study.seed),
        (Some([2, 2, 2]), Edge::Closed, 6)
    );
    assert_eq!(tree.preset(), Some("human"));
    assert_eq!(
        tree.layers(),
        [
            "preset human",
            &folder.name("bases/base.toml"),
            &folder.name("x.toml"),
            "--set",
            "--set",
            "--set"
        ]
    );
    assert_eq!(
        tree.origin("tumour.life"),
        Some(Origin {
            layer: "preset human".into(),
            line: 4
        })
    );
    // Self-contained: the resolved text needs neither preset nor base.
    let resolved = folder.write("elsewhere/y.toml", tree.to_toml());
    let alone: Study = read_file(&resolved, |_| None, &[])
        .unwrap()
        .deserialize()
        .unwrap();
    assert_eq!(alone, tree.deserialize().unwrap());
}

#[test]
fn a_chain_of_bases_ends() {
    let folder = Folder::new();
    let refuse = |path: &Path, at: &str, line: usize, words: &[&str]| {
        let fault = read_file(path, preset, &[]).unwrap_err();
        shows(&fault, &folder.name(at), line, 11, words);
    };
    folder.write("c.toml", "seed = 1\n");
    folder.write("b.toml", "seed = 1\nextends = \"c.toml\"\n");
    let a = folder.write("a.toml", "\nextends = \"b.toml\"\n");
    let tree = read_file(&a, preset, &[]).unwrap();
    let files = ["c.toml", "b.toml", "a.toml"].map(|name| folder.name(name));
    assert_eq!(tree.layers(), files);
    folder.write("b.toml", "seed = 1\nextends = \"a.toml\"\n");
    refuse(
        &a,
        "b.toml",
        2,
        &["extend each other in a circle", "extends none"],
    );
    let own = folder.write("own.toml", "extends = \"./own.toml\"\n");
    refuse(
        &own,
        "own.toml",
        1,
        &["extends itself", "name another file"],
    );
    let lost = folder.write("lost.toml", "seed = 1\nextends = \"gone.toml\"\n");
    refuse(
        &lost,
        "lost.toml",
        2,
        &["gone.toml", "No such file", "taken from the folder of"],
    );
    let typed = folder.write("typed.toml", "extends = 3\n");
    refuse(
        &typed,
        "typed.toml",
        1,
        &["`extends` must be text", "write extends = \"base.toml\""],
    );
}

#[test]
fn presets_are_never_mixed() {
    let folder = Folder::new();
    let base = folder.write("base.toml", "\npreset = \"mouse\"\n");
    let file = folder.write("x.toml", "extends = \"base.toml\"\npreset = \"human\"\n");
    let fault = read_file(&file, preset, &[]).unwrap_err();
    let there = format!("{}:2 says preset = \"mouse\"", base.display());
    shows(
        &fault,
        &folder.name("x.toml"),
        2,
        10,
        &["preset `human` over", &there, "never mixed"],
    );
    let same = folder.write("same.toml", "extends = \"base.toml\"\npreset = \"mouse\"\n");
    assert_eq!(
        read_file(&same, preset, &[]).unwrap().preset(),
        Some("mouse")
    );
    let other = folder.write("y.toml", "preset = \"humans\"\n");
    let fault = read_file(&other, preset, &[]).unwrap_err();
    shows(
        &fault,
        &folder.name("y.toml"),
        1,
        10,
        &["unknown preset `humans`", "did you mean `human`?"],
    );
    let broken = folder.write("z.toml", "preset = \"broken\"\n");
    let fault = read_file(&broken, preset, &[]).unwrap_err();
    shows(
        &fault,
        "preset broken",
        1,
        8,
        &["`seed` has no value", "write one"],
    );
    let fault = read_file(&same, preset, &["preset=human".to_owned()]).unwrap_err();
    shows(
        &fault,
        "--set",
        1,
        1,
        &["cannot be set", "at the top of the scenario file"],
    );
}

#[test]
fn a_file_that_is_no_scenario_is_refused() {
    let folder = Folder::new();
    let refuse = |path: &Path, words: &[&str]| {
        let shown = read_file(path, preset, &[]).unwrap_err().to_string();
        let file = path.display().to_string();
        for word in words.iter().chain(&[file.as_str(), "help:"]) {
            assert!(shown.contains(word), "no {word:?} in\n{shown}");
        }
    };
    refuse(
        &folder.0.path().join("none.toml"),
        &["cannot read", "No such file", "taken from"],
    );
    refuse(folder.0.path(), &["cannot read", "irectory"]);
    let image = folder.write("x.toml", b"a = 1\n\x89PNG\xff\n");
    refuse(
        &image,
        &[
            "line 2 is not UTF-8 text (byte 6)",
            "save the file as UTF-8",
        ],
    );
    let large = folder.write("large.toml", vec![b'#'; LARGEST_LAYER + 1]);
    refuse(&large, &["larger than 4 MiB", "images and tables"]);
}

#[test]
fn a_description_gives_values_and_sources() {
    let folder = Folder::new();
    let file = folder.write(
        "x.toml",
        "preset = \"human\"\n# from the clinic\n# in 2021\nthreshold = 3\n\n[signals]\n\
         a = { half_life = \"1 h\", start = \"2 | 3 pM\" } # Roe | 2019\n",
    );
    let sets = ["size=[1, 2, 3]".to_owned()];
    let tree = read_file(&file, preset, &sets).unwrap();
    let leaves = tree.leaves();
    assert_eq!(
        leaves[2],
        Leaf {
            path: "tumour.life".into(),
            value: "\"10 d\"".into(),
            layer: "preset human".into(),
            line: 4,
            comment: Some("Doe 2020".into()),
        }
    );
    assert_eq!(
        describe::comment(&tree, "threshold").as_deref(),
        Some("from the clinic in 2021")
    );
    assert_eq!(describe::comment(&tree, "seed"), None);
    assert_eq!(
        describe::text_table(&leaves),
        "\
path                 value      source
seed                 1          preset human:1
threshold            3          from the clinic in 2021
tumour.life          10 d       Doe 2020
tumour.division      1 /d       preset human:5
signals.a.half_life  1 h        Roe | 2019
signals.a.start      2 | 3 pM   Roe | 2019
size                 [1, 2, 3]  --set
"
    );
    let odd = self::tree("a = '\\\"'\nb = [\"x\", \"y\"]\n")
        .unwrap()
        .leaves();
    let text = describe::text_table(&odd);
    assert!(
        text.contains("'\\\"'") && text.contains("[\"x\", \"y\"]"),
        "{text}"
    );
    let markdown = describe::markdown_table(&leaves);
    assert!(markdown.starts_with("| path | value | source |\n|---|---|---|\n| `seed` | 1 |"));
    assert!(markdown.contains("| `signals.a.start` | 2 \\| 3 pM | Roe \\| 2019 |\n"));
}

#[test]
fn the_schema_fits_a_file_that_is_one_layer() {
    let schema = json_schema::<Study>("A study");
    assert_eq!(schema["title"], "A study");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["extends"]["type"], "string");
    assert_eq!(schema["properties"]["preset"]["type"], "string");
    assert!(schema.get("required").is_none());
    assert!(schema["$defs"]["Cell"].get("required").is_none());
    let variants = schema["$defs"]["Shape"]["oneOf"].as_array().unwrap();
    assert!(
        variants
            .iter()
            .any(|variant| variant["required"][0] == "sphere")
    );
    assert!(schema.to_string().contains("pattern"));
}

/// A parameter has a source, or is marked as fitted or designed, in the place where it stands.
#[test]
fn every_value_of_the_presets_says_where_it_comes_from() {
    for (name, text) in [
        ("human", howship::scenario::build::HUMAN),
        ("mouse", howship::scenario::build::MOUSE),
    ] {
        for (number, line) in text.lines().enumerate() {
            let is_value = line.contains('=') && !line.starts_with('#');
            assert!(
                !is_value || line.contains("# "),
                "{name}.toml:{}: {line}",
                number + 1
            );
        }
    }
}

/// A coupling that no run can wake is told before the run, with its reason.
#[test]
fn couplings_that_cannot_act_are_named() {
    use howship::scenario::silent::silent_couplings;
    let text = "name = \"s\"\npreset = \"mouse\"\n[run]\nduration = \"1 d\"\n[lattice]\nsize = [20, 20, 20]\n\
                site = \"10 um\"\n[specimen.slab]\nthickness = \"50 um\"\n";
    let said = |more: &str, sets: &[&str]| {
        let loaded = crate::common::loaded(&format!("{text}{more}"), sets);
        silent_couplings(&loaded)
    };
    assert_eq!(said("", &[]), [""; 0]);
    let cut = said("", &["tumour.secretion.pthrp.raised_by.tgf_beta.fold=1"]);
    assert_eq!(
        cut,
        ["tumour.secretion.pthrp.raised_by.tgf_beta has no effect: fold is 1"]
    );
    let none = "[signals.il6]\ndiffusivity = \"80 um2/s\"\nhalf_life = \"30 min\"\n\
                [cues.both]\nsum = [\"il6\"]\n\
                [osteoclast.fusion.gain.needs.both]\nhalf_max = \"1 pM\"\n";
    let absent =
        "osteoclast.fusion.gain.needs.both never acts: nothing makes both, so that the rate is 0";
    assert_eq!(said(none, &[]), [absent]);
    for made in [
        "tumour.secretion.il6.rate=\"0.1 amol/h\"",
        "signals.il6.matrix_content=\"1 nM\"",
    ] {
        assert_eq!(said(none, &[made]), [""; 0], "{made}");
    }
    let turned =
        format!("{none}[conversions.x]\nfrom = \"igf\"\nto = \"il6\"\neverywhere = \"1 /h\"\n");
    assert_eq!(said(&turned, &[]), [""; 0]);
    let released = "signals.igf.matrix_release=false";
    let cut = said(&turned, &[released]);
    assert_eq!(cut.len(), 2, "{cut:?}");
    assert!(
        cut.iter()
            .any(|said| said.contains("tumour.division.raised_by.igf never acts"))
    );
    // A mechanostat that no rate answers to, as of the mouse, and one that is felt through a declared cue alone.
    let felt = "[mechanostat]\n";
    let no_rate = "mechanostat changes no tissue: no rate answers to its cue strain";
    assert_eq!(said(felt, &[]), [no_rate]);
    let human = text.replace("mouse", "human");
    let said = |more: &str, sets: &[&str]| {
        let loaded = crate::common::loaded(&format!("{human}{more}"), sets);
        silent_couplings(&loaded)
    };
    assert_eq!(said(felt, &[]), [""; 0]);
    let deaf = [
        "lining.activation.events.raised_by.unloaded.fold=1",
        "lining.modelling.events.raised_by.strain.fold=1",
        "lining.modelling.events.lowered_by.used_to.to=1",
        "precursor.recruitment.refill.lowered_by.unloaded.to=1",
    ];
    let found = said(felt, &deaf);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[4], no_rate);
    assert_eq!(said(felt, &deaf[..3]).len(), 3);
}

/// The reference shows every key of the preset of man with the value that it has there.
#[test]
fn the_reference_has_the_values_of_the_preset() {
    let reference =
        crate::common::load_file(&crate::common::repository("scenarios/reference.toml"), &[]);
    let reference = reference.unwrap().tree;
    let bare = "name = \"b\"\npreset = \"human\"\n[run]\nduration = \"30 d\"\n[lattice]\nsize = [40, 40, 40]\n\
                site = \"20 um\"\n[specimen.slab]\nthickness = \"300 um\"\n";
    let preset = crate::common::loaded(bare, &[]).tree;
    let mut shown = 0;
    for leaf in reference.leaves() {
        if let Some(value) = preset.get(&leaf.path)
            && leaf.layer.contains("reference")
        {
            let ours = ["name", "description"].contains(&leaf.path.as_str());
            assert!(
                ours || reference.get(&leaf.path) == Some(value),
                "{}",
                leaf.path
            );
            shown += 1;
        }
    }
    assert!(shown > 130, "{shown}");
    let keys: Vec<String> = reference
        .leaves()
        .into_iter()
        .filter(|leaf| leaf.layer.contains("reference"))
        .map(|leaf| leaf.path)
        .collect();
    for leaf in preset.leaves() {
        assert!(
            keys.contains(&leaf.path),
            "{} is not in the reference",
            leaf.path
        );
    }
}
