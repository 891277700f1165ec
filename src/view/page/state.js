// What the page knows, and who is told when it changes.

import { drug as drugWords, number, unit } from "./words.js";

export const state = {
  welcome: null,
  opened: null,
  change: { at: null, set: [] },
  status: null,
  rows: { without: empty(), with: empty() },
  /** The last frame of each run, and the last that has the whole of a volume. */
  frames: { without: null, with: null },
  whole: { without: null, with: null },
  /** The seed that somebody chose on the page, which lessons take too: each pair of a class may have its own. */
  seed: null,
  /** Curves of earlier runs that were kept to compare. */
  kept: [],
  overlay: "",
  shown: { tumour: true, osteoclast: true, osteoblast: true, precursor: true, eroded: true, lymphocyte: true, myeloid: true },
  /** The run that is drawn where there is room for one alone. */
  which: "without",
  curves: ["bv_tv", "tumour_cells", "n_oc", "n_ob"],
  cursor: null,
};

function empty() {
  return { columns: [], rows: [] };
}

const listeners = new Map();

/** Calls `listener` after each of these events. */
export function on(events, listener) {
  for (const event of events.split(" ")) {
    if (!listeners.has(event)) listeners.set(event, []);
    listeners.get(event).push(listener);
  }
}

/** Calls `draws` at most so often, and always once after the last call: numbers and curves that change faster are not read. */
export function calmly(draws, ms = 200) {
  let last = -Infinity, timer = 0;
  return () => {
    clearTimeout(timer);
    const wait = last + ms - performance.now();
    const go = () => {
      last = performance.now();
      draws();
    };
    if (wait <= 0) go();
    else timer = setTimeout(go, wait);
  };
}

const due = new Set();

/** Tells an event, once before the next picture of the browser. */
export function tell(event) {
  if (due.size === 0) schedule();
  due.add(event);
}

function schedule() {
  let done = false;
  const go = () => {
    if (done) return;
    done = true;
    const events = [...due];
    due.clear();
    const called = new Set();
    for (const event of events) {
      for (const listener of listeners.get(event) ?? []) {
        if (!called.has(listener)) listener();
        called.add(listener);
      }
    }
  };
  requestAnimationFrame(go);
  // A hidden page has no pictures, but its rows must not wait for ever.
  setTimeout(go, 250);
}

/** True while there is a run with a change. */
export function hasChange() {
  return state.change.at !== null;
}

/** The courses that a change gives, and the values that it sets, in a line: what a picture has to say of it. */
export function changeWords() {
  const courses = new Map();
  const rest = [];
  const day = (text) => `day ${number(parseFloat(text) / (text.endsWith("h") ? 24 : 1))}`;
  for (const set of state.change.set) {
    const [, course, key, value] = /^therapy\.([^.=]+)\.([^.=]+)=(.*)$/.exec(set) ?? [];
    if (course !== undefined) {
      courses.set(course, { ...courses.get(course), [key]: value });
      continue;
    }
    const [path, to] = [set.slice(0, set.indexOf("=")).trim(), set.slice(set.indexOf("=") + 1).trim()];
    // The mass of a mouse is there for the doses.
    if (path === "subject.mass") continue;
    const control = state.opened?.controls.find((one) => one.path === path);
    rest.push(control ? `${control.title}: ${number(parseFloat(to))} ${unit(control.unit)}`.trim() : `${path} = ${to}`);
  }
  const said = [...courses].map(([course, { drug, dose, start, stop }]) =>
    [drugWords(drug ?? course), dose, start && `from ${day(start)}`, stop && `to ${day(stop)}`].filter(Boolean).join(" "));
  return [...said, ...rest].join("; ");
}

/** True where the run with the change has begun. */
export function hasWith() {
  return hasChange() && state.rows.with.rows.length > 0;
}

/** Values of a column of a run, with their days. */
export function series(run, column) {
  const table = run.columns ? run : state.rows[run];
  const at = table.columns.indexOf(column);
  const days = table.rows.map((row) => row[0]);
  return { days, values: at < 0 ? days.map(() => null) : table.rows.map((row) => row[at] ?? null) };
}

/** The value of a column of a run on a day: the last until then. */
export function at(run, column, day) {
  const { days, values } = series(run, column);
  let found = null;
  for (let row = 0; row < days.length && days[row] <= day + 1e-6; row += 1) found = values[row];
  return found;
}

/** The day to which both runs have come; null before the first row. */
export function commonDay() {
  const ends = ["without", ...(hasWith() ? ["with"] : [])].map((run) => state.rows[run].rows.at(-1)?.[0] ?? null);
  return ends.includes(null) ? null : Math.min(...ends);
}

/** Change of a cumulative column per day, over about the day before this one. */
export function perDay(run, column, day = Infinity) {
  const { days, values } = series(run, column);
  let end = values.length - 1;
  while (end > 0 && days[end] > day + 1e-6) end -= 1;
  if (end < 1) return null;
  let begin = end;
  while (begin > 0 && days[end] - days[begin] < 0.99) begin -= 1;
  const first = values[begin], final = values[end];
  if (first === null || final === null || days[end] === days[begin]) return null;
  return (final - first) / (days[end] - days[begin]);
}

/** Days of doses of each drug of a run. */
export function doses(run) {
  const table = state.rows[run];
  const found = [];
  table.columns.forEach((column, at) => {
    if (!column.endsWith("_doses")) return;
    const drug = column.slice(0, -6);
    let before = 0, day = null;
    for (const row of table.rows) {
      const count = row[at] ?? 0;
      if (count > before) found.push({ drug, day: day ?? row[0] });
      before = count;
      day = row[0];
    }
  });
  return found;
}

/** Takes a reply of the engine. */
export function take(reply) {
  switch (reply.say) {
    case "welcome":
      state.welcome = reply;
      break;
    case "opened":
      state.opened = reply;
      state.frames = { without: null, with: null };
      state.whole = { without: null, with: null };
      state.rows.without = empty();
      state.rows.with = empty();
      if (!reply.fields.some((field) => field.name === state.overlay)) state.overlay = "";
      break;
    case "changed":
      state.change = { at: reply.at, set: reply.change };
      if (reply.at === null) {
        state.rows.with = empty();
        state.frames.with = null;
        state.whole.with = null;
        state.which = "without";
      }
      break;
    case "rows": {
      const table = state.rows[reply.run];
      table.columns = reply.columns;
      table.rows = reply.anew ? reply.rows : table.rows.concat(reply.rows);
      break;
    }
    case "status":
      state.status = reply;
      break;
    default:
      return;
  }
  tell(reply.say);
}
