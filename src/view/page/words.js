// Words for what tables and scenarios call by a key.

const COLUMNS = {
  bv_tv: ["Bone volume, BV/TV", "%", 100],
  bone_volume_mm3: ["Bone volume", "mm³", 1],
  es_bs: ["Eroded surface, ES/BS", "%", 100],
  os_bs: ["Osteoid surface, OS/BS", "%", 100],
  oc_s_bs: ["Osteoclast surface, Oc.S/BS", "%", 100],
  n_oc: ["Osteoclasts", "cells", 1],
  n_ob: ["Osteoblasts", "cells", 1],
  n_precursor: ["Osteoblast precursors", "cells", 1],
  tumour_cells: ["Tumour cells", "cells", 1],
  tumour_volume_mm3: ["Tumour volume", "mm³", 1],
  pthrp_pm: ["PTHrP, free and bound", "pM", 1],
  rankl_free_pm: ["Free RANKL", "pM", 1],
  rankl_pm: ["RANKL, free and bound", "pM", 1],
  opg_pm: ["OPG, free and bound", "pM", 1],
  tgf_beta_pm: ["TGF-β", "pM", 1],
  igf_pm: ["IGF", "pM", 1],
  resorbed_mm3: ["Bone resorbed since day 0", "mm³", 1],
  formed_mm3: ["Bone formed since day 0", "mm³", 1],
  owed_mm3: ["Dug, not refilled", "mm³", 1],
  calcium_released_fmol: ["Calcium set free since day 0", "fmol", 1],
  bs_mm2: ["Bone surface", "mm²", 1],
};

const SIGNALS = {
  pthrp: "PTHrP",
  pth: "PTH",
  rank: "RANK",
  rankl: "RANKL",
  opg: "OPG",
  tgf_beta: "TGF-β",
  igf: "IGF",
  il6: "IL-6",
  pge2: "PGE2",
  tnf: "TNF",
};

const FIELDS = {
  pthrp: "PTHrP, free and bound",
  rankl: "RANKL, free and bound",
  opg: "OPG, free and bound",
  rankl_free: "Free RANKL",
  opg_free: "Free OPG",
  rank_occupancy: "RANK engaged (what makes osteoclasts)",
  vessel_distance: "Distance to the nearest vessel",
  bone_mineral: "Mineral in bone",
  bone_drug: "Drug on bone",
  erosion_depth: "Depth of erosion",
  tumour_cells: "Tumour cells in a site",
};

const ENDINGS = [
  ["_mg_per_l", "mg/L"],
  ["_pm", "pM"],
  ["_mm3", "mm³"],
  ["_mm2", "mm²"],
  ["_fmol", "fmol"],
  ["_amol", "amol"],
  ["_mm", "mM"],
  ["_mg", "mg"],
  ["_um", "µm"],
  ["_d", "d"],
];

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A key in words. */
export function words(key) {
  return SIGNALS[key] ?? key.replaceAll("_", " ").replaceAll("tgf beta", "TGF-β").replaceAll("pthrp", "PTHrP");
}

const DRUGS = { opg_fc: "OPG-Fc", anti_pthrp: "anti-PTHrP", anti_tgf_beta: "anti-TGF-β", anti_pd_1: "anti-PD-1" };

/** A drug by the name of its course. */
export function drug(key) {
  return DRUGS[key] ?? words(key);
}

/** Title, unit and factor of a column of a table. */
export function column(name) {
  const known = COLUMNS[name];
  if (known) return { title: known[0], unit: known[1], factor: known[2] };
  const ending = ENDINGS.find(([end]) => name.endsWith(end));
  const base = ending ? name.slice(0, -ending[0].length) : name;
  return { title: capital(words(base)), unit: ending ? ending[1] : "", factor: 1 };
}

/** Title of a field over the tissue. */
export function field(name) {
  if (FIELDS[name]) return FIELDS[name];
  if (name.endsWith("_stored")) return `${words(name.slice(0, -7))} stored in bone`;
  return capital(words(name));
}

/** A unit as it is written. */
export function unit(text) {
  return text === "1" ? "" : text.replace(/^um/, "µm").replaceAll("um", "µm").replaceAll("m2", "m²").replaceAll("m3", "m³");
}

/** A number for people: three figures that count. */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  // Below a molecule in a litre there is none.
  if (size < 1e-9) return "0";
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(1).split("e");
    return `${mantissa}·10${superscript(Number(exponent))}`;
  }
  if (size >= 1000) return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
  return String(Number(value.toPrecision(3)));
}

function superscript(value) {
  const signs = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  return [...String(value)].map((sign) => signs[sign]).join("");
}

/** A day, with one place where it has a fraction. */
export function dayWords(day) {
  const rounded = Math.round(day * 10) / 10;
  return Number.isInteger(rounded) ? String(rounded) : rounded.toFixed(1);
}

/** Sets the text of an element where it is another: a text that is set is laid out and drawn again though it is the same. */
export function says(element_, text) {
  if (element_.textContent !== text) element_.textContent = text;
}

/** An element of the page with attributes and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
