// The loop: tumour, osteoblast lineage, osteoclasts, bone; its arrows carry what flows in the run now.

import { curveColours } from "./palette.js";
import { at, calmly, commonDay, hasWith, on, perDay, state } from "./state.js";
import { dayWords, element, number } from "./words.js";

const box = document.getElementById("loop");
const NS = "http://www.w3.org/2000/svg";

/** What each arrow carries: how much, and what cuts it. */
const ARROWS = [
  {
    key: "pthrp", path: "M 112 64 C 114 40, 150 29, 203 29", label: [58, 24, "middle"], title: "PTHrP",
    value: (run, day) => perDay(run, "pthrp_made_amol", day), unit: "amol/d", cut: ["anti_pthrp", "cut_pthrp"],
  },
  {
    key: "rankl", path: "M 386 29 C 440 29, 484 38, 487 59", label: [542, 24, "middle"], title: "RANKL : OPG",
    value: (run, day) => ratio(at(run, "rankl_pm", day), at(run, "opg_pm", day)), unit: "", cut: ["opg_fc", "denosumab"],
  },
  {
    key: "resorbed", path: "M 488 120 C 486 146, 450 159, 397 159", label: [536, 167, "middle"], title: "dug",
    value: (run, day) => scaled(perDay(run, "resorbed_mm3", day), 1e6), unit: "10³ µm³/d", cut: ["zoledronate"],
  },
  {
    key: "factors", path: "M 214 159 C 160 159, 116 150, 113 125", label: [64, 167, "middle"], title: "TGF-β, IGF",
    value: (run, day) => sum(perDay(run, "tgf_beta_released_amol", day), perDay(run, "igf_released_amol", day)), unit: "amol/d", cut: ["anti_tgf_beta", "cut_tgf_beta"],
  },
];

/** Where the arrows lie where the page is narrow: there the text keeps its size, and the ring is taller. */
const TALL = {
  pthrp: ["M 56 112 C 58 84, 78 66, 122 62", [46, 22, "middle"]],
  rankl: ["M 238 62 C 282 66, 302 84, 304 104", [314, 22, "middle"]],
  resorbed: ["M 304 166 C 302 194, 286 214, 250 222", [308, 240, "middle"]],
  factors: ["M 116 222 C 76 214, 58 194, 56 173", [55, 240, "middle"]],
};
const TALL_NODES = { tumour: [0, 114, 112], osteoblast: [113, 10, 134], osteoclast: [248, 114, 112], bone: [118, 220, 128] };

const NODES = [
  { key: "tumour", x: 10, y: 66, w: 140, title: "Tumour", value: (run, day) => at(run, "tumour_cells", day), unit: "cells" },
  { key: "osteoblast", x: 216, y: 4, w: 168, title: "Osteoblast lineage", value: (run, day) => sum(at(run, "n_ob", day), at(run, "n_precursor", day)), unit: "cells" },
  { key: "osteoclast", x: 450, y: 66, w: 140, title: "Osteoclasts", value: (run, day) => at(run, "n_oc", day), unit: "cells" },
  { key: "bone", x: 216, y: 134, w: 168, title: "Bone, BV/TV", value: (run, day) => scaled(at(run, "bv_tv", day), 100), unit: "%" },
];

function ratio(above, below) {
  return above === null || !below ? null : above / below;
}

function sum(one, other) {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

function scaled(value, factor) {
  return value === null ? null : value * factor;
}

const most = new Map();

export function begin() {
  on("opened", () => {
    most.clear();
    draw();
  });
  on("rows", calmly(draw));
  on("changed theme", draw);
  let tall = isTall();
  new ResizeObserver(() => {
    if (isTall() !== tall) draw();
    tall = isTall();
  }).observe(box);
}

const isTall = () => box.clientWidth > 0 && box.clientWidth < 460;

function svg(tag, attributes, text) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** What stands against arrows of a run by this day: drugs of which a dose was given, and links that are cut. */
export function cuts(run, day) {
  const found = new Set();
  const sets = new Map([...(state.opened?.set ?? []), ...(run === "with" ? state.change.set : [])].map((set) => {
    const to = set.indexOf("=");
    return [set.slice(0, to).trim(), set.slice(to + 1).trim()];
  }));
  for (const column of state.rows[run].columns) {
    const drug = /^(.+)_doses$/.exec(column)?.[1];
    if (drug && at(run, column, day) > 0) found.add(drug);
  }
  const begun = run === "without" || day >= state.change.at;
  if (begun && /^"?0 /.test(sets.get("tumour.secretion.pthrp.rate") ?? "")) found.add("cut_pthrp");
  if (begun && sets.get("signals.tgf_beta.matrix_release") === "false") found.add("cut_tgf_beta");
  const name = state.opened?.scenario;
  if (name === "no_pthrp") found.add("cut_pthrp");
  if (name === "no_tgf_beta_release") found.add("cut_tgf_beta");
  return found;
}

function draw() {
  if (!state.opened) return;
  const run = hasWith() ? "with" : "without";
  const both = hasWith();
  const palette = curveColours();
  const day = commonDay();
  const on_ = cuts(run, day);
  const before = both ? cuts("without", day) : on_;
  const tall = isTall();
  const drawing = svg("svg", { viewBox: tall ? "-6 0 372 276" : "0 0 600 200", class: tall ? "tall" : "wide", role: "img", "aria-labelledby": "loop-title" });
  drawing.append(svg("title", { id: "loop-title" }, words(run, on_, day)));
  const defs = svg("defs", {});
  const head = svg("marker", { id: "head", viewBox: "0 0 10 10", refX: "6", refY: "5", markerWidth: "17", markerHeight: "17", markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" });
  head.append(svg("path", { d: "M 0 0 L 10 5 L 0 10 z", class: "head" }));
  defs.append(head);
  drawing.append(defs);
  for (const arrow of ARROWS) {
    const value = arrow.value(run, day);
    const other = both ? arrow.value("without", day) : null;
    const greatest = Math.max(most.get(arrow.key) ?? 0, value ?? 0, other ?? 0);
    most.set(arrow.key, greatest);
    const share = greatest > 0 && value > 0 ? value / greatest : 0;
    const cut = arrow.cut.some((name) => on_.has(name));
    const other_cut = arrow.cut.some((name) => before.has(name));
    drawing.append(svg("path", { d: tall ? TALL[arrow.key][0] : arrow.path, class: `flow ${cut ? "cut" : ""}`, "stroke-width": (1.5 + 8 * Math.sqrt(share)).toFixed(2), "marker-end": "url(#head)" }));
    const [x, y, anchor] = tall ? TALL[arrow.key][1] : arrow.label;
    const label = svg("text", { x, y, "text-anchor": anchor, class: "label" });
    // Where the ring is narrow, the unit stands behind the number.
    const behind = tall && arrow.unit ? ` ${arrow.unit}` : "";
    label.append(svg("tspan", { class: "name" }, arrow.unit && !tall ? `${arrow.title}, ` : arrow.title), svg("tspan", { class: "value" }, tall ? "" : arrow.unit));
    const first = svg("tspan", { x, dy: 15, class: "value" });
    if (both) {
      first.append(svg("tspan", { fill: palette.without }, shown(other)), svg("tspan", {}, " | "), svg("tspan", { fill: palette.with, "font-weight": "700" }, shown(value)), svg("tspan", {}, behind));
    } else {
      first.textContent = value === null ? "" : shown(value) + behind;
    }
    label.append(first);
    // Of two runs, on which side of the line.
    const held = cut && other_cut ? "held" : cut ? (both ? "held right" : "held") : other_cut ? "held left" : "";
    if (held) label.append(svg("tspan", { x, dy: 15, class: "held" }, held));
    drawing.append(label);
  }
  for (const one of NODES) {
    const [left, top, wide] = TALL_NODES[one.key];
    const node = tall ? { ...one, x: left, y: top, w: wide } : one;
    const group = svg("g", { class: `node ${node.key}` });
    group.append(svg("rect", { x: node.x, y: node.y, width: node.w, height: 50, rx: 10 }));
    const middle = node.x + node.w / 2;
    group.append(svg("text", { x: middle, y: node.y + 20, "text-anchor": "middle", class: "title" }, node.title));
    const value = node.value(run, day);
    const text = svg("text", { x: middle, y: node.y + 38, "text-anchor": "middle", class: "value" });
    if (both) {
      text.append(svg("tspan", {}, `${shown(node.value("without", day))} | `), svg("tspan", { fill: palette.with, "font-weight": "700" }, shown(value)), svg("tspan", {}, node.unit === "cells" ? "" : ` ${node.unit}`));
    } else {
      text.textContent = value === null ? "" : `${shown(value)} ${node.unit}`;
    }
    group.append(text);
    drawing.append(group);
  }
  box.replaceChildren(drawing, key(new Set([...on_, ...before]), day));
}

/** What the thickness of an arrow says, of which day the numbers are, and what they leave out. */
function key(on_, day) {
  const says = hasWith() ? ["Left of the line without the change, right of it with."] : [];
  says.push("An arrow is as thick as what it carries, against the most so far in this run.");
  const ends = day === null ? null : state.rows.without.rows.at(-1)[0];
  if (hasWith() && ends - day > 1e-6) says.unshift(`Both runs on day ${dayWords(day)}.`);
  if (on_.has("opg_fc") || on_.has("denosumab")) says.push("RANKL : OPG is what cells make; the drug that catches RANKL is not in it.");
  return element("p", { class: "key" }, says.join(" "));
}

function shown(value) {
  return value === null ? "none" : number(value);
}

function words(run, on_, day) {
  const parts = ARROWS.map((arrow) => {
    const value = arrow.value(run, day);
    const other = hasWith() ? arrow.value("without", day) : null;
    const cut = arrow.cut.some((name) => on_.has(name)) ? ", held by the therapy" : "";
    return `${arrow.title}: ${value === null ? "nothing yet" : `${number(value)} ${arrow.unit}`}${other === null ? "" : ` (without the change ${number(other)})`}${cut}`;
  });
  return `The loop${hasWith() ? " with the change" : ""}: tumour cells make PTHrP, the osteoblast lineage answers with RANKL and OPG, osteoclasts dig bone, bone gives TGF-beta and IGF to the tumour. ${parts.join("; ")}.`;
}
