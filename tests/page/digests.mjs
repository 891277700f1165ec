// The simulator as a WebAssembly module against the native program: node digests.mjs HOWSHIP MODULE [DAYS]. Every shipped
// scenario of the page, with its drugs, immune cells and radiation, is run by both, and ends in one digest.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const [howship, module, days = "16"] = process.argv.slice(2);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "digests-"));
const { instance } = await WebAssembly.instantiate(fs.readFileSync(module), {});
const wasm = instance.exports;
const live = wasm.howship_new();
assert.notEqual(live, 0, "the simulator begins");

/** What the module says since the last call. */
function heard() {
  const said = [];
  while (wasm.howship_text(live)) {
    const bytes = new Uint8Array(wasm.memory.buffer, wasm.howship_output(live), wasm.howship_output_length(live));
    said.push(JSON.parse(new TextDecoder().decode(bytes)));
  }
  return said;
}

function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const at = wasm.howship_input(live, bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  wasm.howship_ask(live, bytes.length);
  const said = heard();
  const refused = said.find(({ say }) => say === "refused");
  assert.equal(refused, undefined, JSON.stringify(request));
  return said;
}

const [welcome] = ask({ ask: "hello" }).filter(({ say }) => say === "welcome");
assert.equal(welcome.engine, "wasm");
assert.ok(welcome.scenarios.length >= 15, `${welcome.scenarios.length} scenarios`);
const differing = [];
for (const { name } of welcome.scenarios) {
  ask({ ask: "open", scenario: name, set: [`run.duration=${days} d`] });
  ask({ ask: "play" });
  while (wasm.howship_plays(live)) wasm.howship_step(live);
  wasm.howship_tell(live);
  const status = heard().filter(({ say }) => say === "status").pop();
  assert.ok(status.done, `${name} ends: ${JSON.stringify(status)}`);
  const [{ text }] = ask({ ask: "give", what: "scenario", run: "without" }).filter(({ say }) => say === "file");
  const file = path.join(scratch, `${name}.toml`);
  fs.writeFileSync(file, text);
  const found = [1, 2].map((threads) => {
    const out = path.join(scratch, `${name}-${threads}`);
    const plain = ["--set", "output.film=none", "--set", "output.map_days=[]"];
    execFileSync(howship, ["run", file, "--out", out, "--quiet", "--threads", threads, ...plain]);
    return JSON.parse(fs.readFileSync(path.join(out, "run.json"), "utf8")).digest;
  });
  const alike = found.every((digest) => digest === status.digest);
  console.log(`${alike ? "ok" : "DIFFERS"}: ${name}: ${status.digest} in WebAssembly, ${found.join(", ")} on one and two threads`);
  if (!alike) differing.push(name);
}
fs.rmSync(scratch, { recursive: true });
assert.deepEqual(differing, []);
