// The bone of a volume in space, and its cells as points: a worker makes and draws them (solid_worker.js), this hands it the
// tissue once a day, and turns it by dragging and by the arrow keys.

import { colours, isDark } from "./palette.js";
import { KINDS } from "./surface.js";

const share = (rgb) => rgb.map((one) => one / 255);
const clamp = (angle) => Math.min(1.5, Math.max(-1.5, angle));

/** A drawing of the bone in a canvas; `says` is called with the day that is on it, or with null where it cannot be drawn. */
export function makeSolid(canvas, says) {
  if (!canvas.transferControlToOffscreen) {
    says(null);
    return null;
  }
  const worker = new Worker(new URL("solid_worker.js", import.meta.url), { type: "module" });
  const drawing = canvas.transferControlToOffscreen();
  worker.postMessage({ canvas: drawing }, [drawing]);
  let angles = [0.55, 0.5];
  // What the worker makes now, and what comes next: what comes before that is done replaces it, so that nothing queues.
  let made = null, next = null;
  const ask = (frame, shown) => {
    made = { frame, shown };
    const [bone, cells] = [frame.bone.slice(), frame.cells.slice()];
    worker.postMessage({ bone, cells, dims: frame.dims, shown }, [bone.buffer, cells.buffer]);
  };
  worker.onmessage = ({ data }) => {
    if (data === "none") {
      says(null);
      return;
    }
    says(made.frame.day);
    made = null;
    if (next) ask(next.frame, next.shown);
    next = null;
  };
  worker.onerror = () => says(null);
  const turn = (about, tilt) => {
    angles = [angles[0] + about, clamp(angles[1] + tilt)];
    worker.postMessage({ angles });
  };

  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    turn((event.clientX - from[0]) / 120, (event.clientY - from[1]) / 120);
    from = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (from = null));
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] }[event.key];
    if (!by) return;
    event.preventDefault();
    turn(...by);
  });

  return {
    /** Takes the colours of now. */
    paint() {
      const palette = colours();
      const bone = share(isDark() ? [214, 204, 184] : [222, 212, 192]);
      worker.postMessage({ colours: { marrow: share(palette.marrow), bone, kinds: KINDS.flatMap((kind) => share(palette[kind])) } });
    },
    /** Takes the tissue of a frame; it is seen when its surface is made. */
    update(frame, shown) {
      if (made) next = { frame, shown };
      else ask(frame, shown);
    },
    /** Gives back what it holds of the machine. */
    end() {
      worker.terminate();
    },
  };
}
