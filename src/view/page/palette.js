// Colours: near those of howship's maps, in light and in dark. Each differs from the others in lightness too, for eyes that
// see no colour.

const LIGHT = {
  marrow: [251, 249, 244],
  bone: [186, 176, 157],
  fresh: [214, 206, 190],
  osteoid: [150, 218, 235],
  eroded: [255, 225, 138],
  tumour: [138, 58, 134],
  osteoblast: [0, 36, 107],
  precursor: [96, 160, 222],
  osteoclast: [214, 72, 0],
  lymphocyte: [0, 140, 105],
  myeloid: [110, 80, 40],
};

const DARK = {
  marrow: [24, 27, 32],
  bone: [150, 142, 126],
  fresh: [118, 112, 100],
  osteoid: [80, 170, 185],
  eroded: [255, 226, 130],
  tumour: [140, 62, 140],
  osteoblast: [64, 110, 235],
  precursor: [150, 205, 250],
  osteoclast: [255, 140, 60],
  lymphocyte: [40, 200, 155],
  myeloid: [200, 160, 110],
};

/** What is drawn, with the colour and the words of the legend. */
export const LEGEND = [
  { key: "bone", says: "bone", toggle: null },
  { key: "osteoid", says: "osteoid", toggle: null, under: true },
  { key: "eroded", says: "eroded", toggle: "eroded", under: true },
  { key: "tumour", says: "tumour", toggle: "tumour" },
  { key: "osteoclast", says: "osteoclast", toggle: "osteoclast" },
  { key: "osteoblast", says: "osteoblast", toggle: "osteoblast" },
  { key: "precursor", says: "precursor", toggle: "precursor" },
  { key: "lymphocyte", says: "lymphocyte", toggle: "lymphocyte", immune: true },
  { key: "myeloid", says: "myeloid cell", toggle: "myeloid", immune: true },
];

/** Of the legend, what is drawn: with a field over the tissue not what lies under it, and immune cells where there are any. */
export function legendOf(field, immune) {
  return LEGEND.filter((entry) => !(entry.under && field) && (!entry.immune || immune));
}

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function colours() {
  return isDark() ? DARK : LIGHT;
}

export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/** A colour as 0xAABBGGRR, as an ImageData holds it. */
export function packed([red, green, blue]) {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

// From paper to dark teal, in the dark the other way: lightness grows or falls all the way, which any eye sees, and
// the orange of osteoclasts stands out on all of it.
const PAPER = [[247, 249, 245], [208, 228, 217], [143, 194, 179], [74, 148, 143], [22, 100, 108], [0, 52, 66]];
const NIGHT = [[22, 30, 35], [14, 68, 80], [28, 122, 124], [98, 180, 162], [186, 224, 204], [246, 253, 236]];

/** 256 colours of a field, packed. */
export function ramp() {
  const stops = isDark() ? NIGHT : PAPER;
  const table = new Uint32Array(256);
  for (let code = 0; code < 256; code += 1) {
    table[code] = packed(mixed(stops, code / 255));
  }
  return table;
}

function mixed(stops, share) {
  const place = share * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  const part = place - below;
  return stops[below].map((from, channel) => Math.round(from + part * (stops[below + 1][channel] - from)));
}

/** Stops of the ramp as CSS colours, from little to much. */
export function rampStops() {
  return (isDark() ? NIGHT : PAPER).map(css);
}

/** Colours of the curves of runs. */
export function curveColours() {
  return isDark()
    ? { without: "#d7dce3", with: "#5bb8f5", kept: ["#e0a030", "#c58fd0", "#69c9a0"], grid: "#2c333c", ink: "#aeb6c2" }
    : { without: "#4a5058", with: "#0063a0", kept: ["#a86400", "#8b4a9c", "#00795a"], grid: "#e4e6ea", ink: "#4c535c" };
}
