use super::*;

fn table(toml: &str) -> (CueTable, Problems) {
    let declared: BTreeMap<String, DeclaredCue> = toml::from_str(toml).unwrap();
    let mut problems = Problems::default();
    let table = CueTable::new(&["pthrp".into(), "rankl".into()], &declared, &mut problems);
    (table, problems)
}

#[test]
fn cues_may_rest_on_later_named_ones() {
    let (table, problems) = table(
        "a_sum.sum = [\"pthrp\", \"pth\"]\npth.constant = \"3.9 pM\"\n\
             z.below = { cue = \"a_sum\", threshold = \"10 pM\" }",
    );
    assert!(problems.found.is_empty(), "{:?}", problems.found);
    assert_eq!(
        table.dimension(table.find("a_sum").unwrap()),
        Dimension::Concentration
    );
    assert_eq!(table.dimension(table.find("z").unwrap()), Dimension::Number);
}

#[test]
fn circles_unknown_parts_and_mixtures_are_problems() {
    let (_, circle) = table("a.sum = [\"b\"]\nb.sum = [\"a\"]");
    assert_eq!(circle.found.len(), 2);
    let (_, unknown) = table("a.sum = [\"il6\"]");
    assert!(unknown.found[0].message.contains("il6"));
    let (_, mixed) = table("a.sum = [\"pthrp\", \"tumour_packing\"]");
    assert_eq!(mixed.found.len(), 1);
    let (_, two) = table("a = { constant = 1, sum = [\"pthrp\"] }");
    assert!(two.found[0].message.contains('2'));
}

#[test]
fn a_scaled_cue_is_the_level_times_its_factor() {
    let (table, problems) =
        table("low.scaled = { cue = \"both\", by = 0.5 }\nboth.sum = [\"pthrp\", \"pthrp\"]");
    assert!(problems.found.is_empty(), "{:?}", problems.found);
    let low = table.find("low").unwrap();
    assert_eq!(table.dimension(low), Dimension::Concentration);
    let CueSource::Scaled(of, by) = &table.sources[low] else {
        panic!("{:?}", table.sources[low]);
    };
    assert_eq!((table.name(*of), *by), ("both", 0.5));
    let (_, negative) = tests::table("low.scaled = { cue = \"pthrp\", by = -1.0 }");
    assert!(negative.found[0].path == "cues.low.scaled.by");
    let (_, unknown) = tests::table("low.scaled = { cue = \"il6\", by = 1.0 }");
    assert!(unknown.found[0].message.contains("il6"));
}
