//! `howship view`: who is answered, what is limited, what is left at the end, and the static page.

#![cfg(all(feature = "view", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::{Bench, repository};
use howship::scenario::build::load;
use howship::view::assets::{ASSETS, asset};
use howship::view::catalogue::Catalogue;
use howship::view::server::{MOST_A_SECOND, MOST_PAGES};
use howship::view::stage::{Note, stage};
use serde_json::Value;

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 3
run = { duration = "4 d", burn_in = "1 d", tick = "6 h" }
lattice = { size = [40, 40, 1], site = "10 um", section_thickness = "50 um" }
specimen.slab.thickness = "120 um"
inoculation.cells = 100
"#;

/// A page server on a port of its own, ended with the test.
struct Server {
    child: Child,
    link: String,
    port: u16,
}

impl Server {
    fn start(bench: &Bench, words: &str) -> Self {
        let mut child = bench
            .command(&format!("view small.toml {words}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut link = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut link)
            .unwrap();
        let link = link.trim().to_owned();
        let port = link.split(':').nth(2).unwrap();
        let port = port.split('/').next().unwrap().parse().unwrap();
        Self { child, link, port }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    /// Status and whole answer to a request with these headers.
    fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut stream = self.connect();
        let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        stream.write_all((request + "\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn status(&self, path: &str) -> u16 {
        self.get(path, &[("Host", &self.host())]).0
    }

    /// Ends it by Ctrl-C; gives its exit code.
    fn interrupt(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a WebSocket brings.
#[derive(Debug, PartialEq)]
enum Message {
    Text(Value),
    Frame(Vec<u8>),
    Closed(u16),
}

/// A page: a WebSocket as a browser opens it.
struct Page(TcpStream);

impl Page {
    /// The status of the answer, and the page where it is 101.
    fn open(server: &Server, origin: &str) -> (u16, Option<Self>) {
        let mut stream = server.connect();
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            server.host()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, (status == 101).then_some(Self(stream)))
    }

    fn of(server: &Server) -> Self {
        let (status, page) = Self::open(server, &format!("http://{}", server.host()));
        page.unwrap_or_else(|| panic!("{status}"))
    }

    fn send(&mut self, kind: u8, bytes: &[u8]) {
        let mut frame = vec![0x80 | kind];
        match bytes.len() {
            length @ 0..126 => frame.push(0x80 | length as u8),
            length @ 126..65536 => {
                frame.push(0x80 | 0x7e);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 0x7f);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        // A mask of zeros is one too.
        frame.extend([0; 4]);
        frame.extend(bytes);
        // A server that has parted from the page does not take it.
        let _ = self.0.write_all(&frame);
    }

    fn ask(&mut self, text: &str) {
        self.send(1, text.as_bytes());
    }

    fn next(&mut self) -> Message {
        let mut take = |count: usize| {
            let mut bytes = vec![0; count];
            self.0.read_exact(&mut bytes).map(|()| bytes)
        };
        let Ok(head) = take(2) else {
            return Message::Closed(0);
        };
        let length = match head[1] & 0x7f {
            126 => u16::from_be_bytes(take(2).unwrap().try_into().unwrap()).into(),
            127 => u64::from_be_bytes(take(8).unwrap().try_into().unwrap()),
            short => u64::from(short),
        };
        let bytes = take(length as usize).unwrap();
        match head[0] & 0x0f {
            1 => Message::Text(serde_json::from_slice(&bytes).unwrap()),
            2 => Message::Frame(bytes),
            8 => Message::Closed(
                bytes
                    .get(..2)
                    .map_or(0, |code| u16::from_be_bytes(code.try_into().unwrap())),
            ),
            _ => self.next(),
        }
    }

    /// The next text of a kind for which something holds.
    fn until(&mut self, say: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next() {
                Message::Text(text) if text["say"] == say && holds(&text) => return text,
                Message::Text(text) if text["say"] == "refused" => panic!("{text}"),
                Message::Closed(code) => panic!("closed with {code}"),
                _ => {}
            }
        }
    }
}

#[test]
fn the_page_answers_under_its_own_address_alone() {
    let bench = Bench::small(SMALL);
    let server = Server::start(&bench, "--port 0");
    assert_eq!(server.link, format!("http://127.0.0.1:{}/", server.port));
    let host = server.host();
    let (status, answer) = server.get("/", &[("Host", &host)]);
    assert_eq!(status, 200);
    assert!(answer.contains("<title>howship"));
    let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self'"));
    assert!(!head.contains("unsafe-inline") && !head.contains("access-control-allow"));
    let own = format!("http://{host}");
    assert_eq!(server.get("/", &[("Host", &host), ("Origin", &own)]).0, 200);
    let local = format!("localhost:{}", server.port);
    assert_eq!(server.get("/", &[("Host", &local)]).0, 200);
    for other in [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "evil.example:80",
    ] {
        assert_eq!(server.get("/", &[("Host", other)]).0, 403, "{other}");
    }
    for other in ["http://evil.example", "null", "https://127.0.0.1"] {
        let headers = [("Host", &host[..]), ("Origin", other)];
        assert_eq!(server.get("/", &headers).0, 403, "{other}");
        assert_eq!(server.get("/page.css", &headers).0, 403, "{other}");
        assert_eq!(Page::open(&server, other).0, 403, "{other}");
    }
    for file in ASSETS {
        assert_eq!(
            server.status(&format!("/{}", file.name)),
            200,
            "{}",
            file.name
        );
    }
    for none in [
        "/Cargo.toml",
        "/../small.toml",
        "/..%2fsmall.toml",
        "//etc/passwd",
        "/uplot/",
        "/uplot/../main.rs",
    ] {
        assert_eq!(server.status(none), 404, "{none}");
    }
}

#[test]
fn another_address_asks_for_the_token_that_is_printed() {
    let bench = Bench::small(SMALL);
    let server = Server::start(&bench, "--host 0.0.0.0 --port 0");
    let token = server.link.split("token=").nth(1).unwrap().to_owned();
    assert_eq!(token.len(), 32);
    let host = server.host();
    assert_eq!(server.status("/"), 403);
    assert_eq!(server.status("/?token=0"), 403);
    let (status, answer) = server.get(&format!("/?token={token}"), &[("Host", &host)]);
    assert_eq!(status, 200);
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(
        server
            .get("/main.js", &[("Host", &host), ("Cookie", cookie)])
            .0,
        200
    );
    assert_eq!(
        server
            .get(
                "/",
                &[
                    ("Host", &format!("evil.example:{}", server.port)),
                    ("Cookie", cookie)
                ]
            )
            .0,
        403
    );
}

#[test]
fn two_pages_see_one_run_and_what_is_taken_home_is_that_run() {
    let bench = Bench::small(SMALL);
    let server = Server::start(&bench, "");
    let (mut one, mut other) = (Page::of(&server), Page::of(&server));
    one.ask(r#"{"ask":"hello"}"#);
    let welcome = one.until("welcome", |_| true);
    assert_eq!(welcome["scenarios"][0]["group"], "Your file");
    one.ask(r#"{"ask":"speed"}"#);
    one.ask(r#"{"ask":"run_to","day":2}"#);
    other.until("status", |status| {
        status["day"] == 2.0 && status["playing"] == false
    });
    other.ask(r#"{"ask":"change","set":["tumour.division.rate=0.1 /d"]}"#);
    assert_eq!(
        one.until("changed", |changed| !changed["at"].is_null())["at"],
        2.0
    );
    one.ask(r#"{"ask":"look","fields":["pthrp"]}"#);
    one.ask(r#"{"ask":"play"}"#);
    let mut frames = [0, 0];
    let done = loop {
        match other.next() {
            Message::Frame(frame) => {
                assert_eq!(
                    (&frame[..4], &frame[16..20]),
                    (&b"HWF1"[..], &40_u32.to_le_bytes()[..])
                );
                frames[usize::from(frame[4])] += 1;
            }
            Message::Text(text) if text["say"] == "status" && text["done"] == true => break text,
            Message::Text(_) => {}
            Message::Closed(code) => panic!("closed with {code}"),
        }
    };
    assert!(frames[0] > 0 && frames[1] > 0, "{frames:?}");
    for (run, digest) in [("without", "digest"), ("with", "with_digest")] {
        other.ask(&format!(
            r#"{{"ask":"give","what":"scenario","run":"{run}"}}"#
        ));
        let file = other.until("file", |_| true);
        let name = file["name"].as_str().unwrap();
        fs::write(bench.path(name), file["text"].as_str().unwrap()).unwrap();
        bench.done(&format!("run {name} --out {run} --quiet"));
        let manifest: Value =
            serde_json::from_str(&bench.read(&format!("{run}/run.json"))).unwrap();
        assert_eq!(manifest["digest"], done[digest], "{run}");
        other.ask(&format!(
            r#"{{"ask":"give","what":"series","run":"{run}"}}"#
        ));
        let table = other.until("file", |_| true);
        assert_eq!(
            table["text"],
            bench.read(&format!("{run}/series.csv")),
            "{run}"
        );
    }
}

#[test]
fn a_page_that_asks_too_much_is_parted_from() {
    let bench = Bench::small(SMALL);
    let server = Server::start(&bench, "");
    let closed = |page: &mut Page| loop {
        if let Message::Closed(code) = page.next() {
            break code;
        }
    };
    let mut page = Page::of(&server);
    for _ in 0..=2 * MOST_A_SECOND {
        page.ask(r#"{"ask":"pause"}"#);
    }
    assert_eq!(closed(&mut page), 1008);
    let mut page = Page::of(&server);
    page.send(2, b"bytes");
    assert_eq!(closed(&mut page), 1003);
    let mut page = Page::of(&server);
    page.ask(&" ".repeat(70_000));
    let code = closed(&mut page);
    assert!([0, 1009].contains(&code), "{code}");
    // What has gone leaves its place to others.
    let mut pages: Vec<Page> = (0..MOST_PAGES).map(|_| Page::of(&server)).collect();
    let (status, _) = Page::open(&server, &format!("http://{}", server.host()));
    assert_eq!(status, 503);
    let mut last = pages.pop().unwrap();
    last.send(8, &1000_u16.to_be_bytes());
    closed(&mut last);
    drop(last);
    let again = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        Page::open(&server, &format!("http://{}", server.host())).1
    });
    let mut again = again.unwrap();
    again.ask(r#"{"ask":"hello"}"#);
    again.until("welcome", |_| true);
}

#[test]
fn ctrl_c_leaves_runs_that_go_on_to_the_same_end() {
    let bench = Bench::small(SMALL);
    let mut server = Server::start(&bench, "");
    let mut page = Page::of(&server);
    page.ask(r#"{"ask":"speed"}"#);
    page.ask(r#"{"ask":"run_to","day":2}"#);
    page.until("status", |status| {
        status["day"] == 2.0 && status["playing"] == false
    });
    page.ask(r#"{"ask":"change","set":["tumour.division.rate=0.1 /d"]}"#);
    page.until("changed", |changed| !changed["at"].is_null());
    page.ask(r#"{"ask":"run_to","day":3}"#);
    page.until("status", |status| {
        status["with_day"] == 3.0 && status["playing"] == false
    });
    page.ask(r#"{"ask":"give","what":"scenario","run":"with"}"#);
    let arm = page.until("file", |_| true);
    assert_eq!(server.interrupt(), Some(0));
    fs::write(bench.path("arm.toml"), arm["text"].as_str().unwrap()).unwrap();
    for (scenario, left) in [
        ("small", "runs/small-3-view"),
        ("arm", "runs/small-3-view-with"),
    ] {
        bench.done(&format!(
            "run {scenario}.toml --out straight-{scenario} --quiet"
        ));
        bench.done(&format!("resume {left} --quiet"));
        for table in ["series.csv", "ledger.csv"] {
            let straight = bench.read(&format!("straight-{scenario}/{table}"));
            assert_eq!(bench.read(&format!("{left}/{table}")), straight, "{left}");
        }
        let digest = |folder: &str| -> Value {
            let manifest: Value =
                serde_json::from_str(&bench.read(&format!("{folder}/run.json"))).unwrap();
            manifest["digest"].clone()
        };
        assert_eq!(digest(left), digest(&format!("straight-{scenario}")));
    }
}

#[test]
fn a_page_that_nobody_opened_leaves_nothing() {
    let bench = Bench::small(SMALL);
    let mut server = Server::start(&bench, "");
    assert_eq!(server.interrupt(), Some(0));
    assert!(!bench.path("runs").exists());
}

#[test]
fn the_static_page_needs_a_module_and_names_its_recipe() {
    let bench = Bench::new(&[("module.wasm", "\0asm\u{1}\0\0\0"), ("words.txt", "words")]);
    let (code, said) = bench.howship("view --export page");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("wasm/build.sh"), "{said}");
    assert!(repository("wasm/build.sh").exists());
    let (code, said) = bench.howship("view --export page --module words.txt");
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("words.txt: found a file that is no WebAssembly module"),
        "{said}"
    );
    assert!(!bench.path("page").exists());
    bench.done("view --export page --module module.wasm");
    let (code, said) = bench.howship("view --export page --module module.wasm");
    assert_eq!(code, Some(2), "{said}");
    let index = bench.read("page/index.html");
    assert!(index.contains("data-engine=\"worker\""));
    for file in ASSETS {
        assert!(
            bench.path(&format!("page/{}", file.name)).exists(),
            "{}",
            file.name
        );
    }
    assert!(bench.path("page/howship.wasm").exists());
}

#[test]
fn the_files_of_the_page_are_small_relative_and_complete() {
    let bytes: usize = ASSETS.iter().map(|file| file.bytes.len()).sum();
    assert!(bytes < 500_000, "{bytes}");
    let folder = repository("src/view/page");
    for file in ASSETS {
        let text = String::from_utf8_lossy(file.bytes);
        if file.name.starts_with("uplot/") {
            continue;
        }
        assert!(
            !text.contains("eval(") && !text.contains("innerHTML"),
            "{}",
            file.name
        );
        // Addresses: none of another host, none from the root of a host.
        let namespace = "http://www.w3.org/2000/svg";
        assert!(
            !text.replace(namespace, "").contains("://"),
            "{}",
            file.name
        );
        for before in [
            "href=\"",
            "src=\"",
            "url(",
            "fetch(\"",
            "Worker(\"",
            "URL(\"",
            "from \"",
        ] {
            for address in text.split(before).skip(1) {
                assert!(!address.starts_with('/'), "{}: {before}", file.name);
            }
        }
        for line in text.lines().filter(|line| line.contains("from \"./")) {
            let name = line
                .split("from \"./")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            assert!(asset(name).is_some(), "{}: {name}", file.name);
        }
    }
    let index = String::from_utf8_lossy(asset("index.html").unwrap().bytes);
    assert!(!index.contains("style=") && !index.contains("onclick"));
    for line in index.lines().filter(|line| line.contains("<script")) {
        assert!(line.contains("src=\""), "{line}");
    }
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "uplot" || asset(&name).is_some(),
            "{name} is not served"
        );
    }
}

#[test]
fn the_page_is_small() {
    let bytes: usize = ASSETS.iter().map(|asset| asset.bytes.len()).sum();
    assert!(bytes < 500_000, "{bytes}");
}

/// A page that does not fetch its frames finds the last alone: what was made before is dropped, not queued.
#[test]
fn frames_are_dropped_and_never_queued() {
    let bench = Bench::small(SMALL);
    let loaded = load(&bench.path("small.toml"), &[]).unwrap();
    let catalogue = Catalogue::shipped().unwrap().with_file(&loaded);
    let (stage, ends) = stage(catalogue).unwrap();
    let stop = AtomicBool::new(false);
    let mut frames = ends.frames();
    let mut texts = ends.texts();
    let (to_page, _answers) = tokio::sync::mpsc::channel(64);
    std::thread::scope(|scope| {
        scope.spawn(|| stage.go(&stop));
        assert!(ends.send(Note::Came(1, to_page)));
        assert!(ends.send(Note::Asks(1, r#"{"ask":"speed"}"#.to_owned())));
        assert!(ends.send(Note::Asks(1, r#"{"ask":"play"}"#.to_owned())));
        let status: Value = loop {
            let text = texts.blocking_recv().unwrap();
            let text: Value = serde_json::from_str(&text).unwrap();
            if text["say"] == "status" && text["done"] == true {
                break text;
            }
        };
        let last = status["last_tick"].as_u64().unwrap();
        let tick = |frame: &[u8]| u64::from(u32::from_le_bytes(frame[8..12].try_into().unwrap()));
        // The last frame comes with the next beat; all others were replaced.
        let found = loop {
            if let Some(frame) = &*frames[0].borrow_and_update()
                && tick(frame) == last
            {
                break tick(frame);
            }
            std::thread::yield_now();
        };
        assert_eq!(found, last);
        stop.store(true, Ordering::SeqCst);
    });
    assert!(!frames[0].has_changed().unwrap_or(false));
}
