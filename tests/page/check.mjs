// The live page in a real browser (.ci/page installs it): node check.mjs server|static ADDRESS|FOLDER HOWSHIP PICTURES
//
// Plays as a student does, and fails at the first thing that is not so. PICTURES is a folder for screenshots.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve(process.env.PAGE_MODULES ?? ".", "package.json"));
const { chromium } = require("playwright-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [engine, where, howship, pictures] = process.argv.slice(2);
fs.mkdirSync(pictures, { recursive: true });
const scratch = fs.mkdtempSync(path.join(pictures, "run-"));
const LONG = Number(process.env.PAGE_PATIENCE_MS ?? 240_000);
const KINDS = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml", txt: "text/plain", wasm: "application/wasm" };

/** A static server that has the page below a path of its own. */
function serve(folder) {
  const server = http.createServer((request, response) => {
    const inner = /^\/class\/bone\/([a-zA-Z0-9_./]*)$/.exec(request.url.split("?")[0]);
    const name = path.join(folder, inner?.[1] || "index.html");
    if (!inner || !name.startsWith(folder) || !fs.existsSync(name)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("content-type", KINDS[name.split(".").pop()]);
    response.end(fs.readFileSync(name));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done([server, `http://127.0.0.1:${server.address().port}/class/bone/`])));
}

const [server, address] = engine === "static" ? await serve(path.resolve(where)) : [null, where];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const wrong = [];
let count = 0;

function holds(what) {
  count += 1;
  console.log(`ok: ${engine}: ${what}`);
}

/** A page in a context of its own: hidden ones are throttled. */
async function open(hash = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("requestfailed", (request) => wrong.push(`${request.url()} failed`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) wrong.push(`a request to ${url}`);
  });
  await page.goto(address + hash);
  return page;
}

const until = (page, holds_, argument) => page.waitForFunction(holds_, argument, { timeout: LONG });
const dayIs = (page, least) =>
  until(page, (least_) => {
    const day = /^Day ([0-9.]+)/.exec(document.getElementById("day").textContent);
    return day && Number(day[1]) >= least_;
  }, least);
const text = (page, id) => page.locator(id).textContent();

async function accessible(page, called) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
  assert.deepEqual(said, [], called);
  holds(`axe finds nothing serious: ${called}`);
}

async function shoot(page, name) {
  // What is drawn waits for the next picture of the browser.
  await page.waitForTimeout(600);
  await page.screenshot({ path: path.join(pictures, `${engine}-${name}.png`) });
}

async function digests(page) {
  await until(page, () => document.getElementById("digest").textContent !== "");
  return [...(await page.locator("#digest").getAttribute("title")).matchAll(/[0-9a-f]{64}/g)].map(([digest]) => digest);
}

/** The digest of `howship run` of a scenario that is taken home. */
async function takenHome(page, button) {
  if (!(await page.locator("#take").evaluate((menu) => menu.open))) await page.click("#take summary");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  const file = path.join(scratch, download.suggestedFilename());
  await download.saveAs(file);
  const out = `${file}-run`;
  execFileSync(howship, ["run", file, "--out", out, "--quiet"], { stdio: "inherit" });
  return JSON.parse(fs.readFileSync(path.join(out, "run.json"), "utf8")).digest;
}

async function aStudentPlays() {
  const begun = Date.now();
  const page = await open("#s=vicious_cycle_2d&seed=1&set=run.duration%3D6%20d&day=0");
  await page.waitForSelector("canvas");
  await until(page, () => {
    const canvas = document.querySelector("canvas");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some((value, at) => at % 4 === 0 && value !== pixels[0] && pixels[at + 3] > 0);
  });
  console.log(`${engine}: first frame after ${Date.now() - begun} ms`);
  holds("the page loads and draws");
  await until(page, () => /of 6/.test(document.getElementById("of").textContent));
  await dayIs(page, 0);
  await page.selectOption("#speed", "2");
  await page.click("#tick");
  await until(page, () => /^Day 0$|^Day 0\.[01]/.test(document.getElementById("day").textContent));
  await page.click("#play");
  await dayIs(page, 2);
  await page.click("#play");
  await until(page, () => document.querySelector("#play .says").textContent === "Play");
  await page.click("#tab-table");
  const rows = await page.locator("#pane-table tbody tr").count();
  assert.ok(rows >= 3, `${rows} days in the table`);
  const first = await page.locator("#pane-table tbody tr td:nth-child(3)").allTextContents();
  const cells = first.map((said) => Number(said.replace(/\s/g, "")));
  assert.ok(cells[cells.length - 1] > cells[0], `tumour cells grow: ${cells}`);
  holds("the run plays and its curves grow");

  await page.click("#tab-change");
  const slider = page.locator("#slider-tumour-death-rate");
  const before = await slider.getAttribute("aria-valuetext");
  await slider.focus();
  for (let step = 0; step < 40; step += 1) await page.keyboard.press("ArrowRight");
  const after = await slider.getAttribute("aria-valuetext");
  assert.notEqual(after, before);
  await until(page, () => document.querySelectorAll("#curve-key span").length >= 2 || /with/.test(document.getElementById("differs").textContent) || document.getElementById("differs").textContent !== "");
  const shown = await page.locator(".slider.used output").textContent();
  assert.equal(shown, after);
  holds(`a slider changes what it says: ${before} to ${after}`);
  await page.getByRole("button", { name: "Take the change back" }).click();
  await until(page, () => document.getElementById("differs").textContent === "");

  await page.click("#therapy-anti_pthrp");
  await until(page, () => document.querySelector("#therapy-anti_pthrp").getAttribute("aria-checked") === "true");
  await page.selectOption("#speed", "");
  await page.click("#play");
  await until(page, () => /done/.test(document.getElementById("of").textContent));
  await page.click("#tab-curves");
  await until(page, () => /with the change/.test(document.getElementById("curve-key").textContent) && /doses with: anti-PTHrP/.test(document.getElementById("curve-key").textContent));
  await until(page, () => /First differs on day [0-9.]+: /.test(document.getElementById("differs").textContent));
  assert.equal(await page.locator("#sights canvas").count(), 2);
  holds("a therapy makes a second run, with its curve and its doses");
  await page.hover("canvas[data-run=with]");
  await until(page, () => /with the change/.test(document.getElementById("site").textContent));
  holds("what is at a site is said");
  await shoot(page, "therapy");

  const [without, with_] = await digests(page);
  assert.equal(await takenHome(page, "#take-scenario"), without);
  assert.equal(await takenHome(page, "#take-scenario-with"), with_);
  holds("the scenarios that are taken home end in the digests of the page");
  await page.click("#take summary");
  const [svg] = await Promise.all([page.waitForEvent("download"), page.click("#take-svg")]);
  const file = path.join(scratch, "picture.svg");
  await svg.saveAs(file);
  assert.match(fs.readFileSync(file, "utf8"), /<polyline.*with the change|with the change.*<polyline/s);
  holds("a picture is taken home");

  await page.evaluate(() => document.getElementById("take-link").click());
  await until(page, () => location.hash.includes("c="));
  const link = await page.evaluate(() => location.hash);
  const again = await open(link);
  await until(again, (both) => both.every((digest) => document.getElementById("digest").title.includes(digest)), [without, with_]);
  holds("a link brings the state back");
  await again.context().close();

  await accessible(page, "curves, light");
  for (const tab of ["change", "lessons", "table"]) {
    await page.click(`#tab-${tab}`);
    await accessible(page, `${tab}, light`);
  }
  await page.click("#theme");
  for (const tab of ["curves", "change", "lessons"]) {
    await page.click(`#tab-${tab}`);
    await accessible(page, `${tab}, dark`);
  }
  await shoot(page, "dark");
  await page.context().close();
}

async function everyLesson() {
  const titles = [];
  const page = await open();
  await page.waitForSelector(".cards li", { state: "attached" });
  const lessons = await page.locator(".cards li").count();
  assert.ok(lessons >= 3);
  for (let at = 0; at < lessons; at += 1) {
    await page.click("#lessons-open");
    const back = page.getByRole("button", { name: "All lessons" });
    if (await back.count()) await back.click();
    await page.locator(".cards .card").nth(at).click();
    titles.push(await page.locator(".lesson h2").textContent());
    assert.ok(await page.locator("#lesson-run").isDisabled(), "a prediction comes first");
    await page.locator(".choice").nth(at % 2).click();
    await page.click("#lesson-run");
    await page.waitForTimeout(300);
    await page.selectOption("#speed", "");
    await until(page, () => document.getElementById("lesson-answer")?.disabled === false);
    await page.click("#lesson-answer");
    await page.waitForSelector(".verdict");
    await until(page, () => document.querySelector("img.own").complete && document.querySelector("img.own").naturalWidth > 0);
    assert.ok((await page.locator("blockquote cite").count()) >= 1);
    await shoot(page, `lesson-${at + 1}`);
    await page.click("#tab-curves");
    await shoot(page, `lesson-${at + 1}-curves`);
    const paper = await page.evaluate(() => document.querySelector("img.own").src);
    fs.writeFileSync(path.join(pictures, `${engine}-lesson-${at + 1}.svg`), Buffer.from(paper.split(",")[1], "base64"));
  }
  holds(`lessons end in a picture of one's own: ${titles.join(" / ")}`);
  // The last lesson is still there after a reload; its run too, where a server has it, and whether the first pictures of the
  // browser come between its replies or after all of them.
  for (const late of [0, 200]) {
    if (late) {
      await page.addInitScript((ms) => {
        const next = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (draws) => setTimeout(() => next(draws), ms);
      }, late);
    }
    await page.reload();
    await page.waitForSelector(".lesson h2");
    assert.equal(await page.locator(".lesson h2").textContent(), titles.at(-1));
    if (engine === "static") {
      assert.ok(await page.locator("#lesson-run").isDisabled(), "the question is asked again");
      break;
    }
    await until(page, () => document.getElementById("lesson-answer")?.disabled === false);
    await page.click("#lesson-answer");
    await page.waitForSelector(".verdict");
  }
  holds("a lesson outlives a reload of the page");
  await page.context().close();
  const phone = await open("", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  if (engine === "static") await dayIs(phone, 0);
  await until(phone, () => document.querySelector("canvas") && document.getElementById("of").textContent !== "");
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `the page is ${wide} wide on a phone`);
  await accessible(phone, "phone");
  await phone.waitForTimeout(600);
  await phone.screenshot({ path: path.join(pictures, `${engine}-phone.png`), fullPage: true });
  await phone.context().close();
}

/** A volume: its surface comes once a day, and its cuts with each tick. */
async function aVolume() {
  const page = await open(`#s=volume&seed=1&day=0`);
  const spaceDay = () => page.evaluate(() => /space, day (\d+)/.exec(document.getElementById("sights").textContent)?.[1] ?? null);
  await until(page, () => /space, day 0/.test(document.getElementById("sights").textContent));
  await page.evaluate(() => {
    window.days = [];
    const caption = [...document.querySelectorAll("#sights figcaption")].pop();
    new MutationObserver(() => window.days.push(Number(/day (\d+)/.exec(caption.textContent)[1]))).observe(caption, { childList: true, characterData: true, subtree: true });
  });
  for (let tick = 1; tick <= 8; tick += 1) {
    await page.click("#tick");
    // Four ticks are a day; the surface follows in its own time.
    await until(page, (day) => Number(/^Day ([0-9.]+)/.exec(document.getElementById("day").textContent)?.[1]) >= day - 0.05, tick / 4);
    if (tick % 4 === 0) await until(page, (day) => new RegExp(`space, day ${day}`).test(document.getElementById("sights").textContent), tick / 4);
  }
  assert.deepEqual(await page.evaluate(() => window.days), [1, 2]);
  assert.equal(await spaceDay(), "2");
  holds("the surface of a volume is made once a day");
  const shown = () => page.evaluate(() => [...document.querySelectorAll("#sights canvas[data-run]")].map((canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.reduce((sum, value, at) => (sum + value * (1 + (at % 9973))) % 4294967291, 0);
  }));
  const before = await shown();
  await page.locator("#cuts input").first().focus();
  await page.keyboard.press("Home");
  await until(page, () => /0\.01 mm|0\.00 mm|0\.02 mm/.test(document.querySelector("#cuts output").textContent));
  await page.waitForTimeout(500);
  const after = await shown();
  assert.notEqual(after[0], before[0], "a cut that is moved shows another plane");
  assert.deepEqual(after.slice(1), before.slice(1), "the other cuts stay");
  holds("a cut is moved by the keyboard");
  await shoot(page, "volume");
  await accessible(page, "a volume");
  await page.context().close();
}

/** From the first to the last by the tab key: nothing holds the focus. */
async function noTrap() {
  const page = await open();
  await page.waitForSelector("canvas");
  await until(page, () => document.getElementById("digest").textContent !== "");
  for (const tab of ["curves", "change", "lessons", "table", "words"]) {
    await page.click(`#tab-${tab}`);
    await page.evaluate(() => {
      document.activeElement.blur();
      window.scrollTo(0, 0);
    });
    await page.locator(".skip").focus();
    const seen = [];
    for (let step = 0; step < 200; step += 1) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const all = [...document.querySelectorAll("*")];
        return document.activeElement === document.body ? -1 : all.indexOf(document.activeElement);
      });
      if (here === -1 || here === seen[0]) break;
      assert.ok(!seen.includes(here), `the focus goes round at step ${step} of ${tab}`);
      seen.push(here);
      assert.ok(step < 199, `${tab} has an end`);
    }
    assert.ok(seen.length > 15, `${tab}: ${seen.length} stops`);
  }
  holds("the tab key leads through each tab and out again");
  await accessible(page, "words");
  await page.context().close();
}

/** A page of another origin, as of a site that a student has open beside it. */
async function anotherOrigin() {
  const evil = http.createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>elsewhere</title>");
  });
  await new Promise((done) => evil.listen(0, "127.0.0.1", done));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${evil.address().port}/`);
  const got = await page.evaluate(async (target) => {
    const tried = {};
    tried.fetch = await fetch(target).then((answer) => answer.text(), () => "nothing");
    tried.post = await fetch(`${target}live`, { method: "POST", body: "{}" }).then((answer) => answer.text(), () => "nothing");
    tried.socket = await new Promise((done) => {
      const socket = new WebSocket(`${target.replace("http", "ws")}live`);
      socket.onopen = () => done("open");
      socket.onmessage = () => done("a message");
      socket.onerror = () => done("nothing");
    });
    tried.frame = await new Promise((done) => {
      const frame = document.createElement("iframe");
      frame.src = target;
      frame.onload = () => {
        try {
          done(frame.contentDocument?.title ? "read" : "nothing");
        } catch {
          done("nothing");
        }
      };
      document.body.append(frame);
    });
    return tried;
  }, address);
  assert.deepEqual(got, { fetch: "nothing", post: "nothing", socket: "nothing", frame: "nothing" });
  holds("a page of another origin gets nothing");
  await context.close();
  evil.close();
}

try {
  await aStudentPlays();
  await everyLesson();
  await noTrap();
  if (engine === "server") await aVolume();
  if (engine === "server") await anotherOrigin();
  assert.deepEqual(wrong, [], "errors on the console");
  holds("nothing on the console, and no request to elsewhere");
  console.log(`${count} passed, 0 failed`);
} finally {
  await browser.close();
  server?.close();
  fs.rmSync(scratch, { recursive: true, force: true });
}
