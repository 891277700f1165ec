//! What is hostile in the corpus is refused by name, and mutated inputs make no reader panic. More of
//! them, with the memory that they take: `cargo run --release --example fuzz`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../examples/fuzz/targets.rs"]
mod targets;

use howship::numerics::random::{Chance, Stream};
use targets::{Answer, targets};

#[test]
fn the_corpus_is_read_and_what_is_hostile_in_it_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    for target in targets(scratch.path()).unwrap() {
        assert!(target.seeds.len() > 3, "{} has no corpus", target.name);
        let mut read = 0;
        for seed in &target.seeds {
            let answer = (target.reader)(seed.kind, &seed.bytes);
            let hostile = seed.name.starts_with("hostile");
            assert!(
                !hostile || answer == Answer::Refused,
                "{} was read",
                seed.name
            );
            read += usize::from(answer == Answer::Read);
        }
        assert!(read > 2, "{}: only {read} were read", target.name);
    }
}

#[test]
fn some_thousands_of_mutated_inputs_make_no_reader_panic() {
    let scratch = tempfile::tempdir().unwrap();
    for target in targets(scratch.path()).unwrap() {
        let mut refused = 0;
        for turn in 0..800 {
            let mut draws = Chance::new(2).at(Stream::Test, 0, turn);
            let input = target.input(&mut draws);
            refused += u32::from((target.reader)(input.kind, &input.bytes) == Answer::Refused);
        }
        let at_most = target.allowed[0];
        assert!(
            at_most > 0 && refused > 270,
            "{}: {refused} refused",
            target.name
        );
    }
}
