// The page: joins the engine to what it shows.

import * as controls from "./controls.js";
import * as curves from "./curves.js";
import { connect } from "./engine.js";
import { readFrame } from "./frame.js";
import * as glossary from "./glossary.js";
import * as lessons from "./lessons.js";
import * as loop from "./loop.js";
import { isDark } from "./palette.js";
import { hasChange, on, state, take, tell } from "./state.js";
import * as taking from "./take.js";
import * as tissue from "./tissue.js";
import { dayWords, element, number, says } from "./words.js";

const $ = (id) => document.getElementById(id);
const TABS = ["curves", "change", "lessons", "table", "words"];
let wanted = taking.readAddress(location.hash);
/** That the connection is lost, and that the run failed. */
let lost = null, failed = null;

const send = connect({
  up() {
    lost = null;
    banner(null);
    send({ ask: "hello" });
  },
  down(message) {
    lost = message;
    banner(message);
  },
  text: hear,
  frame(buffer) {
    const frame = readFrame(buffer);
    if (!frame) return;
    if (!frame.cuts.length) state.whole[frame.run] = frame;
    // The whole of a volume, of once a day, may come after the cuts of a later tick.
    const last = state.frames[frame.run];
    if (!last || frame.cuts.length || frame.tick >= last.tick) state.frames[frame.run] = frame;
    tell("frame");
  },
});

function hear(reply) {
  if (reply.say === "site") return tissue.site(reply);
  if (reply.say === "file") return taking.file(reply);
  if (reply.say === "refused") {
    tell("refused");
    return note(reply.message, true);
  }
  take(reply);
  if (reply.say === "status" && !greeted) greet();
}

let greeted = false;

/** On coming: what the address asks for; else the bone is grown to day 0. */
function greet() {
  greeted = true;
  if (wanted) {
    send(wanted);
    wanted = null;
  } else if (state.status.tick === 0 && !state.status.playing) {
    send({ ask: "run_to", day: 0 });
  }
}

/** A message that stands until what it says is over; none for that the connection is lost, or that the run failed. */
function banner(message) {
  const says = message ?? lost ?? failed;
  $("banner").hidden = !says;
  $("banner").textContent = says ?? "";
}

let noteTimer = 0;
function note(message, wrong = false) {
  if (message.startsWith("the run failed")) failed = `T${message.slice(1)}. Restart it, or choose another scenario.`;
  // Of a message with the line of a file, what was found and what is allowed.
  const lines = message.split("\n").filter((line) => /^error|help:|^[^\s|]/.test(line) && !/^\s*\d*\s*\|/.test(line));
  banner(lines.map((line) => line.replace(/^\s*(error: |= help: )/, "")).map((line) => line.charAt(0).toUpperCase() + line.slice(1)).join(". "));
  $("banner").classList.toggle("wrong", wrong);
  clearTimeout(noteTimer);
  noteTimer = setTimeout(() => banner(null), wrong ? 12000 : 4000);
}

function show(name) {
  for (const tab of TABS) {
    const chosen = tab === name;
    $(`tab-${tab}`).setAttribute("aria-selected", String(chosen));
    $(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
    $(`pane-${tab}`).hidden = !chosen;
  }
  if (name === "table") curves.table();
  tell("curves");
}

function tabs() {
  for (const [at, name] of TABS.entries()) {
    $(`tab-${name}`).addEventListener("click", () => show(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = TABS[(at + by + TABS.length) % TABS.length];
      show(next);
      $(`tab-${next}`).focus();
    });
  }
}

function transport() {
  $("play").addEventListener("click", () => {
    if (state.status?.done) {
      send({ ask: "restart" });
      send({ ask: "play" });
    } else {
      send({ ask: state.status?.playing ? "pause" : "play" });
    }
  });
  $("tick").addEventListener("click", () => send({ ask: "tick" }));
  $("restart").addEventListener("click", () => {
    send({ ask: "restart" });
    send({ ask: "run_to", day: 0 });
  });
  $("speed").addEventListener("change", () => send({ ask: "speed", days_per_second: $("speed").value ? Number($("speed").value) : null }));
  $("scenario").addEventListener("change", () => {
    send({ ask: "open", scenario: $("scenario").value, until: 0 });
  });
  $("seed").addEventListener("change", () => {
    const seed = Number($("seed").value);
    if ($("seed").value !== "" && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) return begin(seed);
    note(`Found the seed ${$("seed").value || "of no number"}: give a whole number from 0 to ${LARGEST_SEED}`, true);
    $("seed").value = state.opened.seed;
  });
  $("new-seed").addEventListener("click", () => begin((state.opened.seed + 1) % LARGEST_SEED));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, button, summary, canvas, [role=tab]");
    if (event.key === " " && !typing) {
      event.preventDefault();
      $("play").click();
    }
  });
}

const LARGEST_SEED = 4294967295;

function begin(seed) {
  state.seed = seed;
  send({ ask: "restart", seed });
  send({ ask: "run_to", day: 0 });
}

function theme() {
  const saved = localStorage.getItem("howship-theme");
  if (saved) document.documentElement.dataset.theme = saved;
  $("theme").addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("howship-theme", next);
    tell("theme");
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tell("theme"));
}

on("welcome", () => {
  const groups = new Map();
  for (const { name, description, group } of state.welcome.scenarios) {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(element("option", { value: name }, description.length > 90 ? `${description.slice(0, 88)}…` : description || name));
  }
  $("scenario").replaceChildren(...[...groups].map(([label, options]) => element("optgroup", { label }, ...options)));
  $("engine").textContent = `howship ${state.welcome.version}, ${state.welcome.engine === "wasm" ? "in this browser" : "on this machine"}`;
});

on("opened", () => {
  failed = null;
  banner(null);
});

on("opened welcome", () => {
  if (!state.opened) return;
  $("scenario").value = state.opened.scenario;
  $("seed").value = state.opened.seed;
  $("tick").title = `One step of the simulation: ${number(state.opened.tick_h)} h`;
  document.title = `${state.opened.scenario.replaceAll("_", " ")}: howship`;
});

on("status changed opened", () => {
  const { status, opened } = state;
  if (!status || !opened) return;
  const sign = status.playing ? "Pause" : status.done ? "Again" : "Play";
  says($("play").querySelector(".says"), sign);
  $("play").dataset.sign = sign;
  $("tick").disabled = status.playing || status.done;
  const growing = status.day < 0;
  // The bone is grown, and nothing goes on by itself.
  const ready = !status.playing && !status.done && Math.abs(status.day) < 1e-6 && !growing;
  says($("day"), growing ? "Growing the bone" : `Day ${dayWords(status.day)}`);
  says($("of"), growing ? `${Math.ceil(-status.day)} days of remodelling to day 0` : `of ${dayWords(opened.days)}${status.done ? ", done" : ready ? ": press Play" : ""}`);
  const share = growing ? 1 + status.day / opened.burn_in_d : status.day / opened.days;
  const bar = $("bar");
  bar.setAttribute("aria-valuenow", Math.round(100 * share));
  bar.classList.toggle("growing", growing);
  bar.querySelector("i").style.width = `${100 * share}%`;
  const mark = bar.querySelector("b");
  mark.hidden = !hasChange() || growing;
  if (hasChange()) mark.style.left = `${(100 * state.change.at) / opened.days}%`;
  const speed = status.days_per_second === null ? "" : String(status.days_per_second);
  if ([...$("speed").options].some((option) => option.value === speed)) $("speed").value = speed;
  const catches = status.with_day !== null && status.with_day < status.day - 1e-9;
  const differs = !hasChange()
    ? ""
    : catches ? `The run with the change catches up: day ${dayWords(status.with_day)} of ${dayWords(status.day)}; the ring shows both on that day.`
      : status.differs !== null ? `First differs on day ${status.differs.toFixed(1)}: cells or bone.`
        : status.with_day !== null ? "Parted; cells and bone are still the same." : `The runs part on day ${dayWords(state.change.at)}.`;
  says($("differs"), differs);
  says($("digest"), status.digest
    ? `fingerprint (digest) ${status.digest.slice(0, 12)}${status.with_digest ? `, with ${status.with_digest.slice(0, 12)}` : ""}`
    : "");
  $("digest").title = status.digest ? `Digest of the state: two runs with the same are the same to the last bit. ${status.digest}${status.with_digest ? ` without the change, ${status.with_digest} with it` : ""}` : "";
});

on("rows", () => {
  if (!$("pane-table").hidden) curves.table();
});

theme();
tabs();
transport();
tissue.begin(send);
curves.begin();
loop.begin();
controls.begin(send);
glossary.begin();
lessons.begin(send, show);
taking.begin(send, note);
