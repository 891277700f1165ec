// How fast the page is, and what it costs: node tests/page/rates.mjs HOWSHIP [MODULE] (.ci/page installs Chromium and
// playwright-core; PAGE_MODULES is the folder that has them). docs/view.md has the figures. Nothing here is a test:
// times depend on the machine.
//
// 1. The first picture: from the address to a tissue on the page, native and, with a module, in the browser.
// 2. A section of 200 x 200 sites, played as fast as it goes: processor time of the thread of the runs without pages and with
//    four, in turns, and frames a second that each page gets.
// 3. A volume of 100 x 100 x 100 sites: frames a second of its three cuts, and how many days have their surface.

import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const require = createRequire(path.resolve(process.env.PAGE_MODULES ?? ".", "package.json"));
const { chromium } = require("playwright-core");
const [howship, module] = process.argv.slice(2);
const TURNS = Number(process.env.TURNS ?? 3);
const ONLY = process.env.ONLY ?? "first section volume";
const VOLUME = path.resolve(import.meta.dirname, "../../scenarios/vicious_cycle.toml");
const KINDS = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml", txt: "text/plain", wasm: "application/wasm" };

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "rates-"));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const sorted = (all) => [...all].sort((a, b) => a - b);
const median = (all) => (all.length ? sorted(all)[Math.floor(all.length / 2)] : NaN);
const spread = (all, places = 0) => `${median(all).toFixed(places)} (${Math.min(...all).toFixed(places)} to ${Math.max(...all).toFixed(places)})`;

/** `howship view` with these words, its address, and its end. */
async function program(words, more = {}) {
  const env = { ...process.env, ...more };
  const child = spawn(path.resolve(howship), ["view", "--port", "0", ...words], { cwd: scratch, env, stdio: ["ignore", "pipe", "ignore"] });
  const address = await new Promise((done, failed) => {
    child.stdout.once("data", (bytes) => done(String(bytes).trim()));
    child.once("exit", (code) => failed(new Error(`howship view ended with ${code}`)));
  });
  return { child, address, end: () => new Promise((done) => (child.removeAllListeners("exit"), child.once("exit", done), child.kill("SIGINT"))) };
}

/** Processor time of each thread of a process, s. */
function threads(pid) {
  const folder = `/proc/${pid}/task`;
  return new Map(fs.readdirSync(folder).map((id) => [id, Number(fs.readFileSync(`${folder}/${id}/schedstat`, "utf8").split(" ")[0]) / 1e9]));
}

/** A page without a browser: a WebSocket that counts frames, so that the machine's time goes to the runs. */
function client(address) {
  const { hostname, port, host } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  const found = { frames: 0, status: null };
  let rest = Buffer.alloc(0), open = false;
  socket.write(`GET /live HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${crypto.randomBytes(16).toString("base64")}\r\n\r\n`);
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    rest = rest.length ? Buffer.concat([rest, bytes]) : bytes;
    if (!open) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      open = true;
      rest = rest.subarray(end + 4);
    }
    for (;;) {
      if (rest.length < 2) return;
      let length = rest[1] & 0x7f, at = 2;
      if (length === 126 && rest.length >= 4) [length, at] = [rest.readUInt16BE(2), 4];
      else if (length === 127 && rest.length >= 10) [length, at] = [Number(rest.readBigUInt64BE(2)), 10];
      else if (length > 125) return;
      if (rest.length < at + length) return;
      const kind = rest[0] & 15;
      if (kind === 2) found.frames += 1;
      if (kind === 1 && rest.subarray(at, at + 15).toString() === '{"say":"status"') found.status = JSON.parse(rest.subarray(at, at + length).toString());
      rest = rest.subarray(at + length);
    }
  });
  const ask = (request) => {
    const text = Buffer.from(JSON.stringify(request));
    const head = text.length < 126 ? Buffer.from([0x81, 0x80 | text.length]) : Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255]);
    // A mask of zeros is one too.
    socket.write(Buffer.concat([head, Buffer.alloc(4), text]));
  };
  return { ask, found, end: () => socket.destroy() };
}

async function until(holds) {
  while (!holds()) await wait(10);
}

const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** From the address to a picture of the tissue, ms. */
async function firstPicture(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...given) {
      window.firstDrawn ??= performance.now();
      return draw.apply(this, given);
    };
  });
  await page.goto(address);
  await page.waitForFunction(() => window.firstDrawn !== undefined, null, { timeout: 120_000 });
  const ms = await page.evaluate(() => window.firstDrawn);
  await context.close();
  return ms;
}

async function first() {
  const browser = await launch();
  const native = [], inBrowser = [];
  for (let turn = 0; turn < TURNS + 2; turn += 1) {
    const served = await program([]);
    native.push(await firstPicture(browser, served.address));
    await served.end();
  }
  console.log(`first picture, native: ${spread(native)} ms over ${native.length} starts`);
  if (module) {
    const folder = path.join(scratch, "page");
    await new Promise((done) => spawn(path.resolve(howship), ["view", "--export", folder, "--module", path.resolve(module)], { stdio: "ignore" }).once("exit", done));
    const server = http.createServer((request, response) => {
      const name = path.join(folder, new URL(request.url, "http://x").pathname === "/" ? "index.html" : new URL(request.url, "http://x").pathname);
      if (!name.startsWith(folder) || !fs.existsSync(name)) return response.writeHead(404).end();
      response.setHeader("content-type", KINDS[name.split(".").pop()] ?? "text/plain");
      response.end(fs.readFileSync(name));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    for (let turn = 0; turn < TURNS + 2; turn += 1) inBrowser.push(await firstPicture(browser, `http://127.0.0.1:${server.address().port}/`));
    console.log(`first picture, WebAssembly: ${spread(inBrowser)} ms over ${inBrowser.length} starts`);
    server.close();
  }
  await browser.close();
}

/** Plays a section to its end; gives the time of the thread of the runs, ticks, and frames a second of each page. */
async function play(pages) {
  // On one thread: several spend time in waiting for each other, which differs from turn to turn.
  const served = await program([], { RAYON_NUM_THREADS: "1" });
  const host = client(served.address);
  host.ask({ ask: "hello" });
  host.ask({ ask: "speed" });
  host.ask({ ask: "run_to", day: 0 });
  await until(() => host.found.status?.day >= 0 && !host.found.status.playing);
  const tick = host.found.status.tick;
  host.end();
  await wait(200);
  const all = Array.from({ length: pages }, () => client(served.address));
  for (const one of all) {
    one.ask({ ask: "hello" });
    one.ask({ ask: "look", fields: ["pthrp"] });
  }
  await wait(300);
  const before = threads(served.child.pid);
  const frames = all.map(({ found }) => found.frames);
  const begun = performance.now();
  const starter = pages ? all[0] : client(served.address);
  if (!pages) starter.ask({ ask: "hello" });
  await until(() => starter.found.status);
  starter.ask({ ask: "play" });
  await until(() => starter.found.status.playing || starter.found.status.done);
  let ticks = 0, seconds = 0;
  if (pages) {
    await until(() => starter.found.status?.done);
    seconds = (performance.now() - begun) / 1000;
    ticks = starter.found.status.tick - tick;
    await wait(1500);
  } else {
    // Nobody is there: the run has ended when its threads rest.
    starter.end();
    for (let last = -1, now = 0; now - last > 0.02; ) {
      last = now;
      await wait(1500);
      now = [...threads(served.child.pid).values()].reduce((sum, one) => sum + one, 0);
    }
  }
  const after = threads(served.child.pid);
  const used = [...after].map(([id, value]) => value - (before.get(id) ?? 0));
  const names = [...after.keys()];
  const rates = all.map(({ found }, at) => (found.frames - frames[at]) / seconds);
  for (const one of all) one.end();
  await served.end();
  // The thread of the server is the first; all else computes.
  return { run: names.reduce((sum, id, at) => (Number(id) === served.child.pid ? sum : sum + used[at]), 0), server: used[names.indexOf(String(served.child.pid))], ticks, rates, seconds };
}

async function section() {
  const more = [], rates = [], server = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const order = turn % 2 ? [4, 0] : [0, 4];
    const found = new Map();
    for (const pages of order) found.set(pages, await play(pages));
    const [alone, four] = [found.get(0), found.get(4)];
    more.push(100 * (four.run / alone.run - 1));
    server.push((100 * four.server) / alone.run);
    rates.push(...four.rates);
    console.log(`  turn ${turn + 1}: ${alone.run.toFixed(3)} s alone, ${four.run.toFixed(3)} s with four pages (${four.ticks} ticks in ${four.seconds.toFixed(1)} s)`);
  }
  console.log(`section of 200 x 200, four pages: ${spread(rates, 1)} frames a second each; threads of the run ${spread(more, 2)} % more time; thread of the server ${spread(server, 1)} % of that of the run`);
}

async function volume() {
  const served = await program([VOLUME, "--set", "run.burn_in=0 d"]);
  const browser = await launch();
  const cdp = await browser.newBrowserCDPSession();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.addInitScript(() => {
    const seen = (window.seen = { frames: [], cuts: [], days: [] });
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...given) {
      seen.cuts.push(performance.now());
      return draw.apply(this, given);
    };
    const Plain = window.WebSocket;
    window.WebSocket = class extends Plain {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
          if (typeof data !== "string") seen.frames.push(data.byteLength);
        });
      }
    };
    new MutationObserver(() => {
      const says = /space, day (\d+)/.exec(document.getElementById("sights")?.textContent ?? "");
      if (says && seen.days[seen.days.length - 1] !== Number(says[1])) seen.days.push(Number(says[1]));
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(served.address);
  await page.waitForFunction(() => window.seen.days.length > 0, null, { timeout: 120_000 });
  console.log(`volume: drawn by ${await page.evaluate(() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    return gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
  })}`);
  const spent = async () => {
    const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, { type, cpuTime }) => ({ ...sum, [type]: (sum[type] ?? 0) + cpuTime }), {});
  };
  const begin = () => page.evaluate(() => Object.values(window.seen).forEach((all) => (all.length = 0)));
  const seen = () => page.evaluate(() => window.seen);
  const day = async () => Number(/[0-9.]+/.exec(await page.textContent("#day"))[0]);
  await page.selectOption("#speed", "");
  await page.click("#play");
  await wait(1500);
  const rates = [], days = [], costs = [], ticks = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    await begin();
    const [browserBefore, runBefore, from, begun] = [await spent(), threads(served.child.pid), await day(), performance.now()];
    await wait(8000);
    const [found, seconds, to] = [await seen(), (performance.now() - begun) / 1000, await day()];
    const [browserAfter, runAfter] = [await spent(), threads(served.child.pid)];
    const drawn = found.cuts.length / 3;
    rates.push(drawn / seconds);
    days.push(found.days.length / (to - from));
    const cost = Object.fromEntries(["browser", "renderer", "GPU"].map((kind) => [kind, (1000 * ((browserAfter[kind] ?? 0) - (browserBefore[kind] ?? 0))) / drawn]));
    costs.push(cost.browser + cost.renderer + cost.GPU);
    const run = [...runAfter].reduce((sum, [id, value]) => sum + value - (runBefore.get(id) ?? 0), 0);
    ticks.push((1000 * run) / (2 * (to - from)));
    console.log(`  turn ${turn + 1}: day ${from} to ${to}; ${rates[turn].toFixed(1)} frames a second of ${(median(found.frames) / 1e3).toFixed(0)} kB; surfaces of ${found.days.length} days; of a frame, processor time: browser ${cost.browser.toFixed(0)}, renderer ${cost.renderer.toFixed(0)}, graphics ${cost.GPU.toFixed(0)} ms`);
  }
  console.log(`volume of 100 x 100 x 100 played: ${spread(rates, 1)} frames a second, ${spread(days, 2)} surfaces a simulated day; processor time of the browser ${spread(costs)} ms a frame, of the program ${spread(ticks)} ms a tick`);
  await page.click("#play");
  await wait(1500);
  const held = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    await begin();
    const begun = performance.now();
    await page.evaluate(async () => {
      const slider = document.querySelector("#cuts input");
      for (let end = performance.now() + 4000, at = 0; performance.now() < end; at += 1) {
        slider.value = at % 100;
        slider.dispatchEvent(new Event("input"));
        await new Promise(requestAnimationFrame);
      }
    });
    held.push((await seen()).cuts.length / 3 / ((performance.now() - begun) / 1000));
  }
  console.log(`volume, a cut that is moved while the run holds: ${spread(held, 1)} frames a second`);
  await browser.close();
  await served.end();
}

try {
  console.log(`${os.cpus().length} processors, load ${os.loadavg()[0].toFixed(1)}`);
  if (ONLY.includes("first")) await first();
  if (ONLY.includes("section")) await section();
  if (ONLY.includes("volume")) await volume();
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
