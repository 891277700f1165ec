use super::*;

#[test]
fn a_misspelt_word_finds_its_neighbour() {
    let allowed = ["tumour", "osteoclast", "osteoblast", "signals", "half_max"];
    assert_eq!(nearest("tumor", &allowed), Some("tumour"));
    assert_eq!(nearest("osteclast", &allowed), Some("osteoclast"));
    assert_eq!(nearest("Half-Max", &allowed), Some("half_max"));
    assert_eq!(nearest("singals", &allowed), Some("signals"));
    assert_eq!(nearest("xyzzy", &allowed), None);
    assert_eq!(nearest(&"t".repeat(1_000_000), &allowed), None);
}

#[test]
fn it_looks_like_the_compiler() {
    let source = Source::new("scenarios/x.toml".into(), "seed = 1\n[tumor]\n".into());
    let shown = Diagnostic::new("unknown key `tumor`")
        .at(&source, &(10..15))
        .with_help("did you mean `tumour`? allowed: seed, tumour")
        .to_string();
    assert_eq!(
        shown,
        "\
error: unknown key `tumor`
 --> scenarios/x.toml:2:2
  |
2 | [tumor]
  |  ^^^^^
  |
  = help: did you mean `tumour`? allowed: seed, tumour"
    );
}

#[test]
fn colours_come_only_when_asked_for() {
    let fault = Diagnostic::new("x").in_file("y").with_help("z");
    assert!(!fault.render(false).contains('\u{1b}'));
    assert!(fault.render(true).contains('\u{1b}'));
    assert!(fault.render(false).contains("--> y"));
}

#[test]
fn foreign_text_cannot_steer_the_terminal() {
    let source = Source::new("a\u{1b}[2Jb".into(), "k\u{1b}[2J = 1\n".into());
    let shown = Diagnostic::new("bad \u{1b}[2J")
        .at(&source, &(0..1))
        .with_note("\u{1b}[2J")
        .with_help("\u{7}")
        .to_string();
    assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown}");
}

#[test]
fn odd_spans_are_brought_into_the_line() {
    let source = Source::new("x".into(), "a\u{e4}\u{e4}b\nc".into());
    for bytes in [0..0, 2..4, 5..90, 6..7, 7..7, 8..8, 90..99] {
        let fault = Diagnostic::new("x").at(&source, &bytes);
        assert!(fault.render(false).contains("x:"), "{bytes:?}");
    }
    let long = Source::new("x".into(), "\u{e4}".repeat(2_000_000));
    assert!(
        Diagnostic::new("x")
            .at(&long, &(2_000_000..2_000_004))
            .to_string()
            .len()
            < 2000
    );
}

#[test]
fn several_faults_stand_below_each_other() {
    let mut faults = Diagnostics::from(Diagnostic::new("one"));
    faults.push(Diagnostic::new("two"));
    assert_eq!(faults.to_string(), "error: one\n\nerror: two");
    assert!(faults.into_result().is_err());
    assert!(Diagnostics::default().into_result().is_ok());
}
