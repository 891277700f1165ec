// The bone of a volume in space: its surface (surface nets on the smoothed density), and cells as points, in WebGL2. It turns
// by dragging and by the arrow keys.

import { BIT } from "./frame.js";
import { colours, isDark } from "./palette.js";

const SURFACE = `#version 300 es
in vec3 place; in vec3 normal; uniform mat4 view; uniform mat3 turn; out vec3 facing;
void main() { gl_Position = view * vec4(place, 1.0); facing = turn * normal; }`;
const LIT = `#version 300 es
precision mediump float; in vec3 facing; uniform vec3 colour; out vec4 shade;
void main() {
  vec3 n = normalize(facing); if (n.z < 0.0) n = -n;
  float light = 0.38 + 0.5 * max(0.0, dot(n, normalize(vec3(-0.4, 0.65, 0.65)))) + 0.16 * n.z;
  shade = vec4(colour * light, 1.0);
}`;
const POINTS = `#version 300 es
in vec3 place; in vec3 tint; uniform mat4 view; uniform float size; out vec3 colour;
void main() { gl_Position = view * vec4(place, 1.0); gl_PointSize = size; colour = tint; }`;
const DOT = `#version 300 es
precision mediump float; in vec3 colour; out vec4 shade;
void main() { vec2 c = gl_PointCoord - 0.5; float r = dot(c, c); if (r > 0.25) discard; shade = vec4(colour * (1.05 - 1.3 * r), 1.0); }`;

/** A drawing of the bone in a canvas; null where there is no WebGL2. */
export function makeSolid(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: true });
  if (!gl) return null;
  const surface = program(gl, SURFACE, LIT);
  const points = program(gl, POINTS, DOT);
  const buffers = [0, 1, 2, 3, 4].map(() => gl.createBuffer());
  let counts = [0, 0];
  let angles = [0.55, 0.5];
  let dims = [1, 1, 1];

  const draw = () => {
    const [red, green, blue] = colours().marrow.map((one) => one / 255);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(red, green, blue, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    const { view, turn } = matrices(angles, dims);
    gl.useProgram(surface.made);
    gl.uniformMatrix4fv(surface.at("view"), false, view);
    gl.uniformMatrix3fv(surface.at("turn"), false, turn);
    gl.uniform3fv(surface.at("colour"), (isDark() ? [214, 204, 184] : [222, 212, 192]).map((one) => one / 255));
    attribute(gl, surface, "place", buffers[0]);
    attribute(gl, surface, "normal", buffers[1]);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[2]);
    gl.drawElements(gl.TRIANGLES, counts[0], gl.UNSIGNED_INT, 0);
    gl.useProgram(points.made);
    gl.uniformMatrix4fv(points.at("view"), false, view);
    gl.uniform1f(points.at("size"), (1.15 * canvas.width) / (1.75 * Math.max(...dims)));
    attribute(gl, points, "place", buffers[3]);
    attribute(gl, points, "tint", buffers[4]);
    gl.drawArrays(gl.POINTS, 0, counts[1]);
  };

  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    angles = [angles[0] + (event.clientX - from[0]) / 120, clamp(angles[1] + (event.clientY - from[1]) / 120)];
    from = [event.clientX, event.clientY];
    draw();
  });
  canvas.addEventListener("pointerup", () => (from = null));
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] }[event.key];
    if (!by) return;
    event.preventDefault();
    angles = [angles[0] + by[0], clamp(angles[1] + by[1])];
    draw();
  });

  return {
    draw,
    /** Takes the tissue of a frame. */
    update(frame, shown) {
      dims = frame.dims;
      const mesh = nets(frame);
      const cells = cellsOf(frame, shown);
      fill(gl, gl.ARRAY_BUFFER, buffers[0], mesh.places);
      fill(gl, gl.ARRAY_BUFFER, buffers[1], mesh.normals);
      fill(gl, gl.ELEMENT_ARRAY_BUFFER, buffers[2], mesh.triangles);
      fill(gl, gl.ARRAY_BUFFER, buffers[3], cells.places);
      fill(gl, gl.ARRAY_BUFFER, buffers[4], cells.tints);
      counts = [mesh.triangles.length, cells.places.length / 3];
      draw();
    },
  };
}

const clamp = (angle) => Math.min(1.5, Math.max(-1.5, angle));

function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return { made, at: (name) => gl.getUniformLocation(made, name) };
}

function attribute(gl, { made }, name, buffer) {
  const at = gl.getAttribLocation(made, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, 3, gl.FLOAT, false, 0, 0);
}

function fill(gl, kind, buffer, values) {
  gl.bindBuffer(kind, buffer);
  gl.bufferData(kind, values, gl.DYNAMIC_DRAW);
}

/** Orthographic: z of the lattice is up. */
function matrices([about, tilt], dims) {
  const [ca, sa, ct, st] = [Math.cos(about), Math.sin(about), Math.cos(tilt), Math.sin(tilt)];
  // Rows of the turn: right, up and towards the eye.
  const right = [ca, sa, 0];
  const up = [-sa * st, ca * st, ct];
  const near = [sa * ct, -ca * ct, st];
  const scale = 2 / (1.75 * Math.max(...dims));
  const middle = dims.map((sites) => sites / 2);
  const dot = (row) => -scale * (row[0] * middle[0] + row[1] * middle[1] + row[2] * middle[2]);
  const deep = near.map((one) => -one * 0.5);
  const view = new Float32Array([
    right[0] * scale, up[0] * scale, deep[0] * scale, 0,
    right[1] * scale, up[1] * scale, deep[1] * scale, 0,
    right[2] * scale, up[2] * scale, deep[2] * scale, 0,
    dot(right), dot(up), dot(deep), 1,
  ]);
  const turn = new Float32Array([right[0], up[0], near[0], right[1], up[1], near[1], right[2], up[2], near[2]]);
  return { view, turn };
}

/** The density of bone, smoothed over near neighbours along each axis. */
function smoothed({ bone, dims }) {
  const [nx, ny, nz] = dims;
  let from = new Float32Array(bone.length);
  for (let site = 0; site < bone.length; site += 1) from[site] = bone[site] > 0 ? 1 : 0;
  let to = new Float32Array(bone.length);
  const strides = [1, nx, nx * ny];
  const ends = [nx, ny, nz];
  for (let axis = 0; axis < 3; axis += 1) {
    const stride = strides[axis];
    for (let site = 0; site < from.length; site += 1) {
      const at = Math.floor(site / stride) % ends[axis];
      const below = at > 0 ? from[site - stride] : from[site];
      const above = at < ends[axis] - 1 ? from[site + stride] : from[site];
      to[site] = 0.25 * below + 0.5 * from[site] + 0.25 * above;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Surface nets: a vertex in each cell that the surface crosses, a square about each edge that it crosses. */
function nets(frame) {
  const field = smoothed(frame);
  const [nx, ny, nz] = frame.dims;
  const [sx, sy, sz] = [1, nx, nx * ny];
  const index = new Int32Array(field.length).fill(-1);
  const places = [], normals = [], triangles = [];
  const LEVEL = 0.5;
  for (let z = 0; z < nz - 1; z += 1) {
    for (let y = 0; y < ny - 1; y += 1) {
      let site = z * sz + y * sy;
      for (let x = 0; x < nx - 1; x += 1, site += 1) {
        const a = field[site], b = field[site + 1], c = field[site + sy], d = field[site + sy + 1];
        const e = field[site + sz], f = field[site + sz + 1], g = field[site + sz + sy], h = field[site + sz + sy + 1];
        const inside = (a > LEVEL) + (b > LEVEL) + (c > LEVEL) + (d > LEVEL) + (e > LEVEL) + (f > LEVEL) + (g > LEVEL) + (h > LEVEL);
        if (inside === 0 || inside === 8) continue;
        let px = 0, py = 0, pz = 0, count = 0;
        const cross = (one, other, ax, ay, az, dx, dy, dz) => {
          if (one > LEVEL === other > LEVEL) return;
          const share = (LEVEL - one) / (other - one);
          px += ax + dx * share;
          py += ay + dy * share;
          pz += az + dz * share;
          count += 1;
        };
        cross(a, b, 0, 0, 0, 1, 0, 0); cross(c, d, 0, 1, 0, 1, 0, 0); cross(e, f, 0, 0, 1, 1, 0, 0); cross(g, h, 0, 1, 1, 1, 0, 0);
        cross(a, c, 0, 0, 0, 0, 1, 0); cross(b, d, 1, 0, 0, 0, 1, 0); cross(e, g, 0, 0, 1, 0, 1, 0); cross(f, h, 1, 0, 1, 0, 1, 0);
        cross(a, e, 0, 0, 0, 0, 0, 1); cross(b, f, 1, 0, 0, 0, 0, 1); cross(c, g, 0, 1, 0, 0, 0, 1); cross(d, h, 1, 1, 0, 0, 0, 1);
        index[site] = places.length / 3;
        places.push(x + 0.5 + px / count, y + 0.5 + py / count, z + 0.5 + pz / count);
        normals.push(a + c + e + g - b - d - f - h, a + b + e + f - c - d - g - h, a + b + c + d - e - f - g - h);
      }
    }
  }
  const square = (one, two, three, four) => {
    if (one < 0 || two < 0 || three < 0 || four < 0) return;
    triangles.push(one, two, three, one, three, four);
  };
  for (let z = 1; z < nz - 1; z += 1) {
    for (let y = 1; y < ny - 1; y += 1) {
      for (let x = 1; x < nx - 1; x += 1) {
        const site = z * sz + y * sy + x;
        const here = field[site] > LEVEL;
        if (here !== field[site + sx] > LEVEL) square(index[site], index[site - sy], index[site - sy - sz], index[site - sz]);
        if (here !== field[site + sy] > LEVEL) square(index[site], index[site - sx], index[site - sx - sz], index[site - sz]);
        if (here !== field[site + sz] > LEVEL) square(index[site], index[site - sx], index[site - sx - sy], index[site - sy]);
      }
    }
  }
  return { places: new Float32Array(places), normals: new Float32Array(normals), triangles: new Uint32Array(triangles) };
}

/** Cells as points: of the tumour, its rim alone. */
function cellsOf({ cells, dims }, shown) {
  const palette = colours();
  const kinds = [
    [BIT.osteoclast, palette.osteoclast, shown.osteoclast],
    [BIT.osteoblast, palette.osteoblast, shown.osteoblast],
    [BIT.precursor, palette.precursor, shown.precursor],
    [BIT.tumour, palette.tumour, shown.tumour],
  ].filter(([, , on]) => on);
  const [nx, ny] = dims;
  const steps = [1, -1, nx, -nx, nx * ny, -nx * ny];
  const places = [], tints = [];
  for (let site = 0; site < cells.length; site += 1) {
    const here = cells[site];
    if (!here) continue;
    const kind = kinds.find(([bit]) => here & bit);
    if (!kind) continue;
    if (kind[0] === BIT.tumour && steps.every((step) => (cells[site + step] ?? 0) & BIT.tumour)) continue;
    places.push((site % nx) + 0.5, (Math.floor(site / nx) % ny) + 0.5, Math.floor(site / (nx * ny)) + 0.5);
    tints.push(...kind[1].map((one) => one / 255));
  }
  return { places: new Float32Array(places), tints: new Float32Array(tints) };
}
