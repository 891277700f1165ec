// Sliders and switches, made from what the engine says of them. A change parts the runs.

import { hasChange, on, state } from "./state.js";
import { dayWords, element, number, unit } from "./words.js";

const pane = document.getElementById("pane-change");
let ask = () => {};

/** Therapies that are on: name -> { start, stop }. */
let on_ = new Map();
/** Values other than those of the scenario: path -> number. */
let values = new Map();
/** Values for a new run: path -> number. */
let fresh = new Map();
/** Assignments of the change that no control here made, as from a link or a lesson. */
let others = [];
let timer = 0;
/** Groups of sliders that somebody unfolded or folded. */
const unfolded = new Map();

export function begin(send) {
  ask = send;
  on("opened", build);
  // What was refused did not become the change.
  on("changed refused", read);
  on("status", refresh);
}

const now = () => Math.max(0, state.status?.day ?? 0);

/** Time between two ticks, d. */
const tickDays = () => state.opened.tick_h / 24;

const writeNumber = (value) => String(Number(Number(value).toPrecision(6)));
/** The day of the runs when they hear of it: while they play, that of the page is behind. */
const NOW = -1;
/** A day in whole ticks, in hours: exact where days are not. */
const writeDay = (day) => day === NOW ? "{now}" : `${writeNumber(Math.round(day / tickDays()) * state.opened.tick_h)} h`;
const readDay = (text) => parseFloat(text) / (text.trim().endsWith("h") ? 24 : 1);

/** What the change sets now. */
function assignments() {
  const sets = [...others];
  for (const [name, { start, stop }] of on_) {
    const therapy = state.opened.therapies.find((one) => one.name === name);
    for (const set of therapy.set) {
      const made = set.replace("{day} d", writeDay(start));
      if (!sets.includes(made)) sets.push(made);
    }
    if (stop !== null) sets.push(`therapy.${name}.stop=${writeDay(stop)}`);
  }
  for (const [path, value] of values) {
    const control = state.opened.controls.find((one) => one.path === path);
    sets.push(`${path}=${writeNumber(value)}${control.unit ? ` ${control.unit}` : ""}`);
  }
  return sets;
}

/** Says that nothing is left to be changed, and true then: a run that has ended has no day left on which it could act. */
function hasEnded() {
  if (now() <= state.opened.days - 0.5 * tickDays()) return false;
  read();
  const says = document.getElementById("from");
  says.dataset.says = "ended";
  says.textContent = "The run has ended, and no day is left for a change: press Restart, hold the run on the day that you want, then change it.";
  says.scrollIntoView({ block: "nearest" });
  return true;
}

function send() {
  if (!hasChange() && hasEnded()) return;
  ask({ ask: "change", set: assignments() });
}

function sendSoon() {
  clearTimeout(timer);
  timer = setTimeout(send, 250);
}

/** Reads back what the change is: another page, a link or a lesson may have made it. */
function read() {
  if (!state.opened) return;
  on_ = new Map();
  values = new Map();
  others = [];
  const left = [];
  const courses = new Map();
  for (const set of state.change.set) {
    const at = set.indexOf("=");
    const [path, value] = [set.slice(0, at).trim(), set.slice(at + 1).trim()];
    const course = /^therapy\.([a-z0-9_]+)\.([a-z_]+)$/.exec(path);
    const therapy = course && state.opened.therapies.find((one) => one.name === course[1]);
    const cut = state.opened.therapies.find((one) => one.course === null && one.set[0] === set);
    const control = state.opened.controls.find((one) => one.path === path);
    if (cut) on_.set(cut.name, { start: state.change.at, stop: null });
    else if (therapy) courses.set(therapy.name, { ...courses.get(therapy.name), [course[2]]: value });
    else if (control && Number.isFinite(parseFloat(value))) values.set(path, parseFloat(value));
    else left.push(set);
  }
  for (const [name, { start, stop }] of courses) {
    on_.set(name, { start: start ? readDay(start) : state.change.at, stop: stop ? readDay(stop) : null });
  }
  const made = new Set(assignments());
  others = left.filter((set) => !made.has(set));
  build();
}

function build() {
  if (!state.opened) return;
  const scroll = pane.scrollTop;
  const focus = pane.contains(document.activeElement) ? document.activeElement.id : null;
  pane.replaceChildren(
    element("p", { class: "hint", id: "from" }),
    element("div", { class: "chips", id: "chips" }),
    ...therapyPart(),
    ...sliderParts(),
  );
  pane.scrollTop = scroll;
  if (focus) document.getElementById(focus)?.focus();
  refresh();
}

function refresh() {
  const from = document.getElementById("from");
  if (!from || !state.opened) return;
  const says = hasChange()
    ? `The runs part on day ${dayWords(state.change.at)}: sliders hold from then on, a therapy from the day on which it is switched on.`
    : "Switch something on, or move a slider: the run parts in two, one with your change and one without, with the same chance for both.";
  if (from.dataset.says !== says) {
    from.dataset.says = says;
    from.textContent = says;
    chips();
  }
}

function chips() {
  const box = document.getElementById("chips");
  if (!hasChange()) {
    box.replaceChildren();
    return;
  }
  const again = element("button", { class: "quiet" }, "Part again from today");
  again.addEventListener("click", () => {
    // A run that has ended has no day left on which its change could act.
    if (now() > state.opened.days - 0.5 * tickDays()) {
      again.textContent = "The run has ended: restart it, hold it on the day, then part again";
      return;
    }
    const day = Math.min(now(), state.opened.days - tickDays());
    for (const course of on_.values()) course.start = Math.max(course.start, day);
    ask({ ask: "change", at: Math.round(day / tickDays()) * tickDays(), set: assignments() });
  });
  const clear = element("button", { class: "quiet" }, "Take the change back");
  clear.addEventListener("click", () => {
    pane.focus();
    ask({ ask: "change", set: [] });
  });
  box.replaceChildren(again, clear);
}

function therapyPart() {
  const { therapies } = state.opened;
  if (!therapies.length) return [element("p", { class: "hint" }, "For this host the page knows no doses: write a scenario file with courses, and give it to howship view.")];
  const rows = therapies.map((therapy) => {
    const course = on_.get(therapy.name);
    const given = course && course.stop === null;
    const id = `therapy-${therapy.name}`;
    const button = element("button", { role: "switch", id, class: "switch", "aria-checked": String(Boolean(given)), "aria-describedby": `${id}-about` }, element("i", { "aria-hidden": "true" }), element("span", {}, therapy.title));
    button.addEventListener("click", () => toggle(therapy));
    const when = course
      ? therapy.course === null
        ? `from day ${dayWords(course.start)}`
        : course.stop === null ? `from day ${dayWords(course.start)}` : `day ${dayWords(course.start)} to ${dayWords(course.stop)}`
      : "";
    const row = element("div", { class: `therapy ${course ? "used" : ""}` }, button, element("span", { class: "when" }, when), element("p", { class: "about", id: `${id}-about` }, `${therapy.about} ${therapy.dose}.`));
    if (course && course.stop !== null) {
      const undo = element("button", { class: "quiet small" }, "Remove");
      undo.addEventListener("click", () => {
        on_.delete(therapy.name);
        send();
      });
      row.append(undo);
    }
    return row;
  });
  return [element("h2", {}, "Therapy"), element("div", { class: "therapies" }, ...rows)];
}

function toggle(therapy) {
  const course = on_.get(therapy.name);
  if (!course && hasEnded()) return;
  if (!course) on_.set(therapy.name, { start: NOW, stop: null });
  else if (course.stop === null && therapy.course && now() > course.start + 1e-6) course.stop = NOW;
  else if (course.stop !== null) course.stop = null;
  else on_.delete(therapy.name);
  send();
}

function sliderParts() {
  const groups = new Map();
  for (const control of state.opened.controls) {
    if (!groups.has(control.group)) groups.set(control.group, []);
    groups.get(control.group).push(control);
  }
  const parts = [];
  for (const [group, controls] of groups) {
    const start = controls[0].when === "start";
    const inner = controls.map((control) => slider(control, start));
    if (start) {
      const go = element("button", { class: "strong", id: "new-run" }, "New run with these");
      go.addEventListener("click", () => ask({ ask: "restart", set: startSets() }));
      inner.push(go);
    }
    const open = unfolded.get(group) ?? (group !== "Bone cells" && !start);
    const details = element("details", { class: "group", open }, element("summary", {}, start ? `${group} (a new run)` : group), ...inner);
    details.addEventListener("toggle", () => unfolded.set(group, details.open));
    parts.push([start, details]);
  }
  // What begins a new run stands last.
  return parts.sort((a, b) => a[0] - b[0]).map(([, part]) => part);
}

function startSets() {
  const touched = new Set(fresh.keys());
  const kept = state.opened.set.filter((set) => !touched.has(set.split("=")[0].trim()));
  for (const [path, value] of fresh) {
    const control = state.opened.controls.find((one) => one.path === path);
    kept.push(`${path}=${writeNumber(value)}${control.unit ? ` ${control.unit}` : ""}`);
  }
  fresh = new Map();
  return kept;
}

function slider(control, start) {
  const id = `slider-${control.path.replaceAll(".", "-")}`;
  const map = start ? fresh : values;
  const value = map.get(control.path) ?? control.value;
  const toShare = control.log
    ? (one) => Math.log(Math.max(one, control.least) / control.least) / Math.log(control.most / control.least)
    : (one) => (one - control.least) / (control.most - control.least);
  const toValue = control.log
    ? (share) => control.least * (control.most / control.least) ** share
    : (share) => control.least + share * (control.most - control.least);
  const of = unit(control.unit);
  const said = (one) => `${number(one)}${of ? ` ${of}` : ""}`;
  const out = element("output", { for: id }, said(value));
  const input = element("input", { type: "range", id, min: 0, max: 1000, step: 10, value: 10 * Math.round(100 * toShare(value)), "aria-describedby": `${id}-about`, "aria-valuetext": said(value) });
  input.addEventListener("input", () => {
    let chosen = Number(toValue(Number(input.value) / 1000).toPrecision(3));
    if (control.whole) chosen = Math.round(chosen);
    const near = Math.abs(Number(input.value) - Math.round(1000 * toShare(control.value))) <= 5;
    if (near) chosen = control.value;
    if (near) map.delete(control.path);
    else map.set(control.path, chosen);
    out.textContent = said(chosen);
    input.setAttribute("aria-valuetext", said(chosen));
    row.classList.toggle("used", !near);
    if (!start) sendSoon();
  });
  const home = element("i", { class: "home", "aria-hidden": "true" });
  home.style.left = `${100 * toShare(control.value)}%`;
  const row = element(
    "div",
    { class: `slider ${map.has(control.path) ? "used" : ""}` },
    element("label", { for: id }, control.title),
    out,
    element("div", { class: "track" }, home, input),
    element("p", { class: "about", id: `${id}-about` }, `${control.about} Here ${said(control.value)}, the slider from ${number(control.least)} to ${said(control.most)}. Source: ${control.source}.`.replaceAll("..", ".")),
  );
  return row;
}
