//! The thread on which the runs go: it takes requests, steps, and hands out texts and frames. Pages never hold
//! it up: their requests wait in a queue of fixed length, a frame that is not fetched in time is replaced by
//! the next, and a page that does not read is parted from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::sync::{broadcast, mpsc, watch};

use crate::run::error::RunError;
use crate::view::catalogue::Catalogue;
use crate::view::frame::Cut;
use crate::view::live::{Live, Redraw, To};
use crate::view::protocol::{Reply, Request, Which};
use crate::view::records::{self, Records};

/// Time between two frames at least.
pub const BEAT: Duration = Duration::from_millis(33);

/// Requests that wait at most, of all pages.
const QUEUE: usize = 256;

/// Texts that a page may be behind before it is parted from.
const BEHIND: usize = 512;

/// A page, by a number that is never used again.
pub type PageId = u64;

/// What a page sends to the runs.
#[derive(Debug)]
pub enum Note {
    /// A page has come; texts for it alone go here.
    Came(PageId, mpsc::Sender<Arc<str>>),
    /// It asks something.
    Asks(PageId, String),
    /// It has gone.
    Left(PageId),
}

/// The runs, with their records.
pub struct Runs(Live<Records>);

/// Leaves the runs in folders below `base`, from which `howship resume` goes on, and gives them. A run that has not
/// begun leaves none.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn keep(runs: Runs, base: &Path) -> Result<Vec<PathBuf>, RunError> {
    let (records, without, with) = runs.0.into_runs();
    records::keep(base, records, without, with)
}

/// A token that nobody guesses: 128 bits of the system's chance.
///
/// # Errors
/// What the system says.
pub fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// Kinds of frames: of two runs, the whole and cuts.
pub const FRAMES: usize = 4;

/// A frame of a run.
pub type Frame = Option<Bytes>;

/// The ends that pages hold.
#[derive(Debug, Clone)]
pub struct Ends {
    notes: SyncSender<Note>,
    texts: broadcast::Sender<Arc<str>>,
    frames: [watch::Receiver<Frame>; FRAMES],
}

impl Ends {
    /// Sends a note; false where the queue is full.
    pub fn send(&self, note: Note) -> bool {
        self.notes.try_send(note).is_ok()
    }

    /// Texts for all pages from now on.
    pub fn texts(&self) -> broadcast::Receiver<Arc<str>> {
        self.texts.subscribe()
    }

    /// Frames of the run without and with the change: first those of the whole lattice, then those of cuts, so that
    /// the whole that comes once a day is not replaced by the cuts that come after it.
    pub fn frames(&self) -> [watch::Receiver<Frame>; FRAMES] {
        self.frames.clone()
    }
}

/// The ends that the runs hold.
pub struct Stage {
    live: Live<Records>,
    notes: Receiver<Note>,
    texts: broadcast::Sender<Arc<str>>,
    frames: [watch::Sender<Frame>; FRAMES],
    pages: BTreeMap<PageId, Page>,
    redraw: Redraw,
    /// Ticks of both runs when pages last heard of them on the way.
    told: Option<[Option<u32>; 2]>,
}

struct Page {
    texts: mpsc::Sender<Arc<str>>,
    fields: Vec<String>,
    cuts: Option<[usize; 3]>,
}

/// A stage with the first scenario of the catalogue, and the ends for pages.
///
/// # Errors
/// What is wrong with the scenario.
pub fn stage(catalogue: Catalogue) -> Result<(Stage, Ends), String> {
    let live = Live::new(catalogue, "native", Records::default())?;
    let (to_runs, notes) = sync_channel(QUEUE);
    let (texts, _) = broadcast::channel(BEHIND);
    let frames = [(); FRAMES].map(|()| watch::channel(None).0);
    let ends = Ends {
        notes: to_runs,
        texts: texts.clone(),
        frames: frames.each_ref().map(watch::Sender::subscribe),
    };
    let stage = Stage {
        live,
        notes,
        texts,
        frames,
        pages: BTreeMap::new(),
        redraw: Redraw::Whole,
        told: None,
    };
    Ok((stage, ends))
}

impl Stage {
    /// Goes on until it is asked to stop; gives the runs.
    pub fn go(mut self, stop: &AtomicBool) -> Runs {
        let mut told = Instant::now();
        let mut stepped = Instant::now();
        while !stop.load(Ordering::SeqCst) {
            if let Some(note) = self.next(stepped) {
                self.takes(note);
                self.speaks();
                // All that waits, before the next tick.
                continue;
            }
            if self.live.is_playing() && stepped.elapsed().as_secs_f64() >= self.live.tick_s() {
                stepped = Instant::now();
                self.live.step();
                if !self.live.is_playing() {
                    // The last tick of a play is told at once.
                    self.tell();
                }
            }
            if told.elapsed() >= BEAT {
                told = Instant::now();
                self.shows();
            }
        }
        Runs(self.live)
    }

    /// The next note: waits for it where nothing else is to be done.
    fn next(&self, stepped: Instant) -> Option<Note> {
        let wait = if self.live.is_playing() {
            let due = Duration::from_secs_f64(self.live.tick_s().min(BEAT.as_secs_f64()));
            due.saturating_sub(stepped.elapsed())
        } else {
            BEAT
        };
        if wait.is_zero() {
            return self.notes.try_recv().ok();
        }
        self.notes.recv_timeout(wait).ok()
    }

    fn takes(&mut self, note: Note) {
        match note {
            Note::Came(id, texts) => {
                let page = Page {
                    texts,
                    fields: Vec::new(),
                    cuts: None,
                };
                self.pages.insert(id, page);
            }
            Note::Left(id) => {
                self.pages.remove(&id);
            }
            Note::Asks(id, text) => {
                let redraw = match (self.live.ask(&text), self.pages.get_mut(&id)) {
                    (Some(Request::Look { fields, cuts }), Some(page)) => {
                        let same = page.fields == fields;
                        (page.fields, page.cuts) = (fields, cuts);
                        if same { Redraw::Cuts } else { Redraw::Whole }
                    }
                    (Some(_), _) => Redraw::Whole,
                    (None, _) => Redraw::New,
                };
                self.redraw = self.redraw.max(redraw);
                self.answers(id);
            }
        }
    }

    /// Says what came of a request.
    fn answers(&mut self, id: PageId) {
        for (to, reply) in self.live.said() {
            match to {
                To::All => self.all(&reply),
                To::Asker => {
                    let Some(page) = self.pages.get(&id) else {
                        continue;
                    };
                    // A page that does not read its answers is parted from.
                    if page.texts.try_send(text(&reply)).is_err() {
                        self.pages.remove(&id);
                    }
                }
            }
        }
    }

    fn all(&self, reply: &Reply) {
        // Without a page there is nobody to hear it.
        let _ = self.texts.send(text(reply));
    }

    fn speaks(&mut self) {
        for (_, reply) in self.live.said() {
            self.all(&reply);
        }
    }

    fn tell(&mut self) {
        self.live.tell();
        self.speaks();
    }

    /// New rows, how the runs stand, and frames: to as many as are there, and none where nobody is.
    fn shows(&mut self) {
        // Not again of a tick that pages have heard of: each time they draw.
        let ticks = self.live.ticks();
        if self.live.is_playing() && self.told != Some(ticks) {
            self.told = Some(ticks);
            self.tell();
        }
        if self.pages.is_empty() {
            self.redraw = Redraw::Whole;
            return;
        }
        let mut names: Vec<String> = self
            .pages
            .values()
            .flat_map(|page| page.fields.clone())
            .collect();
        names.sort_unstable();
        names.dedup();
        let wanted = self.live.places(&names);
        let redraw = std::mem::replace(&mut self.redraw, Redraw::New);
        for framed in self.live.frames(&wanted, &self.cuts(), redraw) {
            let kind = usize::from(framed.run == Which::With) + if framed.whole { 0 } else { 2 };
            let _ = self.frames[kind].send(Some(framed.bytes.into()));
        }
    }

    /// The cuts that pages look at; none where one looks at the whole.
    fn cuts(&self) -> Vec<Cut> {
        let mut all = Vec::new();
        for page in self.pages.values() {
            let Some(cuts) = page.cuts else {
                return Vec::new();
            };
            let places = (0..).zip(cuts);
            all.extend(places.map(|(axis, at)| Cut {
                axis,
                at: u32::try_from(at).unwrap_or(u32::MAX),
            }));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn text(reply: &Reply) -> Arc<str> {
    // A reply is made of texts and numbers: writing it cannot fail.
    serde_json::to_string(reply).unwrap_or_default().into()
}
