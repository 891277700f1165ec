use super::*;

#[test]
fn a_store_keeps_results_and_failures_and_refuses_a_foreign_folder() {
    let base = tempfile::tempdir().unwrap();
    let store = Store::open(&base.path().join("s")).unwrap();
    let key = "abcd";
    assert_eq!(store.outcome(key).unwrap(), Outcome::Missing);
    store.keep_failure(key, "no\nroom").unwrap();
    assert_eq!(
        store.outcome(key).unwrap(),
        Outcome::Failed("no room".into())
    );
    let series = Table {
        columns: vec!["time_d".into()],
        rows: vec![vec![0.25]],
    };
    store.keep(key, &series).unwrap();
    assert_eq!(store.outcome(key).unwrap(), Outcome::Done(series.clone()));
    store.keep_partial("abce", &series).unwrap();
    assert_eq!(store.outcome("abce").unwrap(), Outcome::Missing);
    assert_eq!(store.partial("abce").unwrap(), Some(series));
    let cost = Cost {
        wall_s: 1.0,
        threads: 1,
    };
    store.note(key, "done", cost).unwrap();
    // One that took as long and ended in the same millisecond would be the same attempt.
    let longer = Cost {
        wall_s: 2.0,
        ..cost
    };
    store.note(key, "done", longer).unwrap();
    assert_eq!(store.attempts().unwrap().len(), 2);

    let foreign = base.path().join("thesis");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("chapter.tex"), "words").unwrap();
    assert!(Store::open(&foreign).is_err());
    assert!(!foreign.join(MARK).exists());
}
