// The surface of the bone of a volume (surface nets on the smoothed density), and the sites of its cells: arrays for solid_worker.js.

import { BIT } from "./frame.js";

/** Kinds of cells in the order in which one covers another; a point carries its place here. */
export const KINDS = ["osteoclast", "osteoblast", "precursor", "lymphocyte", "myeloid", "tumour"];

/** A growing array of numbers. */
class Grown {
  constructor(Kind, room) {
    this.values = new Kind(room);
    this.length = 0;
  }

  /** Makes room for `more` values; gives the array to write to. */
  room(more) {
    if (this.length + more > this.values.length) {
      const values = new this.values.constructor(2 * this.values.length + more);
      values.set(this.values.subarray(0, this.length));
      this.values = values;
    }
    return this.values;
  }

  done() {
    return this.values.slice(0, this.length);
  }
}

/** Parts in 64 of bone about each site: a quarter, a half and a quarter along each axis, the border doubled. */
function smoothed(bone, [nx, ny, nz]) {
  const sites = nx * ny * nz;
  let from = new Uint8Array(sites), to = new Uint8Array(sites);
  for (let site = 0; site < sites; site += 1) from[site] = bone[site] > 0 ? 1 : 0;
  for (const [stride, count] of [[1, nx], [nx, ny], [nx * ny, nz]]) {
    // Blocks of `stride` sites that follow each other along the axis.
    for (let begin = 0; begin < sites; begin += stride * count) {
      for (let at = 0; at < count; at += 1) {
        const here = begin + at * stride;
        const below = at > 0 ? -stride : 0, above = at < count - 1 ? stride : 0;
        for (let site = here; site < here + stride; site += 1) to[site] = from[site + below] + 2 * from[site] + from[site + above];
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Parts in 64 of bone in each cube of `edge` sites a side; where one is cut by the border, of what is there. */
function coarsened(bone, [nx, ny, nz], edge) {
  const dims = [nx, ny, nz].map((sites) => Math.ceil(sites / edge));
  const counts = new Uint16Array(dims[0] * dims[1] * dims[2]);
  for (let z = 0, site = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const row = (Math.floor(z / edge) * dims[1] + Math.floor(y / edge)) * dims[0];
      for (let x = 0, to = row, left = edge; x < nx; x += 1, site += 1, left -= 1) {
        if (left === 0) {
          to += 1;
          left = edge;
        }
        if (bone[site] > 0) counts[to] += 1;
      }
    }
  }
  const field = new Uint8Array(counts.length);
  const part = (at, sites) => Math.min(edge, sites - at * edge);
  let to = 0;
  for (let z = 0; z < dims[2]; z += 1) {
    for (let y = 0; y < dims[1]; y += 1) {
      const flat = part(z, nz) * part(y, ny);
      for (let x = 0; x < dims[0]; x += 1, to += 1) field[to] = Math.round((64 * counts[to]) / (flat * part(x, nx)));
    }
  }
  return { field, dims };
}

const LEVEL = 32;
/** Cubes along the longest edge of a coarse surface, about. */
const CUBES = 34;

/** Surface nets: a vertex in each cube of 8 places that the surface crosses, a square about each edge that it crosses; the
places of the field lie `edge` sites from each other. */
function nets(field, dims, edge) {
  const [nx, ny, nz] = dims;
  const [sy, sz] = [nx, nx * ny];
  const index = new Int32Array(field.length);
  const places = new Grown(Float32Array, 1 << 16), normals = new Grown(Float32Array, 1 << 16), triangles = new Grown(Uint32Array, 1 << 17);
  const corners = [0, 1, sy, sy + 1, sz, sz + 1, sz + sy, sz + sy + 1];
  // Edges of a cube: two corners, of which the bits say x, y and z.
  const edges = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((one) => [1, 2, 4].filter((bit) => !(one & bit)).map((bit) => [one, bit]));
  const [begins, along] = [0, 1].map((part) => Uint8Array.from(edges, (edge) => edge[part]));
  const density = new Float64Array(8);
  const square = (one, two, three, four) => {
    const to = triangles.room(6);
    let at = triangles.length;
    to[at++] = index[one];
    to[at++] = index[two];
    to[at++] = index[three];
    to[at++] = index[one];
    to[at++] = index[three];
    to[at++] = index[four];
    triangles.length = at;
  };
  for (let z = 0; z < nz - 1; z += 1) {
    for (let y = 0; y < ny - 1; y += 1) {
      let site = z * sz + y * sy;
      // Which of four neighbours are bone, of this column of sites and of the next.
      let left = (field[site] > LEVEL) | ((field[site + sy] > LEVEL) << 1) | ((field[site + sz] > LEVEL) << 2) | ((field[site + sy + sz] > LEVEL) << 3);
      for (let x = 0; x < nx - 1; x += 1, site += 1) {
        const next = site + 1;
        const right = (field[next] > LEVEL) | ((field[next + sy] > LEVEL) << 1) | ((field[next + sz] > LEVEL) << 2) | ((field[next + sy + sz] > LEVEL) << 3);
        const column = left;
        left = right;
        if ((column === 0 && right === 0) || (column === 15 && right === 15)) continue;
        for (let corner = 0; corner < 8; corner += 1) density[corner] = field[site + corners[corner]];
        let px = 0, py = 0, pz = 0, count = 0;
        for (let edge = 0; edge < 12; edge += 1) {
          const one = begins[edge], bit = along[edge];
          const from = density[one], to = density[one | bit];
          if (from > LEVEL === to > LEVEL) continue;
          const share = (LEVEL - from) / (to - from);
          px += bit === 1 ? share : one & 1;
          py += bit === 2 ? share : (one >> 1) & 1;
          pz += bit === 4 ? share : one >> 2;
          count += 1;
        }
        index[site] = places.length / 3;
        let at = places.length;
        const place = places.room(3), normal = normals.room(3);
        const a = density[0], b = density[1], c = density[2], d = density[3], e = density[4], f = density[5], g = density[6], h = density[7];
        place[at] = edge * (x + 0.5 + px / count);
        normal[at++] = a + c + e + g - b - d - f - h;
        place[at] = edge * (y + 0.5 + py / count);
        normal[at++] = a + b + e + f - c - d - g - h;
        place[at] = edge * (z + 0.5 + pz / count);
        normal[at++] = a + b + c + d - e - f - g - h;
        places.length = normals.length = at;
        // Cubes before this one have their vertices: the squares about the three edges that begin at its first site.
        if (x < 1 || y < 1 || z < 1) continue;
        const here = a > LEVEL;
        if (here !== b > LEVEL) square(site, site - sy, site - sy - sz, site - sz);
        if (here !== c > LEVEL) square(site, site - 1, site - 1 - sz, site - sz);
        if (here !== e > LEVEL) square(site, site - 1, site - 1 - sy, site - sy);
      }
    }
  }
  return { places: places.done(), normals: normals.done(), triangles: triangles.done() };
}

/** Sites of cells, each with its kind: of the tumour, its rim alone. */
function cellsOf(cells, [nx, ny, nz], shown) {
  const kinds = KINDS.map((name, at) => [BIT[name], at]).filter(([, at]) => shown[KINDS[at]]);
  // The kind of each byte of cells; 255 for none.
  const kindOf = Uint8Array.from({ length: 256 }, (_, byte) => kinds.find(([bit]) => byte & bit)?.[1] ?? 255);
  const tumour = KINDS.indexOf("tumour");
  const places = new Grown(Float32Array, 1 << 15), tints = new Grown(Uint8Array, 1 << 14);
  const [sy, sz] = [nx, nx * ny];
  // Four sites at a time: most have no cell.
  const fours = new Uint32Array(cells.buffer, cells.byteOffset, cells.length >> 2);
  for (let site = 0; site < cells.length; site += 1) {
    if (site % 4 === 0) {
      while (fours[site >> 2] === 0) site += 4;
      if (site >= cells.length) break;
    }
    const kind = kindOf[cells[site]];
    if (kind === 255) continue;
    const x = site % nx, y = Math.floor(site / sy) % ny, z = Math.floor(site / sz);
    if (kind === tumour) {
      // Beyond the border there is no tumour.
      const all = cells[site + 1] & cells[site - 1] & cells[site + sy] & cells[site - sy] & cells[site + sz] & cells[site - sz];
      if (all & BIT.tumour && x > 0 && y > 0 && z > 0 && x < nx - 1 && y < ny - 1 && z < nz - 1) continue;
    }
    const place = places.room(3);
    place[places.length++] = x + 0.5;
    place[places.length++] = y + 0.5;
    place[places.length++] = z + 0.5;
    tints.room(1)[tints.length++] = kind;
  }
  return { points: places.done(), kinds: tints.done() };
}

/** Surface and cells of a tissue; where it is `coarse`, the surface of cubes of 8 sites and more, with a quarter of the triangles
and fewer. */
export function surfaceOf({ bone, cells, dims, shown }, coarse = false) {
  const edge = Math.max(2, Math.ceil(Math.max(...dims) / CUBES));
  const cubes = coarse ? coarsened(bone, dims, edge) : null;
  const surface = cubes ? nets(cubes.field, cubes.dims, edge) : nets(smoothed(bone, dims), dims, 1);
  return { ...surface, ...cellsOf(cells, dims, shown) };
}
