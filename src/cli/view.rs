//! `howship view`: the live page in a browser, or as static files.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use super::Stop;
use crate::layers::diagnostic::Diagnostics;
use crate::run::signals::Signals;
use crate::scenario::build::load;
use crate::scenario::read::load as read_file;
use crate::view::catalogue::Catalogue;
use crate::view::export::export;
use crate::view::lesson;
use crate::view::live::try_lesson;
use crate::view::server::{listen, serve};
use crate::view::stage::{keep, stage, token};

/// Arguments of `howship view`.
#[derive(Debug, Args)]
pub(super) struct ViewArguments {
    /// A scenario file of your own, in front of those that come with howship.
    scenario: Option<PathBuf>,
    /// Set a value by its dotted path, as in --set tumour.division.rate="0.5 /d".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Port; one that is free without it.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on. Other machines can reach one that is not of this machine alone: the page then asks for
    /// the token in the address that is printed.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
    /// A lesson of your own, in front of those that come with howship; may be given again.
    #[arg(long = "lesson", value_name = "FILE")]
    lessons: Vec<PathBuf>,
    /// Folder in which the runs are left when the page ends.
    #[arg(long, value_name = "FOLDER", default_value = "runs")]
    out: PathBuf,
    /// Write the page as static files with the simulator as a WebAssembly module into this new folder, and end.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["port", "host", "open"])]
    export: Option<PathBuf>,
    /// The WebAssembly module for --export.
    #[arg(long, value_name = "FILE", requires = "export")]
    module: Option<PathBuf>,
}

pub(super) fn view(arguments: &ViewArguments) -> Result<(), Stop> {
    if let Some(folder) = &arguments.export {
        let bytes = export(folder, arguments.module.as_deref())?;
        say!(
            "{}: the page, {:.2} MB; put the folder on any web server (a browser does not open it as a file)",
            folder.display(),
            bytes as f64 / 1e6
        );
        return Ok(());
    }
    let mut catalogue = Catalogue::shipped().map_err(Diagnostics::from)?;
    let mut lessons = Vec::new();
    for path in arguments.lessons.iter().rev() {
        let layer = read_file(path).map_err(Diagnostics::from)?;
        let read = lesson::read(&layer.name, &layer.text).map_err(Diagnostics::from)?;
        lessons.push((layer.name, read.clone()));
        catalogue = catalogue.with_lesson(read);
    }
    if let Some(path) = &arguments.scenario {
        catalogue = catalogue.with_file(&load(path, &arguments.sets)?);
    }
    for (name, lesson) in &lessons {
        try_lesson(&catalogue, lesson)
            .map_err(|message| Stop::wrong(format!("{name}: {message}")))?;
    }
    let (stage, ends) = stage(catalogue).map_err(Stop::wrong)?;
    let address = SocketAddr::new(arguments.host, arguments.port);
    let listener = listen(address)
        .map_err(|error| Stop::failed(format_args!("cannot listen on {address}: {error}")))?;
    let address = listener.local_addr().map_err(Stop::failed)?;
    let token = (!address.ip().is_loopback())
        .then(token)
        .transpose()
        .map_err(Stop::failed)?;
    let link = match &token {
        Some(token) => format!("http://{address}/?token={token}"),
        None => format!("http://{address}/"),
    };
    let signals = Signals::listen().map_err(Stop::failed)?;
    say!("{link}");
    tell!("the page is there until Ctrl-C");
    if arguments.open {
        open_browser(&link);
    }
    let stop = AtomicBool::new(false);
    let (live, served) = std::thread::scope(|scope| {
        let runs = scope.spawn(|| stage.go(&stop));
        let watch = scope.spawn(|| {
            while !signals.flag().load(Ordering::SeqCst) && !stop.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(30));
            }
            stop.store(true, Ordering::SeqCst);
        });
        let served = serve(listener, ends, token, &stop);
        stop.store(true, Ordering::SeqCst);
        let _ = watch.join();
        (runs.join(), served)
    });
    served.map_err(Stop::failed)?;
    let Ok(live) = live else {
        return Err(Stop::failed("the thread of the run ended by itself"));
    };
    kept(live, &arguments.out)
}

/// Leaves the runs, and says how to go on with them.
fn kept(live: crate::view::stage::Runs, out: &Path) -> Result<(), Stop> {
    for folder in keep(live, out)? {
        tell!("go on with: howship resume {}", folder.display());
    }
    Ok(())
}

/// Asks the system to open the page; where it cannot, the address is there to be opened by hand.
fn open_browser(link: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    if let Err(error) = std::process::Command::new(program).arg(link).spawn() {
        tell!("warning: cannot open a browser by {program} ({error}): open the address by hand");
    }
}
