// The pictures of docs/pictures/view, and every lesson's end to look at: node tests/page/pictures.mjs HOWSHIP [FOLDER]
// (.ci/page installs Chromium and playwright-core; PAGE_MODULES is the folder that has them).
//
// Plays the lessons to their ends and a volume for some days. FOLDER gets each end, with lesson and curves, in light, in
// dark and as on a phone, and as eyes without red and green, or without any colour, see it; docs gets a few of them, as WebP.

import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const require = createRequire(path.resolve(process.env.PAGE_MODULES ?? ".", "package.json"));
const { chromium } = require("playwright-core");
const [howship, folder] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, "../..");
const docs = path.join(root, "docs/pictures/view");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pictures-"));
const [DESKTOP, PHONE] = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
if (folder) fs.mkdirSync(folder, { recursive: true });

const child = spawn(path.resolve(howship), ["view", path.join(root, "scenarios/vicious_cycle.toml"), "--set", "run.burn_in=20 d", "--port", "0"], { cwd: scratch, stdio: ["ignore", "pipe", "ignore"] });
const address = await new Promise((done) => child.stdout.once("data", (bytes) => done(String(bytes).trim())));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: DESKTOP });
const page = await context.newPage();
const paper = await context.newPage();
const devtools = await context.newCDPSession(page);
let bytes = 0;

/** A picture: into FOLDER, and, with `kept`, into docs. */
async function shoot(name, kept = null) {
  // What is drawn waits for the next picture of the browser.
  await page.bringToFront();
  await page.waitForTimeout(700);
  const png = await page.screenshot({ ...(folder ? { path: path.join(folder, `${name}.png`) } : {}) });
  if (!kept) return;
  const address_ = await paper.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.82);
  }, `data:image/png;base64,${png.toString("base64")}`);
  const file = Buffer.from(address_.split(",")[1], "base64");
  fs.writeFileSync(path.join(docs, `${kept}.webp`), file);
  bytes += file.length;
}

async function theme(name) {
  if ((await page.evaluate(() => document.documentElement.dataset.theme ?? "light")) !== name) await page.click("#theme");
}

/** Of the day on which the run holds. */
const holdsFrom = (day) => page.waitForFunction((least) => {
  const found = /^Day ([0-9.]+)/.exec(document.getElementById("day").textContent);
  return found && Number(found[1]) >= least && document.getElementById("digest").textContent !== "";
}, day, { timeout: 600_000 });

async function lesson(at) {
  await page.click("#lessons-open");
  const back = page.getByRole("button", { name: "All lessons" });
  if (await back.count()) await back.click();
  await page.locator(".cards .card").nth(at).click();
  await page.locator(".choice").first().click();
  await page.click("#lesson-run");
  await page.waitForTimeout(300);
  await page.selectOption("#speed", "");
  await page.waitForFunction(() => document.getElementById("lesson-answer")?.disabled === false, null, { timeout: 600_000 });
  await page.click("#lesson-answer");
  await page.waitForSelector("img.own");
  await page.mouse.move(0, 0);
  const name = `lesson-${at + 1}`;
  await shoot(`${name}-light`, name);
  await page.setViewportSize(PHONE);
  await page.locator(".lesson h2").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector(".lesson").scrollIntoView());
  await shoot(`${name}-phone`, `${name}-phone`);
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(`${name}-phone-top`, at === 1 ? "phone" : null);
  await page.setViewportSize(DESKTOP);
  await theme("dark");
  await shoot(`${name}-dark`, `${name}-dark`);
  await page.click("#tab-curves");
  await shoot(`${name}-curves-dark`, at === 1 ? "dark" : null);
  await theme("light");
  await shoot(`${name}-curves-light`, at === 1 ? "therapy" : null);
  if (folder) {
    for (const type of ["deuteranopia", "achromatopsia"]) {
      await devtools.send("Emulation.setEmulatedVisionDeficiency", { type });
      await shoot(`${name}-${type}`);
      await page.selectOption("#overlay", "");
      await shoot(`${name}-${type}-cells`);
    }
    await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: "none" });
  }
  console.log(`${name}: ${await page.textContent("#differs")}`);
}

try {
  await page.goto(address);
  await page.waitForSelector(".cards li", { state: "attached" });
  await page.selectOption("#speed", "");
  await page.evaluate(() => document.getElementById("new-seed").blur());
  await holdsFrom(0);
  await page.click("#play");
  await page.waitForFunction(() => Number(/^Day ([0-9.]+)/.exec(document.getElementById("day").textContent)?.[1]) >= 60, null, { timeout: 600_000 });
  await page.click("#play");
  await holdsFrom(60);
  await page.waitForTimeout(1500);
  await shoot("volume", "volume");
  const lessons = await page.locator(".cards li").count();
  for (let at = 0; at < lessons; at += 1) await lesson(at);
  console.log(`docs/pictures/view: ${(bytes / 1e3).toFixed(0)} kB`);
} finally {
  await browser.close();
  child.kill("SIGINT");
  await new Promise((done) => child.once("exit", done));
  fs.rmSync(scratch, { recursive: true, force: true });
}
