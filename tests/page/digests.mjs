// Does the WebAssembly module end in the digests of the native program? node digests.mjs MODULE HOWSHIP [SCENARIO...]
//
// Each shipped section (or those that are named) is run by the module here, taken home as a page takes it, and run by `howship run`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const [module, howship, ...named] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(fs.readFileSync(module), {});
const wasm = instance.exports;
const live = wasm.howship_new();
assert.ok(live, "the module begins");

function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const at = wasm.howship_input(live, bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  wasm.howship_ask(live, bytes.length);
  return said();
}

function said() {
  const replies = [];
  while (wasm.howship_text(live)) {
    const bytes = new Uint8Array(wasm.memory.buffer, wasm.howship_output(live), wasm.howship_output_length(live));
    replies.push(JSON.parse(new TextDecoder().decode(bytes)));
  }
  const refused = replies.find(({ say }) => say === "refused");
  assert.equal(refused, undefined, refused?.message);
  return replies;
}

const welcome = ask({ ask: "hello" }).find(({ say }) => say === "welcome");
const names = named.length ? named : welcome.scenarios.map(({ name }) => name);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "howship-digests-"));
let failed = 0;
for (const name of names) {
  ask({ ask: "open", scenario: name });
  ask({ ask: "play" });
  const begun = performance.now();
  while (wasm.howship_plays(live)) wasm.howship_step(live);
  const seconds = (performance.now() - begun) / 1000;
  wasm.howship_tell(live);
  const status = said().filter(({ say }) => say === "status").pop();
  assert.ok(status.done, name);
  const file = ask({ ask: "give", what: "scenario", run: "without" }).find(({ say }) => say === "file");
  const scenario = path.join(folder, file.name);
  fs.writeFileSync(scenario, file.text);
  const out = path.join(folder, name);
  execFileSync(howship, ["run", scenario, "--out", out, "--quiet"], { stdio: ["ignore", "inherit", "ignore"] });
  const native = JSON.parse(fs.readFileSync(path.join(out, "run.json"), "utf8")).digest;
  const same = native === status.digest;
  if (!same) failed += 1;
  console.log(`${same ? "same" : "DIFFERENT"}: ${name}: ${status.digest.slice(0, 16)} in the module (${status.last_tick} ticks, ${seconds.toFixed(1)} s), ${native.slice(0, 16)} natively`);
  fs.rmSync(out, { recursive: true });
}
fs.rmSync(folder, { recursive: true });
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
