// Frames of the engine (src/view/frame.rs says how they are laid out).

export const BIT = {
  tumour: 1,
  osteoclast: 2,
  osteoblast: 4,
  precursor: 8,
  osteoid: 16,
  lymphocyte: 32,
  myeloid: 64,
  eroded: 128,
};

/** Reads a frame from an ArrayBuffer; null for what is none. */
export function readFrame(buffer) {
  const head = new DataView(buffer);
  if (buffer.byteLength < 28 || head.getUint32(0, false) !== 0x48574631) return null;
  const count = head.getUint8(5);
  const dims = [16, 20, 24].map((at) => head.getUint32(at, true));
  const parts = head.getUint8(6);
  const cuts = [];
  let sites = parts ? 0 : dims[0] * dims[1] * dims[2];
  let at = 28 + 12 * count;
  if (buffer.byteLength < at + 8 * parts) return null;
  for (let part = 0; part < parts; part += 1, at += 8) {
    const axis = head.getUint8(at);
    cuts.push({ axis, at: head.getUint32(at + 4, true), from: sites });
    sites += (dims[0] * dims[1] * dims[2]) / dims[axis];
  }
  if (buffer.byteLength !== at + sites * (2 + count)) return null;
  const layer = () => {
    const bytes = new Uint8Array(buffer, at, sites);
    at += sites;
    return bytes;
  };
  const frame = {
    run: head.getUint8(4) ? "with" : "without",
    tick: head.getUint32(8, true),
    day: head.getFloat32(12, true),
    dims,
    /** Of a volume, the cuts that it has; none where it has the whole. */
    cuts,
    bone: layer(),
    cells: layer(),
    fields: new Map(),
  };
  for (let number = 0; number < count; number += 1) {
    const here = 28 + 12 * number;
    frame.fields.set(head.getUint8(here), {
      least: head.getFloat32(here + 4, true),
      most: head.getFloat32(here + 8, true),
      codes: layer(),
    });
  }
  return frame;
}

/** Where a plane lies in the layers of a frame: the first site, and the steps across and up; null where it has it not. */
export function planeOf({ dims, cuts }, plane, place) {
  if (cuts.length) {
    const cut = cuts.find(({ axis, at }) => axis === plane.cut && at === place);
    return cut ? { from: cut.from, across: 1, up: dims[plane.across] } : null;
  }
  const strides = [1, dims[0], dims[0] * dims[1]];
  return { from: dims[2] > 1 ? place * strides[plane.cut] : 0, across: strides[plane.across], up: strides[plane.up] };
}

const bits = new DataView(new ArrayBuffer(8));

function toBits(value) {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

/** The value of a code, from 0 to 255, of a field that is coded by ratios (`log`) or by equal steps. */
export function valueOf(code, { least, most }, log) {
  if (!log) return least + ((most - least) * code) / 255;
  const low = toBits(least);
  bits.setUint32(0, low + Math.trunc((code / 255) * (toBits(most) - low)));
  return bits.getFloat32(0);
}

/** The code of a value, with its fraction. */
export function codeOf(value, { least, most }, log) {
  if (!log) return (255 * (value - least)) / (most - least);
  const low = toBits(least);
  return (255 * (toBits(value) - low)) / (toBits(most) - low);
}
