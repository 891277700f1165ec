// The loop: tumour, osteoblast lineage, osteoclasts, bone; its arrows carry what flows in the run now.

import { curveColours } from "./palette.js";
import { calmly, hasWith, last, on, perDay, state } from "./state.js";
import { number } from "./words.js";

const box = document.getElementById("loop");
const NS = "http://www.w3.org/2000/svg";

/** What each arrow carries: how much, and what cuts it. */
const ARROWS = [
  {
    key: "pthrp", path: "M 112 64 C 114 40, 150 29, 203 29", label: [58, 24, "middle"], title: "PTHrP",
    value: (run) => perDay(run, "pthrp_made_amol"), unit: "amol/d", cut: ["anti_pthrp", "cut_pthrp"],
  },
  {
    key: "rankl", path: "M 386 29 C 440 29, 484 38, 487 59", label: [542, 24, "middle"], title: "RANKL : OPG",
    value: (run) => ratio(last(run, "rankl_pm"), last(run, "opg_pm")), unit: "", cut: ["opg_fc", "denosumab"],
  },
  {
    key: "resorbed", path: "M 488 120 C 486 146, 450 159, 397 159", label: [536, 167, "middle"], title: "dug",
    value: (run) => scaled(perDay(run, "resorbed_mm3"), 1e6), unit: "10³ µm³/d", cut: ["zoledronate"],
  },
  {
    key: "factors", path: "M 214 159 C 160 159, 116 150, 113 125", label: [64, 167, "middle"], title: "TGF-β, IGF",
    value: (run) => sum(perDay(run, "tgf_beta_released_amol"), perDay(run, "igf_released_amol")), unit: "amol/d", cut: ["anti_tgf_beta", "cut_tgf_beta"],
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
  { key: "tumour", x: 10, y: 66, w: 140, title: "Tumour", value: (run) => last(run, "tumour_cells"), unit: "cells" },
  { key: "osteoblast", x: 216, y: 4, w: 168, title: "Osteoblast lineage", value: (run) => sum(last(run, "n_ob"), last(run, "n_precursor")), unit: "cells" },
  { key: "osteoclast", x: 450, y: 66, w: 140, title: "Osteoclasts", value: (run) => last(run, "n_oc"), unit: "cells" },
  { key: "bone", x: 216, y: 134, w: 168, title: "Bone, BV/TV", value: (run) => scaled(last(run, "bv_tv"), 100), unit: "%" },
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

/** Names of switches that are on, by what the change sets. */
export function cuts(run) {
  const found = new Set();
  const sets = [...(state.opened?.set ?? []), ...(run === "with" ? state.change.set : [])];
  for (const set of sets) {
    const course = /^therapy\.([a-z0-9_]+)\./.exec(set);
    if (course) found.add(course[1]);
    if (/^tumour\.secretion\.pthrp\.rate\s*=\s*"?0 /.test(set)) found.add("cut_pthrp");
    if (/^signals\.tgf_beta\.matrix_release\s*=\s*false/.test(set)) found.add("cut_tgf_beta");
  }
  const name = state.opened?.scenario;
  if (name === "no_pthrp") found.add("cut_pthrp");
  if (name === "no_tgf_beta_release") found.add("cut_tgf_beta");
  for (const drug of ["anti_pthrp", "opg_fc", "denosumab", "zoledronate", "anti_tgf_beta"]) if (name?.includes(drug)) found.add(drug);
  return found;
}

function draw() {
  if (!state.opened) return;
  const run = hasWith() ? "with" : "without";
  const both = hasWith();
  const palette = curveColours();
  const on_ = cuts(run);
  const tall = isTall();
  const drawing = svg("svg", { viewBox: tall ? "-6 0 372 276" : "0 0 600 200", class: tall ? "tall" : "wide", role: "img", "aria-labelledby": "loop-title" });
  drawing.append(svg("title", { id: "loop-title" }, words(run, on_)));
  const defs = svg("defs", {});
  const head = svg("marker", { id: "head", viewBox: "0 0 10 10", refX: "6", refY: "5", markerWidth: "17", markerHeight: "17", markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" });
  head.append(svg("path", { d: "M 0 0 L 10 5 L 0 10 z", class: "head" }));
  defs.append(head);
  drawing.append(defs);
  for (const arrow of ARROWS) {
    const value = arrow.value(run);
    const other = both ? arrow.value("without") : null;
    const greatest = Math.max(most.get(arrow.key) ?? 0, value ?? 0, other ?? 0);
    most.set(arrow.key, greatest);
    const share = greatest > 0 && value > 0 ? value / greatest : 0;
    const cut = arrow.cut.some((name) => on_.has(name));
    drawing.append(svg("path", { d: tall ? TALL[arrow.key][0] : arrow.path, class: `flow ${cut ? "cut" : ""}`, "stroke-width": (1.5 + 8 * Math.sqrt(share)).toFixed(2), "marker-end": "url(#head)" }));
    const [x, y, anchor] = tall ? TALL[arrow.key][1] : arrow.label;
    const label = svg("text", { x, y, "text-anchor": anchor, class: "label" });
    label.append(svg("tspan", { class: "name" }, arrow.unit ? `${arrow.title}, ` : arrow.title), svg("tspan", { class: "value" }, arrow.unit));
    const first = svg("tspan", { x, dy: 15, class: "value" });
    if (both) {
      first.append(svg("tspan", { fill: palette.without }, shown(other)), svg("tspan", {}, " → "), svg("tspan", { fill: palette.with, "font-weight": "700" }, shown(value)));
    } else {
      first.textContent = value === null ? "" : shown(value);
    }
    label.append(first);
    if (cut) label.append(svg("tspan", { x, dy: 15, class: "held" }, "held"));
    drawing.append(label);
  }
  for (const one of NODES) {
    const [left, top, wide] = TALL_NODES[one.key];
    const node = tall ? { ...one, x: left, y: top, w: wide } : one;
    const group = svg("g", { class: `node ${node.key}` });
    group.append(svg("rect", { x: node.x, y: node.y, width: node.w, height: 50, rx: 10 }));
    const middle = node.x + node.w / 2;
    group.append(svg("text", { x: middle, y: node.y + 20, "text-anchor": "middle", class: "title" }, node.title));
    const value = node.value(run);
    const text = svg("text", { x: middle, y: node.y + 38, "text-anchor": "middle", class: "value" });
    if (both) {
      text.append(svg("tspan", {}, `${shown(node.value("without"))} → `), svg("tspan", { fill: palette.with, "font-weight": "700" }, shown(value)), svg("tspan", {}, node.unit === "cells" ? "" : ` ${node.unit}`));
    } else {
      text.textContent = value === null ? "" : `${shown(value)} ${node.unit}`;
    }
    group.append(text);
    drawing.append(group);
  }
  box.replaceChildren(drawing);
}

function shown(value) {
  return value === null ? "none" : number(value);
}

function words(run, on_) {
  const parts = ARROWS.map((arrow) => {
    const value = arrow.value(run);
    const cut = arrow.cut.some((name) => on_.has(name)) ? ", held by the therapy" : "";
    return `${arrow.title}: ${value === null ? "nothing yet" : `${number(value)} ${arrow.unit}`}${cut}`;
  });
  return `The loop${hasWith() ? " with the change" : ""}: tumour cells make PTHrP, the osteoblast lineage answers with RANKL and OPG, osteoclasts dig bone, bone gives TGF-beta and IGF to the tumour. ${parts.join("; ")}.`;
}
