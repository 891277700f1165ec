//! `howship view`: the live page in a browser, or as static files.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::terminal::{TERMINAL, say};
use crate::run::screen::Console;
use crate::view::export::export;
use crate::view::watched::{Page, offered};

/// Watch a run in the browser: tissue, curves and the loop, live; change the therapy and see the bone answer.
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

pub(super) fn view(it: &ViewArguments) -> Result<(), Stop> {
    if let Some(folder) = &it.export {
        say!("{}", export(folder, it.module.as_deref())?);
        return Ok(());
    }
    let offered = offered(it.scenario.as_deref(), &it.sets, &it.lessons)?;
    let page = Page::at(SocketAddr::new(it.host, it.port), offered)?;
    Ok(page.shown(it.open, &it.out, &Console::new(TERMINAL, false))?)
}
