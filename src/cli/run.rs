//! `howship run`: a scenario in, a folder out.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Stop;
use super::progress::Progress;
use crate::engine::fault::Fault;
use crate::observe::picture::slices;
use crate::observe::series::{COLUMNS, row};
use crate::output::curves::write_curves;
use crate::output::map::{Cut, Frame, write_gif, write_map};
use crate::output::run_folder::{Manifest, RunFolder};
use crate::output::table::Table;
use crate::output::write_whole;
use crate::scenario::build::{Loaded, Simulation, load};

/// Arguments of `howship run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The scenario file.
    scenario: PathBuf,
    /// Folder for the results; runs/<name>-<seed> without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of all chance, instead of the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// Threads; results are the same for any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Set a value by its dotted path, as in --set tumour.division.rate="0.5 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Say nothing on the way.
    #[arg(long)]
    quiet: bool,
    /// Replace the folder of an earlier run.
    #[arg(long)]
    force: bool,
}

/// Frames of the film.
const FILM_FRAMES: f64 = 24.0;

pub(super) fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let mut sets = arguments.sets.clone();
    if let Some(seed) = arguments.seed {
        sets.push(format!("seed={seed}"));
    }
    let threads = arguments.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Stop::Request(format!("error: --threads {threads}: {error}")))?;
    pool.install(|| run_on_pool(arguments, &sets))
}

fn run_on_pool(arguments: &RunArguments, sets: &[String]) -> Result<(), Stop> {
    let clock = Instant::now();
    let loaded =
        load(&arguments.scenario, sets).map_err(|found| Stop::Request(found.render(false)))?;
    let out = arguments.out.clone().unwrap_or_else(|| {
        PathBuf::from("runs").join(format!("{}-{}", loaded.scenario.name, loaded.scenario.seed))
    });
    let mut simulation = loaded
        .build()
        .map_err(|found| Stop::Request(found.render(false)))?;
    let folder = RunFolder::create(&out, arguments.force)?;
    write_whole(
        &folder.path.join("scenario.toml"),
        loaded.tree.to_toml().as_bytes(),
    )?;
    let mut record = Record::new(&loaded);
    let ended = simulate(&mut simulation, &mut record, arguments.quiet);
    // What was recorded is kept also when the run failed.
    record.series.write_csv(&folder.path.join("series.csv"))?;
    record.ledger.write_csv(&folder.path.join("ledger.csv"))?;
    let plots = folder.path.join("plots");
    let title = loaded.scenario.name.replace('_', " ");
    write_curves(&plots, &title, std::slice::from_ref(&record.series))?;
    for frame in &record.maps {
        write_map(
            &plots.join(format!("map_d{:.0}.png", frame.day)),
            &title,
            frame,
        )?;
    }
    write_gif(&plots.join("map.gif"), &title, &record.film)?;
    folder.finish(Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: loaded.scenario.name.clone(),
        specimen: simulation.specimen.clone(),
        seed: loaded.scenario.seed,
        threads: threads_in_use(),
        wall_s: clock.elapsed().as_secs_f64(),
        digest: simulation.state.digest(),
        exit_state: ended
            .as_ref()
            .map_or_else(ToString::to_string, |()| "done".to_owned()),
        outputs: std::collections::BTreeMap::new(),
    })?;
    match ended {
        Ok(()) => {
            if !arguments.quiet {
                report(&record.series, &out);
            }
            Ok(())
        }
        Err(fault) => Err(Stop::Failed(format!(
            "error: the run stopped: {fault}\nwhat was recorded until then lies in {}",
            out.display()
        ))),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "reported in run.json, no result depends on it"
)]
fn threads_in_use() -> usize {
    rayon::current_num_threads()
}

struct Record {
    series: Table,
    ledger: Table,
    maps: Vec<Frame>,
    film: Vec<Frame>,
    series_every_h: f64,
    film_every_h: f64,
    map_days: Vec<f64>,
}

impl Record {
    fn new(loaded: &Loaded) -> Self {
        let output = &loaded.scenario.output;
        let duration = loaded.scenario.run.duration.get();
        let film = output.film_every.get();
        let mut ledger = vec!["time_d".to_owned()];
        for name in loaded.scenario.parameters().signal_names() {
            for entry in ["made", "released", "decayed", "leaked", "change"] {
                ledger.push(format!("{name}_{entry}_amol"));
            }
        }
        Self {
            series: Table {
                columns: COLUMNS.iter().map(|&name| name.to_owned()).collect(),
                rows: Vec::new(),
            },
            ledger: Table {
                columns: ledger,
                rows: Vec::new(),
            },
            maps: Vec::new(),
            film: Vec::new(),
            series_every_h: output.series_every.get().clamp(1e-3, 24.0),
            film_every_h: if film > 0.0 {
                film
            } else {
                (duration / FILM_FRAMES / 24.0).ceil().max(1.0) * 24.0
            },
            map_days: output.map_days.clone(),
        }
    }

    fn take(&mut self, simulation: &Simulation, is_last: bool) {
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = simulation;
        let due = |every: f64| {
            let turns = state.time_h / every;
            (turns - turns.round()).abs() * every < 0.5 * model.tick_h
        };
        if due(self.series_every_h) || is_last {
            self.series.rows.push(row(model, state, scratch));
            let mut entries = vec![state.day()];
            for book in &state.ledger.total {
                entries.extend([
                    book.made,
                    book.released,
                    book.decayed,
                    book.leaked,
                    book.change,
                ]);
            }
            self.ledger.rows.push(entries);
        }
        let asked = self
            .map_days
            .iter()
            .any(|day| (day * 24.0 - state.time_h).abs() < 0.5 * model.tick_h);
        let film = due(self.film_every_h) || is_last;
        let map = asked || is_last || state.time_h.abs() < 1e-9;
        if film || map {
            let frame = frame(simulation, &self.series);
            if map {
                self.maps.push(frame.clone());
            }
            if film {
                self.film.push(frame);
            }
        }
    }
}

fn frame(simulation: &Simulation, series: &Table) -> Frame {
    let Simulation { model, state, .. } = simulation;
    let names = ["x", "y", "z"];
    let cuts = slices(model, state)
        .into_iter()
        .map(|slice| Cut {
            name: if model.grid.is_section() {
                String::new()
            } else {
                format!(
                    "at {} = {:.2} mm",
                    names[slice.fixed],
                    (slice.layer as f64 + 0.5) * model.grid.edge_um / 1e3
                )
            },
            axes: [names[slice.axes[0]], names[slice.axes[1]]],
            width: model.grid.dims[slice.axes[0]],
            height: model.grid.dims[slice.axes[1]],
            pixel_um: model.grid.edge_um,
            tissue: slice.shown,
        })
        .collect();
    let bv_tv = state.bv_tv(model);
    let start = series.rows.first().map_or(bv_tv, |row| row[1]);
    Frame {
        day: state.day(),
        caption: format!(
            "BV/TV {:.1} % ({:+.1} % of day 0), {} osteoclasts, {} osteoblasts, {} tumour cells",
            100.0 * bv_tv,
            100.0 * (bv_tv / start - 1.0),
            state.osteoclasts.len(),
            state.osteoblasts.len(),
            state.tumour.len()
        ),
        cuts,
    }
}

fn simulate(simulation: &mut Simulation, record: &mut Record, quiet: bool) -> Result<(), Fault> {
    let total = u64::from(simulation.burn_in_ticks) + u64::from(simulation.ticks);
    let mut progress = Progress::new(total, quiet);
    simulation.run(|now| {
        if now.is_past_burn_in() {
            record.take(now, now.is_done());
        }
        let state = &now.state;
        progress.at(u64::from(state.tick), || {
            format!(
                "day {:.0}, BV/TV {:.2} %, {} tumour cells, {} osteoclasts",
                state.day(),
                100.0 * state.bv_tv(&now.model),
                state.tumour.len(),
                state.osteoclasts.len()
            )
        });
    })?;
    progress.finish();
    Ok(())
}

fn report(series: &Table, out: &std::path::Path) {
    let ends = |name: &str| {
        series
            .column(name)
            .and_then(|values| Some((*values.first()?, *values.last()?)))
    };
    if let (Some(bone), Some(tumour), Some(osteoclasts)) =
        (ends("bv_tv"), ends("tumour_cells"), ends("n_oc"))
    {
        say!(
            "BV/TV {:.2} -> {:.2} % ({:+.1} %), tumour cells {} -> {}, osteoclasts {} -> {}",
            100.0 * bone.0,
            100.0 * bone.1,
            100.0 * (bone.1 / bone.0 - 1.0),
            tumour.0,
            tumour.1,
            osteoclasts.0,
            osteoclasts.1
        );
    }
    say!("results in {}", out.display());
}
