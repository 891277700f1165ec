//! The files of the page, in the program itself.

/// A file of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its name, from the folder of the page on.
    pub name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// What it holds.
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $kind:expr,)*) => {
        /// All files of the page.
        pub const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            kind: $kind,
            bytes: include_bytes!(concat!("page/", $name)),
        },)*];
    };
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const SVG: &str = "image/svg+xml";

assets! {
    "index.html": HTML,
    "icon.svg": SVG,
    "page.css": STYLE,
    "main.js": SCRIPT,
    "engine.js": SCRIPT,
    "state.js": SCRIPT,
    "words.js": SCRIPT,
    "frame.js": SCRIPT,
    "tissue.js": SCRIPT,
    "solid.js": SCRIPT,
    "solid_worker.js": SCRIPT,
    "surface.js": SCRIPT,
    "palette.js": SCRIPT,
    "curves.js": SCRIPT,
    "glossary.js": SCRIPT,
    "loop.js": SCRIPT,
    "controls.js": SCRIPT,
    "lessons.js": SCRIPT,
    "take.js": SCRIPT,
    "worker.js": SCRIPT,
    "uplot/uPlot.min.js": SCRIPT,
    "uplot/uPlot.min.css": STYLE,
    "uplot/LICENSE.txt": TEXT,
}

/// A file by its name; none where there is none.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}
