// The tissue: sections of each run on a canvas, a field over them, a scale bar, and what is at a site.

import { BIT, codeOf, planeOf, valueOf } from "./frame.js";
import { colours, css, LEGEND, legendOf, packed, ramp, rampStops } from "./palette.js";
import { makeSolid } from "./solid.js";
import { hasChange, hasWith, on, state, tell } from "./state.js";
import { dayWords, element, field as fieldWords, number, unit } from "./words.js";

const sights = document.getElementById("sights");
const cutsBox = document.getElementById("cuts");
const colourbar = document.getElementById("colourbar");
const siteWords = document.getElementById("site");
const overlaySelect = document.getElementById("overlay");

let ask = () => {};
let drawn = new Map();
let cut = [0, 0, 0];
let cross = null;
let asked = 0;
let looked = 0;
let lookTimer = 0;

/** Planes of a volume: axes across and up, and the axis that is cut. */
const PLANES = [
  { across: 0, up: 1, cut: 2, name: "x across, y up" },
  { across: 0, up: 2, cut: 1, name: "x across, z up" },
  { across: 1, up: 2, cut: 0, name: "y across, z up" },
];

export function begin(send) {
  ask = send;
  on("opened", fillOverlays);
  on("opened changed names", lay);
  on("frame look theme", draw);
  on("rows", legend);
  overlaySelect.addEventListener("change", () => {
    state.overlay = overlaySelect.value;
    look();
  });
  const layers = document.getElementById("layers");
  for (const { key, says, toggle } of LEGEND) {
    const swatch = element("i", { class: "swatch", "data-colour": key, "aria-hidden": "true" });
    if (!toggle) {
      layers.append(element("span", { class: "layer", "data-entry": key }, swatch, says));
      continue;
    }
    const box = element("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      state.shown[toggle] = box.checked;
      tell("look");
    });
    layers.append(element("label", { class: "layer", "data-entry": key }, box, swatch, says));
  }
  new ResizeObserver(() => {
    lay();
    draw();
  }).observe(sights);
}

/** Tells the engine what this page draws: which field and, of a volume, which cuts. */
export function look() {
  looked = performance.now();
  ask({ ask: "look", fields: state.overlay ? [state.overlay] : [], ...(isVolume() ? { cuts: cut } : {}) });
  if (overlaySelect.value !== state.overlay) overlaySelect.value = state.overlay;
  tell("look");
}

/** The same for a cut that is moved: not more often than frames come. */
function lookSoon() {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(look, Math.max(0, 50 - (performance.now() - looked)));
}

function fillOverlays() {
  const options = [element("option", { value: "" }, "Bone and cells")];
  for (const { name, unit: of } of state.opened.fields) {
    const said = unit(of);
    options.push(element("option", { value: name }, said ? `${fieldWords(name)}, ${said}` : fieldWords(name)));
  }
  overlaySelect.replaceChildren(...options);
  overlaySelect.value = state.overlay;
  cut = state.opened.dims.map((sites) => Math.floor(sites / 2));
  cross = null;
  siteWords.textContent = "Point at the tissue, or focus it and use the arrow keys: what is there is said here.";
  look();
}

const isVolume = () => state.opened.dims[2] > 1;

/** Lays out a canvas for each run and plane. */
function lay() {
  if (!state.opened) return;
  const { dims } = state.opened;
  const volume = isVolume();
  const runs = hasChange() ? ["without", "with"] : ["without"];
  const views = volume
    ? PLANES.map((plane) => ({ run: state.which, plane }))
    : runs.map((run) => ({ run, plane: PLANES[0] }));
  layWhich(volume && hasChange());
  layCuts(volume);
  // The largest pictures that fit: beside each other, or below where that is larger.
  const room = sights.getBoundingClientRect();
  if (volume) views.push({ run: state.which, plane: null });
  const columns = volume ? 2 : views.length, rows = volume ? 2 : 1;
  const shape = volume ? 1 : Math.max(...views.map(({ plane }) => dims[plane.up] / dims[plane.across]));
  const gap = 12, title = 26;
  const high = document.documentElement.clientWidth >= 900 ? Math.max(volume ? 170 : 240, (room.height - gap * (rows - 1)) / rows - title) : Infinity;
  const wide = Math.min((room.width - gap * (columns - 1)) / columns, high / shape);
  const width = Math.max(120, Math.floor(wide));
  const keys = `${state.opened.scenario} ${views.map(({ run, plane }) => `${runWords(run)} ${plane?.cut} ${width}`).join()}`;
  if (sights.dataset.keys === keys) return;
  sights.dataset.keys = keys;
  // The canvas that has the focus has it again where it is made anew.
  const focused = [...sights.querySelectorAll("canvas")].indexOf(document.activeElement);
  drawn = new Map();
  solid?.drawing.end();
  solid = null;
  sights.classList.toggle("volume", volume);
  const made = views.map(({ run, plane }) => {
    if (!plane) return laySolid(run, width);
    const height = Math.round((width * dims[plane.up]) / dims[plane.across]);
    const ratio = window.devicePixelRatio || 1;
    const canvas = element("canvas", {
      width: Math.round(width * ratio),
      height: Math.round(height * ratio),
      tabindex: "0",
      role: "application",
      "aria-roledescription": "picture",
      "data-run": run,
      "aria-label": `Tissue, ${volume ? `cut at ${"xyz"[plane.cut]}, ` : ""}${runWords(run)}: arrow keys move over the sites`,
    });
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const view = { run, plane, canvas, sheet: null };
    drawn.set(`${run} ${plane.cut}`, view);
    canvas.addEventListener("pointermove", (event) => point(view, event));
    canvas.addEventListener("pointerdown", (event) => point(view, event));
    canvas.addEventListener("keydown", (event) => steer(view, event));
    const says = element("figcaption", {});
    if (hasChange() || volume) {
      says.append(
        element("i", { class: `dot ${run}`, "aria-hidden": "true" }),
        volume ? `${plane.name}, ${"xyz"[plane.cut]} cut` : runWords(run),
      );
    }
    return element("figure", { class: `sight ${run}` }, says, canvas);
  });
  sights.replaceChildren(...made);
  if (focused >= 0) sights.querySelectorAll("canvas")[focused]?.focus();
  draw();
}

let solid = null;

/** The bone in space, which turns; made anew each simulated day. */
function laySolid(run, width) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = element("canvas", { width: Math.round(width * ratio), height: Math.round(width * ratio), tabindex: "0", role: "img", title: "Drag it to turn it", "aria-label": "The bone in space: drag it, or turn it by the arrow keys" });
  canvas.style.width = canvas.style.height = `${width}px`;
  const says = element("figcaption", {}, "in space");
  const drawing = makeSolid(canvas, (day) => {
    const wide = Math.max(...state.opened.dims.map((sites, axis) => sites * state.opened.spacing_um[axis])) / 1000;
    says.textContent = day === null ? "this browser draws no picture in space" : `in space, day ${Math.floor(day)}, ${number(wide)} mm`;
  });
  if (drawing) solid = { run, drawing, look: null, theme: null };
  return element("figure", { class: `sight ${run}` }, says, canvas);
}

function drawSolid() {
  const frame = solid && (state.whole[solid.run] ?? state.whole.without);
  if (!frame) return;
  const theme = String(colours().marrow);
  if (solid.theme !== theme) solid.drawing.paint();
  solid.theme = theme;
  // Once each simulated day, and where other cells are asked for.
  const look = `${Math.floor(frame.day)} ${JSON.stringify(state.shown)}`;
  if (solid.look === look) return;
  solid.look = look;
  solid.drawing.update(frame, state.shown);
}

/** What a lesson calls its two runs; null where the run is of none. */
let namesOfRuns = () => null;

/** Says how to learn what the runs are called. */
export const ofRuns = (says) => (namesOfRuns = says);

export function runWords(run) {
  if (!hasChange()) return "the run";
  const name = namesOfRuns()?.[run];
  return `${run === "with" ? "with the change" : "without the change"}${name ? `: ${name}` : ""}`;
}

function layWhich(needed) {
  const box = document.getElementById("which");
  box.hidden = !needed;
  if (!needed) return;
  box.replaceChildren(
    ...["without", "with"].map((run) => {
      const button = element("button", { "aria-pressed": String(state.which === run) }, run === "with" ? "With" : "Without");
      button.addEventListener("click", () => {
        state.which = run;
        lay();
      });
      return button;
    }),
  );
}

function layCuts(volume) {
  cutsBox.hidden = !volume;
  if (!volume || cutsBox.dataset.of === state.opened.dims.join()) return;
  cutsBox.dataset.of = state.opened.dims.join();
  cutsBox.replaceChildren(
    ...[2, 1, 0].map((axis) => {
      const value = element("output", {});
      const say = () => (value.textContent = `${((cut[axis] + 0.5) * state.opened.spacing_um[axis] / 1000).toFixed(2)} mm`);
      const slider = element("input", { type: "range", min: 0, max: state.opened.dims[axis] - 1, value: cut[axis], "aria-label": `Cut at ${"xyz"[axis]}` });
      slider.addEventListener("input", () => {
        cut[axis] = Number(slider.value);
        say();
        draw();
        lookSoon();
      });
      say();
      return element("label", { class: "field" }, element("span", {}, "xyz"[axis]), slider, value);
    }),
  );
}

/** Draws what there is. */
function draw() {
  if (!state.opened) return;
  for (const view of drawn.values()) {
    paint(view);
  }
  drawSolid();
  bar();
  legend();
  swatches();
}

let swatched = "";

/** Gives the legend the colours of now, where they are others than before: a style that is set is worked out again. */
function swatches() {
  const palette = colours();
  const now = JSON.stringify(palette);
  if (swatched === now) return;
  swatched = now;
  for (const swatch of document.querySelectorAll("[data-colour]")) {
    swatch.style.background = css(palette[swatch.dataset.colour]);
  }
}

/** True where the run has immune cells: they have columns in its table. */
export const hasImmune = () => state.rows.without.columns.some((name) => /^(n_)?(t_cells|cd8|nk|treg|myeloid|mdsc)/.test(name));

/** Leaves in the legend what is drawn now. */
function legend() {
  const shown = new Set(legendOf(state.overlay, hasImmune()).map(({ key }) => key));
  for (const entry of document.querySelectorAll("[data-entry]")) entry.hidden = !shown.has(entry.dataset.entry);
}

function overlayOf(frame) {
  const at = state.opened.fields.findIndex((field) => field.name === state.overlay);
  return at < 0 ? null : frame.fields.get(at) ?? null;
}

/** The newest frame that has the plane of a view, with where it lies there; null where none has. */
function source({ run, plane }) {
  // Until the runs part, both are the same run.
  const of = state.frames[run] ? run : "without";
  for (const frame of [state.frames[of], state.whole[of]]) {
    const lies = frame && planeOf(frame, plane, cut[plane.cut]);
    if (lies) return { frame, lies };
  }
  return null;
}

function paint(view) {
  const found = source(view);
  if (!found) return;
  const { frame, lies } = found;
  const { plane, canvas } = view;
  const { dims } = frame;
  const [nx, ny] = [dims[plane.across], dims[plane.up]];
  if (!view.sheet || view.sheet.width !== nx || view.sheet.height !== ny) {
    view.sheet = new OffscreenCanvas(nx, ny);
  }
  const ink = view.sheet.getContext("2d");
  const image = ink.createImageData(nx, ny);
  const pixels = new Uint32Array(image.data.buffer);
  const over = overlayOf(frame);
  const paintSite = siteColour(frame, over);
  // Over a field, the tumour is drawn by its edge.
  const tumour = over && state.shown.tumour ? packed(colours().tumour) : 0;
  const { cells } = frame;
  const has = (site) => cells[site] & BIT.tumour;
  const inside = (site) => has(site) || frame.bone[site] > 0;
  for (let up = 0; up < ny; up += 1) {
    // Up is up: the first row of an image is its highest.
    let pixel = (ny - 1 - up) * nx;
    let site = lies.from + up * lies.up;
    for (let across = 0; across < nx; across += 1) {
      const inner = across > 0 && across < nx - 1 && up > 0 && up < ny - 1;
      const edge = tumour && inner && has(site)
        && !(inside(site - lies.across) && inside(site + lies.across) && inside(site - lies.up) && inside(site + lies.up))
        && !(cells[site] & (BIT.osteoclast | BIT.osteoblast | BIT.precursor));
      pixels[pixel] = edge ? tumour : paintSite(site);
      pixel += 1;
      site += lies.across;
    }
  }
  ink.putImageData(image, 0, 0);
  const page = canvas.getContext("2d");
  page.imageSmoothingEnabled = false;
  page.drawImage(view.sheet, 0, 0, canvas.width, canvas.height);
  scaleBar(page, canvas, state.opened.spacing_um[plane.across] * nx);
  if (cross && dims[2] === 1) crossHair(page, canvas, nx, ny);
}

/** The colour of a site, by what covers what. */
function siteColour({ bone, cells }, over) {
  const palette = colours();
  const shown = state.shown;
  const colour = Object.fromEntries(Object.entries(palette).map(([name, rgb]) => [name, packed(rgb)]));
  const table = over ? ramp() : null;
  // Bone is lighter where it has less mineral.
  const densities = new Uint32Array(256);
  for (let code = 1; code < 256; code += 1) {
    const share = Math.min(1, (code - 1) / 254);
    densities[code] = packed(palette.fresh.map((from, channel) => Math.round(from + share * (palette.bone[channel] - from))));
  }
  // What is stored in bone is drawn there; all else in marrow, with bone as it is.
  const inBone = /_stored$|^bone_|^erosion/.test(state.overlay);
  return (site) => {
    const here = cells[site];
    if (here & BIT.osteoclast && shown.osteoclast) return colour.osteoclast;
    if (here & BIT.osteoblast && shown.osteoblast) return colour.osteoblast;
    if (here & BIT.precursor && shown.precursor) return colour.precursor;
    if (here & BIT.lymphocyte && shown.lymphocyte) return colour.lymphocyte;
    if (here & BIT.myeloid && shown.myeloid) return colour.myeloid;
    if (table) return bone[site] > 0 && !inBone ? densities[bone[site]] : table[over.codes[site]];
    if (here & BIT.tumour && shown.tumour) return colour.tumour;
    if (here & BIT.eroded && shown.eroded) return colour.eroded;
    if (bone[site] === 0) return colour.marrow;
    if (here & BIT.osteoid) return colour.osteoid;
    return densities[bone[site]];
  };
}

function scaleBar(page, canvas, width_um) {
  const steps = [20, 50, 100, 200, 500, 1000, 2000];
  const length = steps.filter((step) => step <= width_um / 3.2).pop() ?? steps[0];
  const ratio = window.devicePixelRatio || 1;
  const long = (length / width_um) * canvas.width;
  const words = length >= 1000 ? `${length / 1000} mm` : `${length} µm`;
  page.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  const box = Math.max(long, page.measureText(words).width) + 14 * ratio;
  const [left, top] = [8 * ratio, canvas.height - 36 * ratio];
  page.fillStyle = "rgb(255 255 255 / 0.86)";
  page.fillRect(left, top, box, 28 * ratio);
  page.fillStyle = "#14181d";
  page.fillRect(left + 7 * ratio, top + 20 * ratio, long, 3 * ratio);
  page.fillText(words, left + 7 * ratio, top + 14.5 * ratio);
}

function crossHair(page, canvas, nx, ny) {
  const [x, y] = [((cross[0] + 0.5) / nx) * canvas.width, (1 - (cross[1] + 0.5) / ny) * canvas.height];
  const ratio = window.devicePixelRatio || 1;
  for (const [colour, width] of [["#ffffff", 3.5], ["#14181d", 1.5]]) {
    page.strokeStyle = colour;
    page.lineWidth = width * ratio;
    page.beginPath();
    page.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
    page.stroke();
  }
}

function bar() {
  const frame = state.frames.without;
  const over = frame ? overlayOf(frame) : null;
  colourbar.hidden = !over;
  if (!over) return;
  const field = state.opened.fields.find(({ name }) => name === state.overlay);
  const key = [state.overlay, over.least, over.most, document.documentElement.dataset.theme, rampStops()[0]].join();
  if (colourbar.dataset.key === key) return;
  colourbar.dataset.key = key;
  const ticks = [];
  if (field.log) {
    for (let power = Math.floor(Math.log10(over.least)); power <= Math.ceil(Math.log10(over.most)); power += 1) {
      for (const step of [1, 3]) ticks.push(step * 10 ** power);
    }
  } else {
    for (let step = 0; step <= 4; step += 1) ticks.push(over.least + (step / 4) * (over.most - over.least));
  }
  const marks = ticks
    .map((value) => [value, codeOf(value, over, field.log) / 255])
    .filter(([, share]) => share >= -1e-6 && share <= 1.000001)
    .map(([value, share]) => {
      const mark = element("span", {}, number(value));
      mark.style.left = `${100 * share}%`;
      return mark;
    });
  const strip = element("div", { class: "strip", "aria-hidden": "true" });
  strip.style.background = `linear-gradient(to right, ${rampStops().join(",")})`;
  const said = unit(field.unit);
  colourbar.replaceChildren(
    element("span", { class: "of" }, said ? `${fieldWords(field.name)}, ${said}` : fieldWords(field.name)),
    element("div", { class: "scale" }, strip, element("div", { class: "marks" }, ...marks)),
  );
}

function siteAt(view, event) {
  const box = view.canvas.getBoundingClientRect();
  const { dims } = state.opened;
  const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  const site = [...cut];
  if (dims[2] === 1) site[2] = 0;
  site[view.plane.across] = Math.min(dims[view.plane.across] - 1, Math.max(0, Math.floor(share[0] * dims[view.plane.across])));
  site[view.plane.up] = Math.min(dims[view.plane.up] - 1, Math.max(0, Math.floor(share[1] * dims[view.plane.up])));
  return site;
}

function point(view, event) {
  const now = performance.now();
  if (event.type === "pointermove" && now - asked < 120) return;
  asked = now;
  enquire(view, siteAt(view, event));
}

function steer(view, event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const { dims } = state.opened;
  const site = cross ? [...cross] : dims.map((sites) => Math.floor(sites / 2));
  const by = event.shiftKey ? 10 : 1;
  for (const [axis, move] of [[view.plane.across, step[0]], [view.plane.up, step[1]]]) {
    site[axis] = Math.min(dims[axis] - 1, Math.max(0, site[axis] + move * by));
  }
  enquire(view, site);
}

function enquire(view, site) {
  cross = site;
  const run = view.run === "with" && !hasWith() && !state.frames.with ? "without" : view.run;
  ask({ ask: "site", run, site });
  tell("look");
}

/** Says what is at a site. */
export function site(reply) {
  const place = reply.site
    .map((at, axis) => (axis === 2 && state.opened.dims[2] === 1 ? null : `${"xyz"[axis]} ${(((at + 0.5) * state.opened.spacing_um[axis]) / 1000).toFixed(2)} mm`))
    .filter(Boolean)
    .join(", ");
  const levels = reply.levels.filter(([name, value]) => value !== 0 && !name.endsWith("_stored") && name !== "tumour_cells" && name !== "bone_mineral");
  siteWords.replaceChildren(
    element("strong", {}, `${place}, day ${dayWords(reply.day)}${hasChange() ? `, ${runWords(reply.run)}` : ""}. `),
    `${reply.words.join(" ")} `,
    element("span", { class: "levels" }, levels.map(([name, value, of]) => `${fieldWords(name).replace(/ \(.*\)/, "")} ${number(value)} ${unit(of)}`.trim()).join(" · ")),
  );
}

/** Pictures of the tissue for a file: a data address per run, without scale bar. */
export function pictures() {
  return [...drawn.values()].map((view) => {
    if (!source(view)) return null;
    // Anew, in the colours of now: those of paper.
    paint(view);
    const { run, plane, sheet } = view;
    const canvas = document.createElement("canvas");
    canvas.width = sheet.width;
    canvas.height = sheet.height;
    canvas.getContext("2d").drawImage(sheet, 0, 0);
    return { run, plane, width: sheet.width, height: sheet.height, url: canvas.toDataURL("image/png") };
  }).filter(Boolean);
}

/** The canvases on the page, for a film. */
export function canvases() {
  return [...drawn.values()].map(({ canvas, run }) => ({ canvas, run }));
}

export { valueOf };
