// The simulator in a Web Worker: the WebAssembly module through its plain interface (wasm/src/lib.rs), which speaks
// the same protocol as the server.

"use strict";

let wasm = null;
let live = 0;
let drawn = true;
let told = 0;
let stepped = 0;
let scheduled = false;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Hands a text to the module. */
function put(text) {
  const bytes = encoder.encode(text);
  const at = wasm.howship_input(live, bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  wasm.howship_ask(live, bytes.length);
}

/** Posts what the module says. */
function speak() {
  while (wasm.howship_text(live)) {
    const bytes = new Uint8Array(wasm.memory.buffer, wasm.howship_output(live), wasm.howship_output_length(live));
    postMessage(decoder.decode(bytes));
  }
}

function show() {
  if (!drawn) return;
  let any = false;
  while (wasm.howship_frame(live)) {
    const bytes = new Uint8Array(wasm.memory.buffer, wasm.howship_output(live), wasm.howship_output_length(live));
    const copy = bytes.slice().buffer;
    postMessage(copy, [copy]);
    any = true;
  }
  if (any) drawn = false;
}

/** Ticks for some milliseconds, then lets messages in. */
function work() {
  scheduled = false;
  const begin = performance.now();
  while (wasm.howship_plays(live) && performance.now() - begin < 12) {
    const least = wasm.howship_tick_s(live) * 1000;
    if (performance.now() - stepped < least) break;
    stepped = performance.now();
    wasm.howship_step(live);
  }
  if (performance.now() - told > 40 || !wasm.howship_plays(live)) {
    told = performance.now();
    wasm.howship_tell(live);
    speak();
    show();
  }
  if (wasm.howship_plays(live)) next();
}

function next() {
  if (scheduled) return;
  scheduled = true;
  const wait = wasm.howship_tick_s(live) * 1000 - (performance.now() - stepped);
  if (wait > 4) setTimeout(work, Math.min(wait, 40));
  else channel.port2.postMessage(0);
}

// A message of one's own comes sooner than a timer.
const channel = new MessageChannel();
channel.port1.onmessage = work;

const early = [];

onmessage = ({ data }) => {
  if (!wasm) {
    early.push(data);
    return;
  }
  if (data === "drawn") {
    drawn = true;
    show();
    return;
  }
  put(data);
  speak();
  show();
  if (wasm.howship_plays(live)) next();
};

async function start() {
  const response = await fetch("howship.wasm");
  if (!response.ok) throw new Error(`howship.wasm: ${response.status}`);
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), {});
  wasm = instance.exports;
  live = wasm.howship_new();
  if (!live) throw new Error("the simulator does not begin");
  postMessage("ready");
  for (const data of early.splice(0)) onmessage({ data });
}

start().catch((error) => postMessage({ failed: String(error.message ?? error) }));
