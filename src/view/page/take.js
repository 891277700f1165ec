// What is taken home: the scenario, the table, a picture, a film, a link.

import { lines, span } from "./curves.js";
import { colours, css, curveColours, legendOf, rampStops } from "./palette.js";
import { changeWords, doses, hasChange, hasWith, on, state, tell } from "./state.js";
import { canvases, hasImmune, pictures, runWords } from "./tissue.js";
import { column, dayWords, drug as drugWords, element, field, number } from "./words.js";

let ask = () => {};
let tellUser = () => {};
let film = null;
/** The lesson whose run is shown: named in pictures. */
let lessonTitle = () => null;

export function begin(send, says) {
  ask = send;
  tellUser = says;
  const sheet = document.getElementById("take-sheet");
  const item = (id, text, does) => element("button", { id, onclick: does }, text);
  sheet.append(
    item("take-scenario", "Scenario (.toml)", () => give("scenario", "without")),
    item("take-scenario-with", "Scenario with the change", () => give("scenario", "with")),
    item("take-series", "Table of the run (.csv)", () => give("series", "without")),
    item("take-series-with", "Table with the change", () => give("series", "with")),
    item("take-svg", "Picture (.svg)", async () => save(`${name()}.svg`, new Blob([await picture()], { type: "image/svg+xml" }))),
    item("take-png", "Picture (.png)", png),
    item("take-film", "Record a film (.webm)", record),
    item("take-link", "Copy a link to this state", link),
    element("p", { class: "hint" }, "The scenario, run by howship run, ends in the digest that stands below."),
  );
  on("status changed opened", () => {
    for (const id of ["take-scenario-with", "take-series-with"]) document.getElementById(id).hidden = !hasWith();
  });
  document.addEventListener("click", (event) => {
    const menu = document.getElementById("take");
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.getElementById("take").open = false;
  });
}

const give = (what, run) => ask({ ask: "give", what, run });
const name = () => `${state.opened.scenario.replace(/[^A-Za-z0-9_-]+/g, "_")}-${state.opened.seed}-day${Math.floor(Math.max(0, state.status?.day ?? 0))}`;

/** Says how to learn of which lesson the run is. */
export const ofLesson = (says) => (lessonTitle = says);

/** Saves a file that the engine gave. */
export function file(reply) {
  save(reply.name, new Blob([reply.text], { type: reply.name.endsWith(".csv") ? "text/csv" : "text/plain" }));
}

function save(called, blob) {
  const address = URL.createObjectURL(blob);
  const anchor = element("a", { href: address, download: called });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  tellUser(`Saved ${called}.`);
}

/** The address of this state: scenario, seed, values, change and day. */
export function address() {
  const parts = [["s", state.opened.scenario], ["seed", state.opened.seed]];
  for (const set of state.opened.set) parts.push(["set", set]);
  if (hasChange()) {
    parts.push(["at", state.change.at]);
    for (const set of state.change.set) parts.push(["c", set]);
  }
  parts.push(["day", Math.max(0, Math.round((state.status?.day ?? 0) * 24) / 24)]);
  return `#${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

/** What an address asks for; null for none. */
export function readAddress(hash) {
  const all = new URLSearchParams(hash.replace(/^#/, ""));
  if (!all.has("s")) return null;
  const number_ = (key) => (all.has(key) && Number.isFinite(Number(all.get(key))) ? Number(all.get(key)) : null);
  return { ask: "open", scenario: all.get("s"), seed: number_("seed"), set: all.getAll("set"), at: number_("at"), change: all.getAll("c"), until: number_("day") };
}

async function link() {
  history.replaceState(null, "", address());
  try {
    await navigator.clipboard.writeText(location.href);
    tellUser("The link is copied: it brings back scenario, seed, change and day.");
  } catch {
    tellUser("The link stands in the address bar: copy it from there.");
  }
}

async function png() {
  const svg = await picture();
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((blob) => save(`${name()}.png`, blob), "image/png");
}

function record() {
  const button = document.getElementById("take-film");
  if (film) {
    film.stop();
    return;
  }
  if (!window.MediaRecorder) {
    tellUser("This browser records no films.");
    return;
  }
  const views = canvases();
  const width = views.reduce((sum, { canvas }) => sum + canvas.width + 8, 0);
  const height = Math.max(...views.map(({ canvas }) => canvas.height)) + 40;
  const sheet = document.createElement("canvas");
  sheet.width = width + (width % 2);
  sheet.height = height + (height % 2);
  const ink = sheet.getContext("2d");
  let goes = true;
  const frame = () => {
    if (!goes) return;
    ink.fillStyle = "#ffffff";
    ink.fillRect(0, 0, sheet.width, sheet.height);
    ink.fillStyle = "#14181d";
    ink.font = "600 22px system-ui, sans-serif";
    let x = 4;
    for (const { canvas, run } of canvases()) {
      ink.fillText(`day ${dayWords(state.status?.day ?? 0)}${hasChange() ? `, ${runWords(run)}` : ""}`, x, 28);
      ink.drawImage(canvas, x, 38);
      x += canvas.width + 8;
    }
    requestAnimationFrame(frame);
  };
  frame();
  const parts = [];
  film = new MediaRecorder(sheet.captureStream(25), { mimeType: "video/webm" });
  film.ondataavailable = ({ data }) => parts.push(data);
  film.onstop = () => {
    goes = false;
    film = null;
    button.textContent = "Record a film (.webm)";
    save(`${name()}.webm`, new Blob(parts, { type: "video/webm" }));
  };
  film.start();
  button.textContent = "Stop the film and save it";
  tellUser("The film is recorded until you stop it in the same menu.");
}

const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A picture of the state: tissue, and the four curves, on white paper. */
export async function picture() {
  const dark = document.documentElement.dataset.theme;
  // Paper is white also where the page is dark.
  document.documentElement.dataset.theme = "light";
  const views = pictures();
  const palette = curveColours();
  const colour = colours();
  const ramp = rampStops();
  const drawn = state.curves.map((one) => ({ name: one, ...lines(one) }));
  const marks = [...doses("without").map(({ day }) => [day, palette.without]), ...doses(hasWith() ? "with" : "without").map(({ day }) => [day, palette.with])];
  if (dark) document.documentElement.dataset.theme = dark;
  else delete document.documentElement.dataset.theme;
  tell("theme");
  const text = (x, y, says, more = "") => `<text x="${x}" y="${y}" ${more}>${escaped(says)}</text>`;
  const [width, margin] = [960, 30];
  const said = [lessonTitle() && `lesson: ${lessonTitle()}`, hasChange() && `change: ${changeWords()}`].filter(Boolean);
  const tissueTop = 92 + 18 * said.length;
  const side = Math.min(430, (width - 2 * margin - 16 * (views.length - 1)) / Math.max(1, views.length));
  const parts = [];
  const title = state.opened.description || state.opened.scenario;
  parts.push(text(margin, 34, title.length > 96 ? `${title.slice(0, 94)}…` : title, 'font-size="19" font-weight="700"'));
  const day = dayWords(Math.max(0, state.status?.day ?? 0));
  const differs = state.status?.differs;
  parts.push(text(margin, 58, `day ${day}, seed ${state.opened.seed}${hasChange() ? `; change from day ${dayWords(state.change.at)}` : ""}${differs !== null && differs !== undefined ? `; cells or bone first differ on day ${dayWords(differs)}` : ""}`, 'font-size="13.5"'));
  said.forEach((line, at) => parts.push(text(margin, 76 + 18 * at, line.length > 140 ? `${line.slice(0, 138)}…` : line, 'font-size="12.5"')));
  let x = margin, tall = 0;
  for (const { run, plane, width: nx, height: ny, url } of views) {
    const high = (side * ny) / nx;
    tall = Math.max(tall, high);
    parts.push(text(x, tissueTop - 8, hasChange() ? runWords(run) : "tissue", `font-size="13" fill="${run === "with" ? palette.with : palette.without}" font-weight="600"`));
    parts.push(`<image x="${x}" y="${tissueTop}" width="${side}" height="${high}" href="${url}" image-rendering="pixelated"/><rect x="${x}" y="${tissueTop}" width="${side}" height="${high}" fill="none" stroke="#999"/>`);
    const um = state.opened.spacing_um[plane.across] * nx;
    const length = [20, 50, 100, 200, 500, 1000, 2000].filter((one) => one <= um / 3.2).pop() ?? 20;
    const long = (length / um) * side;
    parts.push(`<rect x="${x}" y="${tissueTop + high + 6}" width="${long}" height="3" fill="#14181d"/>`);
    parts.push(text(x + long + 6, tissueTop + high + 12, length >= 1000 ? `${length / 1000} mm` : `${length} µm`, 'font-size="12"'));
    x += side + 16;
  }
  let y = tissueTop + tall + 32;
  let lx = margin;
  const entries = legendOf(state.overlay, hasImmune());
  for (const { key, says } of entries) {
    parts.push(`<rect x="${lx}" y="${y - 10}" width="12" height="12" fill="${css(colour[key])}" stroke="#555"/>`, text(lx + 17, y, says, 'font-size="12.5"'));
    lx += 34 + says.length * 6.8;
  }
  if (state.overlay) {
    const frame = state.frames.without;
    const at = state.opened.fields.findIndex(({ name: one }) => one === state.overlay);
    const over = frame?.fields.get(at);
    if (over) {
      y += 24;
      const of = state.opened.fields[at].unit.replace("um", "µm").replace(/^1$/, "");
      const stops = ramp.map((one, step) => `<stop offset="${step / (ramp.length - 1)}" stop-color="${one}"/>`).join("");
      parts.push(`<linearGradient id="ramp">${stops}</linearGradient>`, text(margin, y, `${field(state.overlay)}:  ${number(over.least)}`, 'font-size="12.5"'));
      const left = margin + 20 + 7 * `${field(state.overlay)}:  ${number(over.least)}`.length;
      parts.push(`<rect x="${left}" y="${y - 10}" width="160" height="12" fill="url(#ramp)" stroke="#555"/>`, text(left + 168, y, `${number(over.most)} ${of}${state.opened.fields[at].log ? " (equal steps are equal ratios)" : ""}`, 'font-size="12.5"'));
    }
  }
  y += 24;
  if (hasChange()) {
    // Beside each other where there is room, else one below the other.
    const names = ["without", "with"].map((run) => `${runWords(run)}${doses(run).length ? `; ▼ ${[...new Set(doses(run).map(({ drug }) => drugWords(drug)))].join(", ")}` : ""}`);
    const beside = Math.max(...names.map((one) => one.length)) < 58;
    const lines_ = [[palette.without, 1.8, 'stroke-dasharray="6 3"'], [palette.with, 2.4, ""]];
    lines_.forEach(([stroke, wide, dash], at) => {
      const [left, high] = beside ? [margin + (at * (width - 2 * margin)) / 2, y - 4] : [margin, y - 4 + 20 * at];
      parts.push(`<line x1="${left}" x2="${left + 30}" y1="${high}" y2="${high}" stroke="${stroke}" stroke-width="${wide}" ${dash}/>`, text(left + 36, high + 4, names[at], 'font-size="12.5"'));
    });
    y += beside ? 24 : 44;
  }
  state.kept.forEach((run, at) => {
    const stroke = palette.kept[at % 3];
    parts.push(`<line x1="${margin}" x2="${margin + 30}" y1="${y - 4}" y2="${y - 4}" stroke="${stroke}" stroke-width="1.5" stroke-dasharray="2 3"/>`, text(margin + 36, y, run.label, 'font-size="12.5"'));
    y += 20;
  });
  y += 4;
  const [chartWide, chartHigh] = [(width - 2 * margin - 30) / 2, 170];
  drawn.forEach((chart, place) => {
    const cx = margin + (place % 2) * (chartWide + 30);
    const cy = y + Math.floor(place / 2) * (chartHigh + 46);
    parts.push(svgChart(chart, cx, cy, chartWide, chartHigh, palette, marks));
  });
  y += 2 * (chartHigh + 46) + 4;
  parts.push(text(margin, y, `howship ${state.welcome.version}; digest ${state.status?.digest?.slice(0, 16) ?? "of a run that goes on"}`, 'font-size="11" fill="#555"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 14}" viewBox="0 0 ${width} ${y + 14}" font-family="DejaVu Sans, system-ui, sans-serif" fill="#14181d"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`;
}

function niceStep(span, count) {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= raw);
}

function svgChart({ name: column_, all, days, data }, x, y, width, height, palette, marks) {
  const { title, unit } = column(column_);
  const [left, bottom] = [52, 30];
  const flat = data.flat().filter((value) => value !== undefined);
  const [least, most] = flat.length ? span(Math.min(...flat), Math.max(...flat)) : [0, 1];
  const end = state.opened.days;
  const px = (day) => (x + left + ((width - left) * day) / end).toFixed(1);
  const py = (value) => (y + 20 + (height - bottom) * (1 - (value - least) / (most - least))).toFixed(1);
  const parts = [`<text x="${x}" y="${y + 8}" font-size="13" font-weight="600">${escaped(title)}${unit && unit !== "cells" ? `, ${escaped(unit)}` : ""}</text>`];
  const step = niceStep(most - least, 4);
  for (let tick = Math.ceil(least / step) * step; tick <= most; tick += step) {
    parts.push(`<line x1="${px(0)}" x2="${px(end)}" y1="${py(tick)}" y2="${py(tick)}" stroke="${palette.grid}"/><text x="${Number(px(0)) - 6}" y="${Number(py(tick)) + 4}" font-size="11" text-anchor="end">${escaped(number(Number(tick.toPrecision(6))))}</text>`);
  }
  const dayStep = niceStep(end, 6);
  for (let tick = 0; tick <= end + 1e-9; tick += dayStep) {
    parts.push(`<text x="${px(tick)}" y="${y + height + 6}" font-size="11" text-anchor="middle">${tick}</text>`);
  }
  parts.push(`<text x="${px(end / 2)}" y="${y + height + 20}" font-size="11" text-anchor="middle">day</text>`);
  for (const [day, fill] of marks) parts.push(`<path d="M ${Number(px(day)) - 3.5} ${y + 14} h 7 l -3.5 7 z" fill="${fill}"/>`);
  if (hasChange()) parts.push(`<line x1="${px(state.change.at)}" x2="${px(state.change.at)}" y1="${y + 20}" y2="${py(least)}" stroke="${palette.with}" stroke-dasharray="2 3"/>`);
  all.forEach((line, at) => {
    const points = days.map((day, row) => (data[at][row] === undefined ? null : `${px(day)},${py(data[at][row])}`)).filter(Boolean);
    parts.push(`<polyline points="${points.join(" ")}" fill="none" stroke="${line.colour}" stroke-width="${line.width}" ${line.dash.length ? `stroke-dasharray="${line.dash.join(" ")}"` : ""}/>`);
  });
  return parts.join("");
}
