//! The stage of the page (`howship::view::live`) behind a plain C interface, for a Web Worker
//! (`src/view/page/worker.js`): texts of the protocol in, texts and frames out, and a tick at a time.
//!
//! The caller holds the stage by a number that [`howship_new`] gives, and calls on one thread. Texts go in through
//! [`howship_input`] and [`howship_ask`]; what comes out lies at [`howship_output`] until the next call.

use std::collections::VecDeque;

use howship::view::catalogue::Catalogue;
use howship::view::live::{Live, Nobody, Redraw};
use howship::view::protocol::{LARGEST_REQUEST, Request};

/// A stage with what goes in and out.
pub struct Stage {
    live: Live<Nobody>,
    input: Vec<u8>,
    output: Vec<u8>,
    frames: VecDeque<Vec<u8>>,
    texts: VecDeque<String>,
    fields: Vec<String>,
    redraw: Redraw,
}

impl Stage {
    fn listen(&mut self) {
        for (_, reply) in self.live.said() {
            // A reply is made of texts and numbers: writing it cannot fail.
            self.texts
                .push_back(serde_json::to_string(&reply).unwrap_or_default());
        }
    }
}

/// The stage behind a handle.
///
/// # Safety
/// The handle is one of [`howship_new`], not freed, and no other call runs.
unsafe fn stage<'a>(handle: *mut Stage) -> &'a mut Stage {
    // SAFETY: the caller's word.
    unsafe { &mut *handle }
}

/// A new stage; null where it cannot begin.
#[unsafe(no_mangle)]
pub extern "C" fn howship_new() -> *mut Stage {
    let Ok(catalogue) = Catalogue::shipped() else {
        return std::ptr::null_mut();
    };
    let Ok(live) = Live::new(catalogue, "wasm", Nobody) else {
        return std::ptr::null_mut();
    };
    Box::into_raw(Box::new(Stage {
        live,
        input: Vec::new(),
        output: Vec::new(),
        frames: VecDeque::new(),
        texts: VecDeque::new(),
        fields: Vec::new(),
        redraw: Redraw::Whole,
    }))
}

/// Room for a text of so many bytes.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_input(handle: *mut Stage, length: usize) -> *mut u8 {
    let stage = unsafe { stage(handle) };
    stage.input.clear();
    stage.input.resize(length.min(LARGEST_REQUEST + 1), 0);
    stage.input.as_mut_ptr()
}

/// Does what the text asks for that lies in the room for it.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_ask(handle: *mut Stage, length: usize) {
    let stage = unsafe { stage(handle) };
    stage.input.truncate(length);
    let text = String::from_utf8_lossy(&stage.input).into_owned();
    if let Some(Request::Look { fields, .. }) = stage.live.ask(&text) {
        stage.fields = fields;
    }
    stage.redraw = Redraw::Whole;
    stage.listen();
}

/// Puts the next text into the output; 0 where there is none.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_text(handle: *mut Stage) -> u32 {
    let stage = unsafe { stage(handle) };
    stage.texts.pop_front().is_some_and(|text| {
        stage.output = text.into_bytes();
        true
    }) as u32
}

/// Puts the next frame into the output, made now of runs that went on; 0 where there is none.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_frame(handle: *mut Stage) -> u32 {
    let stage = unsafe { stage(handle) };
    if stage.frames.is_empty() {
        let wanted = stage.live.places(&stage.fields);
        let redraw = std::mem::replace(&mut stage.redraw, Redraw::New);
        // The page of static files has sections alone, which are no larger than their cuts.
        let made = stage.live.frames(&wanted, &[], redraw);
        stage
            .frames
            .extend(made.into_iter().map(|framed| framed.bytes));
    }
    stage.frames.pop_front().is_some_and(|frame| {
        stage.output = frame;
        true
    }) as u32
}

/// Where the output lies.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_output(handle: *mut Stage) -> *const u8 {
    unsafe { stage(handle) }.output.as_ptr()
}

/// Its bytes.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_output_length(handle: *mut Stage) -> usize {
    unsafe { stage(handle) }.output.len()
}

/// 1 while it plays.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_plays(handle: *mut Stage) -> u32 {
    u32::from(unsafe { stage(handle) }.live.is_playing())
}

/// Seconds that the next tick is to take at least.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_tick_s(handle: *mut Stage) -> f64 {
    unsafe { stage(handle) }.live.tick_s()
}

/// One tick.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_step(handle: *mut Stage) {
    let stage = unsafe { stage(handle) };
    stage.live.step();
    stage.listen();
}

/// Says what is new.
///
/// # Safety
/// As [`stage`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn howship_tell(handle: *mut Stage) {
    let stage = unsafe { stage(handle) };
    stage.live.tell();
    stage.listen();
}
