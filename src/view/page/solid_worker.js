// The drawing of the bone in space, in a Web Worker: where a machine has no graphics of its own, a picture of some hundred
// thousand triangles takes a tenth of a second and more, in which the page goes on drawing.
//
// Messages in: `canvas` first; `colours`; `angles`; a tissue (`bone`, `cells`, `dims`, `shown`). Out: "none" where there is no
// WebGL2, and "drawn" when a tissue is on the screen.

import { KINDS, surfaceOf } from "./surface.js";

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
in vec3 place; in float kind; uniform mat4 view; uniform float size; uniform vec3 tints[${KINDS.length}]; out vec3 colour;
void main() { gl_Position = view * vec4(place, 1.0); gl_PointSize = size; colour = tints[int(kind)]; }`;
const DOT = `#version 300 es
precision mediump float; in vec3 colour; out vec4 shade;
void main() { vec2 c = gl_PointCoord - 0.5; float r = dot(c, c); if (r > 0.25) discard; shade = vec4(colour * (1.05 - 1.3 * r), 1.0); }`;

let gl = null;
let canvas = null;
let surface, points, buffers;
let counts = [0, 0];
let angles = [0.55, 0.5];
let dims = [1, 1, 1];
let colours = null;
let waits = false;
/** True while a tissue has come that is not on the screen. */
let fresh = false;
/** Without a graphics card, a tissue that follows another so soon, ms, is drawn coarse, and fine when no other follows. */
const SOON = 600;
let software = false;
let came = -Infinity;
let settles = 0;

onmessage = ({ data }) => {
  if (data.canvas) begin(data.canvas);
  if (!gl) return;
  if (data.colours) colours = data.colours;
  if (data.angles) angles = data.angles;
  if (data.bone) comes(data);
  shows();
};

function comes(tissue) {
  const now = performance.now();
  const coarse = software && now - came < SOON;
  came = now;
  clearTimeout(settles);
  takes(tissue, coarse);
  fresh = true;
  if (!coarse) return;
  settles = setTimeout(() => {
    takes(tissue, false);
    shows();
  }, SOON);
}

function shows() {
  // As often as the screen shows it, and in a hidden page not at all.
  if (waits) return;
  waits = true;
  requestAnimationFrame(() => {
    waits = false;
    draw();
    if (fresh) requestAnimationFrame(() => postMessage("drawn"));
    fresh = false;
  });
}

function begin(given) {
  canvas = given;
  software = isSoftware();
  gl = canvas.getContext("webgl2", { antialias: !software });
  if (!gl) {
    postMessage("none");
    return;
  }
  surface = program(SURFACE, LIT, ["view", "turn", "colour"]);
  points = program(POINTS, DOT, ["view", "size", "tints"]);
  buffers = [0, 1, 2, 3, 4].map(() => gl.createBuffer());
}

/** True where a processor draws instead of a graphics card: smooth edges would take five times as long there. */
function isSoftware() {
  const probe = new OffscreenCanvas(1, 1).getContext("webgl2");
  const says = probe?.getExtension("WEBGL_debug_renderer_info");
  const name = says ? probe.getParameter(says.UNMASKED_RENDERER_WEBGL) : "";
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

function takes(tissue, coarse) {
  const made = surfaceOf(tissue, coarse);
  dims = tissue.dims;
  fill(gl.ARRAY_BUFFER, buffers[0], made.places);
  fill(gl.ARRAY_BUFFER, buffers[1], made.normals);
  fill(gl.ELEMENT_ARRAY_BUFFER, buffers[2], made.triangles);
  fill(gl.ARRAY_BUFFER, buffers[3], made.points);
  fill(gl.ARRAY_BUFFER, buffers[4], made.kinds);
  counts = [made.triangles.length, made.kinds.length];
}

function draw() {
  if (!colours) return;
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.clearColor(...colours.marrow, 1);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.DEPTH_TEST);
  const { view, turn } = matrices(angles, dims);
  gl.useProgram(surface.made);
  gl.uniformMatrix4fv(surface.at.view, false, view);
  gl.uniformMatrix3fv(surface.at.turn, false, turn);
  gl.uniform3fv(surface.at.colour, colours.bone);
  attribute(surface, "place", buffers[0], 3, gl.FLOAT);
  attribute(surface, "normal", buffers[1], 3, gl.FLOAT);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[2]);
  gl.drawElements(gl.TRIANGLES, counts[0], gl.UNSIGNED_INT, 0);
  gl.useProgram(points.made);
  gl.uniformMatrix4fv(points.at.view, false, view);
  gl.uniform1f(points.at.size, (1.15 * canvas.width) / (1.75 * Math.max(...dims)));
  gl.uniform3fv(points.at.tints, colours.kinds);
  attribute(points, "place", buffers[3], 3, gl.FLOAT);
  attribute(points, "kind", buffers[4], 1, gl.UNSIGNED_BYTE);
  gl.drawArrays(gl.POINTS, 0, counts[1]);
}

function program(vertex, fragment, uniforms) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return { made, at: Object.fromEntries(uniforms.map((name) => [name, gl.getUniformLocation(made, name)])) };
}

function attribute({ made }, name, buffer, size, kind) {
  const at = gl.getAttribLocation(made, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, size, kind, false, 0, 0);
}

function fill(kind, buffer, values) {
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
