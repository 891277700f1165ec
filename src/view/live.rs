//! The stage: a scenario that plays, and beside it the same with a change, from the day on which they part.
//!
//! It knows no clock and no thread: whoever holds it asks for ticks ([`Live::step`]) and carries what it says
//! ([`Live::said`]) and its frames ([`Live::frames`]) to the pages.

use crate::layers::diagnostic::{Diagnostics, suggestion};
use crate::numerics::quantity::Time;
use crate::run::carried::Carried;
use crate::run::observer::DriveError;
use crate::run::view::View;
use crate::scenario::build::Loaded;
use crate::scenario::file::Arm;
use crate::therapy::subject::Species;
use crate::view::catalogue::Catalogue;
use crate::view::controls::{controls, is_settable, therapies};
use crate::view::frame::{Cut, FieldOf, Scales, fields_of, frame};
use crate::view::lesson::Lesson;
use crate::view::protocol::{Gift, LARGEST_REQUEST, Opened, Reply, Request, Status, Which};
use crate::view::site::words_of;
pub use crate::view::track::{Rows, Track};

/// Sites of a lattice at most: a frame has some bytes for each.
pub const MOST_SITES: usize = 4_000_000;

/// Assignments in a request at most.
const MOST_SETS: usize = 64;

/// What stands in a change for the time at which the engine hears of it.
const NOW: &str = "{now}";

/// Name of the arm with the change.
const ARM: &str = "with";

/// For whom a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Who asked.
    Asker,
    /// All pages.
    All,
}

/// Who records the runs beside the page, for a run folder.
pub trait Witness {
    /// A new run without a change.
    fn begins(&mut self, loaded: &Loaded);
    /// A tick of a run is done, or what is due before the first.
    fn ticked(&mut self, run: Which, track: &Track);
    /// The run without the change is at the day on which they part.
    fn parts(&mut self);
    /// The run with the change begins (again) at that day.
    fn turns(&mut self);
}

/// Records nothing.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Witness for Nobody {
    fn begins(&mut self, _: &Loaded) {}
    fn ticked(&mut self, _: Which, _: &Track) {}
    fn parts(&mut self) {}
    fn turns(&mut self) {}
}

/// The change, and the run with it.
struct Fork {
    at_d: f64,
    tick: u32,
    set: Vec<String>,
    loaded: Loaded,
    /// The run as it was where they part, with the rows until then.
    past: Option<(Carried, Rows)>,
    with: Option<Track>,
    differs: Option<f64>,
}

/// The stage.
pub struct Live<W> {
    catalogue: Catalogue,
    engine: &'static str,
    witness: W,
    scenario: String,
    set: Vec<String>,
    seed: u64,
    without: Track,
    fork: Option<Fork>,
    playing: bool,
    days_per_second: Option<f64>,
    /// Tick at which it holds.
    goal: u32,
    fields: Vec<FieldOf>,
    scales: Scales,
    said: Vec<(To, Reply)>,
}

/// What is wrong with a request.
type Wrong = String;

fn rendered(found: impl Into<Diagnostics>) -> Wrong {
    found.into().render(false)
}

impl<W: Witness> Live<W> {
    /// A stage with the first scenario of the catalogue on it, paused.
    ///
    /// # Errors
    /// What is wrong with the scenario.
    pub fn new(catalogue: Catalogue, engine: &'static str, witness: W) -> Result<Self, String> {
        let first = catalogue.scenarios().first();
        let scenario = first.map(|one| one.name.clone()).unwrap_or_default();
        let loaded = catalogue.load(&scenario, &[]).map_err(rendered)?;
        let without = begun(loaded)?;
        let mut live = Self {
            catalogue,
            engine,
            witness,
            scenario,
            set: Vec::new(),
            seed: without.loaded.scenario.seed,
            goal: without.simulation.clock().last_tick,
            without,
            fork: None,
            playing: false,
            days_per_second: Some(2.0),
            fields: Vec::new(),
            scales: Scales::default(),
            said: Vec::new(),
        };
        live.looks();
        live.witness.begins(&live.without.loaded);
        Ok(live)
    }

    /// The runs, the one without the change first, and who recorded them.
    pub fn into_runs(self) -> (W, Track, Option<Track>) {
        (
            self.witness,
            self.without,
            self.fork.and_then(|fork| fork.with),
        )
    }

    /// The run without the change.
    pub const fn without(&self) -> &Track {
        &self.without
    }

    /// Takes what is to be said.
    pub fn said(&mut self) -> Vec<(To, Reply)> {
        std::mem::take(&mut self.said)
    }

    /// Does what a page asks, and gives back what its transport has to know: what a page looks at
    /// ([`Request::Look`]), and that it has come ([`Request::Hello`]) and needs frames.
    pub fn ask(&mut self, text: &str) -> Option<Request> {
        if text.len() > LARGEST_REQUEST {
            self.refuse(format!(
                "found a request of {} bytes; give at most {LARGEST_REQUEST}",
                text.len()
            ));
            return None;
        }
        match serde_json::from_str::<Request>(text) {
            Err(error) => {
                self.refuse(format!("found a request that does not read: {error}"));
                None
            }
            Ok(look @ Request::Look { .. }) => Some(look),
            Ok(hello @ Request::Hello {}) => {
                self.welcome();
                Some(hello)
            }
            Ok(request) => {
                if let Err(message) = self.does(request) {
                    self.refuse(message);
                }
                None
            }
        }
    }

    /// Places of fields by their names.
    pub fn places(&self, names: &[String]) -> Vec<usize> {
        let place = |name: &String| self.fields.iter().position(|field| field.name == *name);
        names.iter().filter_map(place).collect()
    }

    fn refuse(&mut self, message: String) {
        self.said.push((To::Asker, Reply::Refused { message }));
    }

    fn does(&mut self, request: Request) -> Result<(), Wrong> {
        match request {
            Request::Open {
                scenario,
                seed,
                set,
                at,
                change,
                until,
            } => {
                self.open(scenario, seed, set)?;
                if !change.is_empty() {
                    self.change(at, change)?;
                }
                if let Some(day) = until {
                    self.run_to(day)?;
                }
            }
            Request::Play {} => {
                self.goal = self.last_tick();
                self.playing = !self.is_done();
                self.tell_status();
            }
            Request::Pause {} => {
                self.playing = false;
                self.tell_status();
            }
            Request::Tick {} => {
                self.playing = false;
                self.step();
                self.tell();
            }
            Request::RunTo { day } => self.run_to(day)?,
            Request::Speed { days_per_second } => {
                if days_per_second.is_some_and(|speed| !(speed > 0.0 && speed.is_finite())) {
                    return Err("found a speed that is not above 0 days per second".to_owned());
                }
                self.days_per_second = days_per_second;
                self.tell_status();
            }
            Request::Restart { seed, set } => {
                let change = self.fork.as_ref().map(|fork| (fork.at_d, fork.set.clone()));
                let set = set.unwrap_or_else(|| self.set.clone());
                let seed = seed.or(Some(self.seed));
                self.open(self.scenario.clone(), seed, set)?;
                if let Some((at_d, set)) = change {
                    self.change(Some(at_d), set)?;
                }
            }
            Request::Change { at, set } => {
                self.change(at, set)?;
                self.tell();
            }
            Request::Site { run, site } => {
                let Some(words) = self
                    .view(run)
                    .and_then(|view| words_of(view, run, site, &self.fields))
                else {
                    return Err(format!("found no site {site:?} in that run"));
                };
                self.said.push((To::Asker, Reply::Site(words)));
            }
            Request::Give { what, run } => self.give(what, run)?,
            Request::Hello {} | Request::Look { .. } => {}
        }
        Ok(())
    }

    fn view(&self, run: Which) -> Option<View<'_>> {
        self.track(run).map(|track| track.simulation.view())
    }

    fn track(&self, run: Which) -> Option<&Track> {
        match run {
            Which::Without => Some(&self.without),
            Which::With => self.fork.as_ref()?.with.as_ref(),
        }
    }

    /// Everything that a page which has just come needs.
    fn welcome(&mut self) {
        let welcome = Reply::Welcome {
            version: env!("CARGO_PKG_VERSION"),
            engine: self.engine,
            scenarios: self.catalogue.scenarios().to_vec(),
            lessons: self.catalogue.lessons().to_vec(),
        };
        let mut all = vec![welcome, self.opened(), self.changed()];
        for run in [Which::Without, Which::With] {
            if let Some(track) = self.track(run) {
                all.push(rows(run, &track.rows, 0, track.rows.sent));
            }
        }
        all.push(Reply::Status(self.status()));
        self.said
            .extend(all.into_iter().map(|reply| (To::Asker, reply)));
    }

    fn opened(&self) -> Reply {
        let (loaded, simulation) = (&self.without.loaded, &self.without.simulation);
        let grid = &simulation.model.grid;
        let clock = simulation.clock();
        let day = |ticks: u32| f64::from(ticks) * clock.tick_h / 24.0;
        Reply::Opened(Box::new(Opened {
            scenario: self.scenario.clone(),
            description: loaded.scenario.description.clone(),
            species: match loaded.scenario.subject.species {
                Species::Mouse => "mouse",
                Species::Human => "human",
            },
            seed: self.seed,
            set: self.set.clone(),
            dims: grid.dims,
            spacing_um: [grid.edge_um, grid.edge_um, grid.depth_um],
            tick_h: clock.tick_h,
            burn_in_d: day(clock.burn_in_ticks),
            days: day(clock.last_tick - clock.burn_in_ticks),
            fields: self.fields.clone(),
            controls: controls(loaded),
            therapies: therapies(loaded),
            notices: loaded.notices(),
        }))
    }

    fn changed(&self) -> Reply {
        Reply::Changed {
            at: self.fork.as_ref().map(|fork| fork.at_d),
            change: self
                .fork
                .as_ref()
                .map_or_else(Vec::new, |fork| fork.set.clone()),
        }
    }

    /// Begins a scenario.
    fn open(&mut self, scenario: String, seed: Option<u64>, set: Vec<String>) -> Result<(), Wrong> {
        check_sets(&set)?;
        let mut all = set.clone();
        all.extend(seed.map(|seed| format!("seed={seed}")));
        let loaded = self.catalogue.load(&scenario, &all).map_err(rendered)?;
        let without = begun(loaded)?;
        self.scenario = scenario;
        self.set = set;
        self.seed = without.loaded.scenario.seed;
        self.goal = without.simulation.clock().last_tick;
        self.without = without;
        self.fork = None;
        self.playing = false;
        self.looks();
        self.witness.begins(&self.without.loaded);
        let all = [self.opened(), self.changed()];
        self.said.extend(all.map(|reply| (To::All, reply)));
        let empty = rows(Which::Without, &self.without.rows, 0, 0);
        self.said.push((To::All, empty));
        self.tell_status();
        Ok(())
    }

    /// Finds the fields of the run that is on.
    fn looks(&mut self) {
        self.fields = fields_of(self.without.simulation.view());
        self.scales = Scales::of(self.fields.len());
    }

    /// Sets the change, in place of the one before.
    fn change(&mut self, at: Option<f64>, mut set: Vec<String>) -> Result<(), Wrong> {
        check_sets(&set)?;
        let clock = self.without.simulation.clock();
        if set.is_empty() {
            self.fork = None;
            self.said.push((To::All, self.changed()));
            return Ok(());
        }
        let now_d = (clock.time_h / 24.0).max(0.0);
        let at_d = at
            .or_else(|| Some(self.fork.as_ref()?.at_d))
            .unwrap_or(now_d);
        // In whole ticks: a day such as 18 1/3 has no exact number.
        let ticks = (24.0 * at_d / clock.tick_h).round();
        // While the runs go on, what a page takes for now is over when it is heard.
        let now_h = (ticks * clock.tick_h).max(clock.time_h);
        for one in &mut set {
            if let Some(path) = one.strip_suffix(NOW) {
                *one = format!("{path}{now_h} h");
            }
        }
        let arm = Arm {
            at: Time::h(ticks * clock.tick_h),
            set: set.clone(),
        };
        let loaded = self.without.loaded.forked(ARM, &arm).map_err(rendered)?;
        // What makes no model is refused now, not on the day on which the runs part.
        let acting = loaded.at_the_end().map_err(rendered)?;
        acting
            .model(self.without.simulation.model.grid)
            .map_err(rendered)?;
        let tick = self.without.loaded.fork_tick(arm.at);
        let before = self.fork.take();
        let past = before
            .filter(|before| before.tick == tick)
            .and_then(|before| before.past);
        if past.is_none() && tick < clock.tick {
            // The past is gone: it is run again, as it was, to the present day.
            let (scenario, set_of_run) = (self.scenario.clone(), self.set.clone());
            let (seed, playing) = (self.seed, self.playing);
            self.open(scenario, Some(seed), set_of_run)?;
            if !playing {
                self.goal = clock.tick;
            }
            self.playing = true;
        }
        let mut fork = Fork {
            at_d,
            tick,
            set,
            loaded,
            past,
            with: None,
            differs: None,
        };
        if fork.past.is_none() && self.without.tick() == tick && self.without.simulation.is_begun()
        {
            self.witness.parts();
            fork.past = Some((self.without.simulation.carried(), self.without.rows.clone()));
        }
        if fork.past.is_some() {
            fork.turn()?;
            self.witness.turns();
            if !self.is_level_with(&fork) {
                // The run with the change has to come up to the other, also where that holds.
                self.goal = self.goal.min(self.without.tick().max(tick));
                if !self.playing {
                    self.goal = self.without.tick();
                }
                self.playing = true;
            }
        }
        self.fork = Some(fork);
        self.said.push((To::All, self.changed()));
        self.resend_with();
        Ok(())
    }

    fn is_level_with(&self, fork: &Fork) -> bool {
        fork.with
            .as_ref()
            .is_none_or(|with| with.tick() >= self.without.tick())
    }

    /// The rows of the run with the change, from its start.
    fn resend_with(&mut self) {
        if let Some(with) = self.fork.as_mut().and_then(|fork| fork.with.as_mut()) {
            with.rows.sent = with.rows.rows.len();
            let reply = rows(Which::With, &with.rows, 0, with.rows.sent);
            self.said.push((To::All, reply));
        }
    }

    fn run_to(&mut self, day: f64) -> Result<(), Wrong> {
        let clock = self.without.simulation.clock();
        let days = f64::from(clock.last_tick - clock.burn_in_ticks) * clock.tick_h / 24.0;
        if !(0.0..=days).contains(&day) {
            return Err(format!("found day {day}; give a day from 0 to {days}"));
        }
        self.goal = clock.burn_in_ticks + (day * 24.0 / clock.tick_h).round() as u32;
        self.playing = !self.is_at_goal();
        self.tell_status();
        Ok(())
    }

    fn give(&mut self, what: Gift, run: Which) -> Result<(), Wrong> {
        let Some(track) = self.track(run) else {
            return Err("there is no run with a change".to_owned());
        };
        let name = &track.loaded.scenario.name;
        let ending = if run == Which::With { "-with" } else { "" };
        let (name, text) = match what {
            Gift::Scenario => (
                format!("{name}{ending}.toml"),
                track.loaded.tree.to_toml_with_sources(),
            ),
            Gift::Series => (
                format!("{name}{ending}-series.csv"),
                track.rows.series_csv(),
            ),
        };
        self.said.push((To::Asker, Reply::File { name, text }));
        Ok(())
    }

    fn last_tick(&self) -> u32 {
        self.without.simulation.clock().last_tick
    }

    fn is_done(&self) -> bool {
        self.without.tick() >= self.last_tick()
            && self
                .fork
                .as_ref()
                .is_none_or(|fork| self.is_level_with(fork))
    }

    fn is_at_goal(&self) -> bool {
        self.without.tick() >= self.goal
            && self
                .fork
                .as_ref()
                .is_none_or(|fork| self.is_level_with(fork))
    }

    /// Ticks that the runs have done, without and with the change.
    pub fn ticks(&self) -> [Option<u32>; 2] {
        [Which::Without, Which::With].map(|run| self.track(run).map(Track::tick))
    }

    /// True while it plays.
    pub const fn is_playing(&self) -> bool {
        self.playing
    }

    /// Seconds that the next tick is to take at least, by the speed that was asked for; 0 before day 0 and
    /// while a run catches up.
    pub fn tick_s(&self) -> f64 {
        let clock = self.without.simulation.clock();
        let catches_up = self
            .fork
            .as_ref()
            .is_some_and(|fork| !self.is_level_with(fork));
        match self.days_per_second {
            Some(speed) if clock.time_h >= 0.0 && !catches_up => clock.tick_h / 24.0 / speed,
            _ => 0.0,
        }
    }

    /// Goes on by one tick of both runs, or of the one that is behind. A fault ends the playing, and is said.
    pub fn step(&mut self) {
        if self.is_done() {
            self.playing = false;
            return;
        }
        if let Err(error) = self.try_step() {
            self.playing = false;
            let message = format!("the run failed: {error}");
            self.said.push((To::All, Reply::Refused { message }));
        }
        if self.is_at_goal() {
            self.playing = false;
        }
    }

    fn try_step(&mut self) -> Result<(), Wrong> {
        let said = |error: DriveError| error.to_string();
        let behind = self.fork.as_mut().and_then(|fork| fork.with.as_mut());
        if let Some(with) = behind
            && with.tick() < self.without.tick()
        {
            with.step().map_err(said)?;
            self.witness.ticked(Which::With, with);
            self.compare();
            return Ok(());
        }
        self.without.step().map_err(said)?;
        self.witness.ticked(Which::Without, &self.without);
        let Some(fork) = &mut self.fork else {
            return Ok(());
        };
        if let Some(with) = &mut fork.with {
            with.step().map_err(said)?;
            self.witness.ticked(Which::With, with);
        } else if self.without.tick() == fork.tick {
            self.witness.parts();
            fork.past = Some((self.without.simulation.carried(), self.without.rows.clone()));
            fork.turn()?;
            self.witness.turns();
            self.resend_with();
        }
        self.compare();
        Ok(())
    }

    /// Notes when the runs differ first.
    fn compare(&mut self) {
        if let Some(fork) = &mut self.fork
            && let Some(with) = &fork.with
            && fork.differs.is_none()
            && with.is_unlike(&self.without)
        {
            fork.differs = Some(with.simulation.state.day());
        }
    }

    fn status(&mut self) -> Status {
        let clock = self.without.simulation.clock();
        let done = self.is_done();
        let holds = !self.playing;
        let with = self.fork.as_mut().and_then(|fork| fork.with.as_mut());
        Status {
            tick: clock.tick,
            last_tick: clock.last_tick,
            day: clock.time_h / 24.0,
            with_day: with.as_ref().map(|with| with.simulation.state.day()),
            playing: self.playing,
            days_per_second: self.days_per_second,
            done,
            with_digest: with.filter(|_| holds).map(Track::digest),
            digest: holds.then(|| self.without.digest()),
            differs: self.fork.as_ref().and_then(|fork| fork.differs),
        }
    }

    fn tell_status(&mut self) {
        let status = self.status();
        self.said.push((To::All, Reply::Status(status)));
    }

    /// Says what is new: rows, and how the runs stand.
    pub fn tell(&mut self) {
        let with = self.fork.as_mut().and_then(|fork| fork.with.as_mut());
        let runs = [
            (Which::Without, Some(&mut self.without)),
            (Which::With, with),
        ];
        for (run, track) in runs {
            let Some(track) = track else { continue };
            let (from, to) = (track.rows.sent, track.rows.rows.len());
            if from < to {
                track.rows.sent = to;
                self.said.push((To::All, rows(run, &track.rows, from, to)));
            }
        }
        self.tell_status();
    }

    /// Frames of the runs that went on since the last, or of all, with these fields. Where there are cuts, a frame
    /// has these alone; the first of each simulated day, and those of [`Redraw::Whole`], have the whole.
    pub fn frames(&mut self, wanted: &[usize], cuts: &[Cut], redraw: Redraw) -> Vec<Framed> {
        let dims = self.without.simulation.model.grid.dims;
        let within = cuts.iter().copied().filter(|cut| cut.is_within(dims));
        let cuts: Vec<Cut> = within.collect();
        let with = self.fork.as_mut().and_then(|fork| fork.with.as_mut());
        let runs = [
            (Which::Without, Some(&mut self.without)),
            (Which::With, with),
        ];
        let mut made = Vec::new();
        for (run, track) in runs {
            let Some(track) = track else { continue };
            if redraw == Redraw::New && track.framed == Some(track.tick()) {
                continue;
            }
            track.framed = Some(track.tick());
            let view = track.simulation.view();
            // As the page reads the day of a frame.
            let day = (view.day() as f32).floor();
            let whole = redraw == Redraw::Whole || cuts.is_empty() || track.framed_day != Some(day);
            if whole {
                track.framed_day = Some(day);
            }
            let cuts = if whole { &[] } else { &cuts[..] };
            let fields = (&self.fields[..], wanted);
            let bytes = frame(view, run, fields, cuts, &mut self.scales);
            made.push(Framed { run, whole, bytes });
        }
        made
    }
}

/// Which frames are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Redraw {
    /// Of runs that went on.
    New,
    /// Of all: a page looks at other cuts.
    Cuts,
    /// Of all, with the whole lattice: a page has come, or looks at another field.
    Whole,
}

/// A frame that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    /// Of which run.
    pub run: Which,
    /// True where it has the whole lattice.
    pub whole: bool,
    /// The frame.
    pub bytes: Vec<u8>,
}

impl Fork {
    /// Begins the run with the change where the two part.
    fn turn(&mut self) -> Result<(), Wrong> {
        let Some((carried, past)) = &self.past else {
            return Ok(());
        };
        let simulation = self.loaded.going_on(carried.clone()).map_err(rendered)?;
        // Its curve begins at the last row of the past; its table has all of it.
        let rows = Rows {
            sent: 0,
            ..past.clone()
        };
        self.with = Some(Track::new(self.loaded.clone(), simulation, rows));
        self.differs = None;
        Ok(())
    }
}

/// Whether the run of a lesson can be had: what a teacher got wrong is said before a class sits in front of it.
///
/// # Errors
/// What cannot be had, and what is allowed.
pub fn try_lesson(catalogue: &Catalogue, lesson: &Lesson) -> Result<(), String> {
    let run = &lesson.run;
    let wrong = |key: &str, message: String| format!("{key}: {message}");
    if !catalogue
        .scenarios()
        .iter()
        .any(|one| one.name == run.scenario)
    {
        let names = catalogue.scenarios().iter().map(|one| &*one.name);
        let names: Vec<&str> = names.collect();
        let message = format!(
            "there is no scenario {:?}; {}",
            run.scenario,
            suggestion(&run.scenario, &names)
        );
        return Err(wrong("run.scenario", message));
    }
    let mut live = Live::new(catalogue.clone(), "none", Nobody)?;
    live.open(run.scenario.clone(), run.seed, run.set.clone())
        .map_err(|message| wrong("run.set", message))?;
    if !run.change.is_empty() {
        live.change(run.at, run.change.clone())
            .map_err(|message| wrong("run.change", message))?;
    }
    live.run_to(run.until)
        .map_err(|message| wrong("run.until", message))?;
    if let Some(day) = run
        .days
        .iter()
        .find(|&&day| !(0.0..=run.until).contains(&day))
    {
        let message = format!(
            "found day {day}; give days from 0 to {}, the last one",
            run.until
        );
        return Err(wrong("run.days", message));
    }
    if let Some(field) = &run.field
        && live.places(std::slice::from_ref(field)).is_empty()
    {
        let fields: Vec<&str> = live.fields.iter().map(|field| &*field.name).collect();
        let message = format!(
            "there is no field {field:?}; {}",
            suggestion(field, &fields)
        );
        return Err(wrong("run.field", message));
    }
    let mut rows = Rows::default();
    rows.take(live.without.simulation.view(), false);
    match lesson
        .curves
        .iter()
        .find(|name| !rows.columns.contains(name))
    {
        None => Ok(()),
        Some(name) => {
            let columns: Vec<&str> = rows.columns.iter().map(|name| &**name).collect();
            let message = format!(
                "there is no column {name:?}; {}",
                suggestion(name, &columns)
            );
            Err(wrong("curves", message))
        }
    }
}

/// A run before its first tick.
fn begun(loaded: Loaded) -> Result<Track, Wrong> {
    let sites = loaded
        .scenario
        .lattice
        .size
        .map(|size| size.iter().product::<usize>());
    let too_many = |sites: usize| {
        Err(format!(
            "found a lattice of {sites} sites; the page shows at most {MOST_SITES}: run it with `howship run`"
        ))
    };
    if let Some(sites) = sites.filter(|&sites| sites > MOST_SITES) {
        return too_many(sites);
    }
    let simulation = loaded.build().map_err(rendered)?;
    let sites = simulation.model.grid.len();
    if sites > MOST_SITES {
        return too_many(sites);
    }
    Ok(Track::new(loaded, simulation, Rows::default()))
}

fn check_sets(sets: &[String]) -> Result<(), Wrong> {
    if sets.len() > MOST_SETS {
        return Err(format!(
            "found {} values; give at most {MOST_SETS}",
            sets.len()
        ));
    }
    match sets.iter().find(|set| !is_settable(set)) {
        None => Ok(()),
        Some(set) => Err(format!(
            "found {set:?}, which a page cannot set; it sets values of tumour, bone cells, signals, cues and therapies, \
             or write a scenario file and give it to `howship view`"
        )),
    }
}

fn rows(run: Which, rows: &Rows, from: usize, to: usize) -> Reply {
    let number = |&value: &f64| value.is_finite().then_some(value);
    let made = rows.rows[from..to].iter();
    Reply::Rows {
        run,
        anew: from == 0,
        columns: rows.columns.clone(),
        rows: made.map(|row| row.iter().map(number).collect()).collect(),
    }
}
