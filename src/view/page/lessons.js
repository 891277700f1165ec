// Guided lessons: read, predict, run, compare with your own picture, and with what was seen in life.

import { at, hasChange, hasWith, on, state, tell } from "./state.js";
import { look, ofRuns, runWords } from "./tissue.js";
import { ofLesson, picture } from "./take.js";
import { capital, column, dayWords, element, number } from "./words.js";

const pane = document.getElementById("pane-lessons");
let ask = () => {};
let show = () => {};
let lesson = null;
/** Of a lesson: read, run, done. */
let step = "list";
let guess = null;
/** Seed and day of parting of the run that answered. */
let answered = null;
/** True until the run of the lesson has begun: what is told before is of another. */
let waits = false;

export function begin(send, showTab) {
  ask = send;
  show = showTab;
  const shown = () => step !== "list" && step !== "read" && !waits && isOfLesson();
  ofLesson(() => (shown() ? lesson.title : null));
  ofRuns(() => (shown() && isChangeOfLesson() ? lesson.run.names ?? null : null));
  on("welcome", build);
  on("status", recall);
  on("opened", () => {
    waits = false;
    tell("names");
  });
  on("status rows", follow);
  on("opened changed", another);
  document.getElementById("lessons-open").addEventListener("click", () => {
    show("lessons");
    pane.focus();
  });
}

const paragraphs = (texts) => texts.map((text) => element("p", {}, text));

/** Where the lesson stands, over a reload of the page. */
const KEPT = "howship-lesson";

function keep() {
  const kept = step === "list" ? null : { title: lesson.title, step, guess };
  if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
  else sessionStorage.removeItem(KEPT);
}

/** True where the run that is shown is that of the lesson. */
const isOfLesson = () =>
  state.opened?.scenario === lesson?.run.scenario && (lesson.run.seed == null || lesson.run.seed === state.opened.seed);

/** True where the change is that of the lesson. */
const isChangeOfLesson = () => state.change.set.length === lesson.run.change.length && lesson.run.change.every((set) => state.change.set.includes(set));

let recalled = false;

/** Brings back the lesson of before a reload; its run where it is still there, else from its question on. */
function recall() {
  if (recalled || !state.welcome || !state.opened) return;
  recalled = true;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    // What does not read is no lesson.
  }
  const found = step === "list" && kept && state.welcome.lessons.find(({ title }) => title === kept.title);
  if (!found) return;
  lesson = found;
  const chosen = Number.isInteger(kept.guess) && kept.guess in found.predictions ? kept.guess : null;
  // In this browser the run went with the page.
  const goesOn = state.welcome.engine !== "wasm" && kept.step !== "read" && chosen !== null && isOfLesson() && isChangeOfLesson();
  step = goesOn ? "run" : "read";
  guess = goesOn ? chosen : null;
  if (goesOn) chooseCurves();
  build();
  show("lessons");
}

function build() {
  if (!state.welcome) return;
  if (step === "list") return list();
  const parts = [
    element("button", { class: "quiet small", onclick: () => go(null, "list") }, "← All lessons"),
    element("h2", {}, lesson.title),
  ];
  if (step === "read") parts.push(...reading());
  else if (step === "run") parts.push(...running());
  else parts.push(...ending());
  pane.replaceChildren(element("article", { class: "lesson" }, ...parts));
  pane.scrollTop = 0;
  // A run that has ended tells no more: what is known of it already must be said of what was just built.
  follow();
}

function go(chosen, next) {
  lesson = chosen ?? lesson;
  step = next;
  if (next === "read") guess = null;
  recalled = true;
  keep();
  build();
  pane.focus();
  tell("names");
}

function list() {
  const cards = state.welcome.lessons.map((one) =>
    element(
      "li",
      {},
      element("button", { class: "card", onclick: () => go(one, "read") }, element("strong", {}, one.title), element("span", {}, one.question), element("em", {}, `about ${one.minutes} minutes`)),
    ),
  );
  pane.replaceChildren(element("h2", {}, "Lessons"), element("p", { class: "hint" }, "A question, your prediction, a run that answers it, and what real mice or patients did."), element("ul", { class: "cards" }, ...cards));
}

function reading() {
  const run = element("button", { class: "strong", disabled: true, id: "lesson-run" }, "Lock my prediction and run");
  run.addEventListener("click", start);
  const choices = lesson.predictions.map((one, at) => {
    const input = element("input", { type: "radio", name: "prediction", value: at });
    input.addEventListener("change", () => {
      guess = at;
      run.disabled = false;
    });
    return element("label", { class: "choice" }, input, element("span", {}, one.says));
  });
  return [
    element("p", { class: "hint" }, "What you see beside this is another run. That of the lesson begins when you lock your prediction, below."),
    ...paragraphs(lesson.before),
    element("p", { class: "question" }, lesson.question),
    element("fieldset", { class: "choices" }, element("legend", {}, "What do you predict? The run begins when you have chosen."), ...choices),
    run,
  ];
}

/** The curves of the lesson, in front of those that were shown. */
function chooseCurves() {
  state.curves = [...new Set([...lesson.curves, ...state.curves, "bv_tv", "tumour_cells", "n_oc", "n_ob"])].slice(0, 4);
}

function start() {
  const { run } = lesson;
  chooseCurves();
  // Curves of other runs would stand in the picture of this one.
  state.kept = [];
  ask({ ask: "speed", days_per_second: 2 });
  ask({ ask: "open", scenario: run.scenario, seed: run.seed ?? state.seed, set: run.set, at: run.at ?? null, change: run.change, until: run.until });
  waits = true;
  go(null, "run");
  state.overlayWanted = run.field ?? "";
  tell("curves");
}

/** What is shown beside the answer is no longer the run that answered. */
function another() {
  if (step !== "done" || !pane.querySelector(".verdict")) return;
  const same = isOfLesson() && isChangeOfLesson() && answered === `${state.opened.seed} ${state.change.at}`;
  const says = document.getElementById("lesson-other");
  if (says) says.hidden = same;
}

function running() {
  return [
    element("p", { class: "mine" }, element("strong", {}, "Your prediction: "), lesson.predictions[guess].says),
    element("h3", {}, "While it runs"),
    element("ol", {}, ...lesson.look.map((text) => element("li", {}, text))),
    element("p", { class: "hint", id: "lesson-day", role: "status" }, "The bone is prepared: days of remodelling before day 0."),
    element("div", { class: "row" }, element("button", { onclick: () => show("curves") }, "See the curves"), element("button", { class: "strong", id: "lesson-answer", disabled: true, onclick: () => go(null, "done") }, "The answer")),
  ];
}

function follow() {
  if (waits || step !== "run" || !state.status || !state.opened) return;
  if (state.overlayWanted !== undefined && state.opened.scenario === lesson.run.scenario) {
    const wanted = state.overlayWanted;
    delete state.overlayWanted;
    state.overlay = state.opened.fields.some(({ name }) => name === wanted) ? wanted : "";
    look();
  }
  const says = document.getElementById("lesson-day");
  if (!says) return;
  const { day, playing } = state.status;
  const done = !playing && day >= lesson.run.until - 1e-6;
  const text = done
    ? "The run is there: now compare."
    : day < 0 ? `The bone is prepared: ${Math.ceil(-day)} more days of remodelling before day 0.` : `Day ${Math.floor(day)} of ${lesson.run.until}${playing ? "." : ": held, press Play."}`;
  if (says.textContent !== text) says.textContent = text;
  document.getElementById("lesson-answer").disabled = !done;
}

function ending() {
  const chosen = lesson.predictions[guess];
  answered = `${state.opened.seed} ${state.change.at}`;
  const image = element("img", { class: "own", alt: `Picture of your run: ${lesson.title}` });
  picture().then((svg) => (image.src = `data:image/svg+xml;base64,${btoa(String.fromCharCode(...new TextEncoder().encode(svg)))}`));
  return [
    element("div", { class: `verdict ${chosen.holds ? "holds" : "not"}` }, element("p", {}, element("strong", {}, chosen.holds ? "The run bears you out. " : "The run says otherwise. "), chosen.answer)),
    element("p", { class: "mine" }, element("strong", {}, "You predicted: "), chosen.says),
    element("p", { class: "hint", id: "lesson-other", hidden: true, role: "status" }, "What you see beside this is another run by now. Numbers and picture here are of the run that answered."),
    element("h3", {}, `Your run in numbers, seed ${state.opened.seed}`),
    figures(),
    element("h3", {}, "Your picture"),
    element("p", { class: "hint sideways" }, "It is wider than the screen: swipe it sideways, or save it under Take home."),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Picture of your run" }, image),
    element("h3", {}, "Why"),
    ...paragraphs(lesson.after),
    element("h3", {}, "The other predictions"),
    element("ul", {}, ...lesson.predictions.filter((one) => one !== chosen).map((one) => element("li", {}, element("em", {}, `“${one.says}” `), one.answer))),
    element("h3", {}, "What real mice and patients did"),
    ...lesson.in_life.map((one) => element("blockquote", {}, element("p", {}, one.says), element("cite", {}, one.source))),
    element("h3", {}, "Try next"),
    element("ul", {}, ...lesson.next.map((text) => element("li", {}, text))),
    element("div", { class: "row" }, element("button", { onclick: () => show("change") }, "Change something"), element("button", { onclick: () => go(null, "read") }, "Do it again")),
  ];
}

/** First and last values of the curves of the lesson. */
function figures() {
  const both = hasWith();
  const end = state.status?.day ?? lesson.run.until;
  const part = state.change.at ?? 0;
  // Day 0, that on which the runs part, those that the lesson asks for, and the last.
  const days = [...new Set([0, ...(both ? [part] : []), ...(lesson.run.days ?? []), end])].sort((one, other) => one - other);
  const runs = (day) => (both && day > part + 1e-6 ? ["without", "with"] : ["without"]);
  const rows = lesson.curves.map((name) => {
    const { title, unit, factor } = column(name);
    const said = (value) => (value === null || value === undefined ? "none" : number(value * factor));
    const cells = days.flatMap((day) => runs(day).map((run) => said(at(run, name, day))));
    return element("tr", {}, element("th", { scope: "row" }, unit && unit !== "cells" ? `${title} (${unit})` : title), ...cells.map((cell) => element("td", {}, cell)));
  });
  const head = days.flatMap((day) => runs(day).map((run) => `day ${dayWords(day)}${both && day > part + 1e-6 ? `, ${run}` : ""}`));
  const table = element("table", {}, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Curve"), ...head.map((text) => element("th", { scope: "col" }, text)))), element("tbody", {}, ...rows));
  const names = hasChange() && lesson.run.names ? [element("p", { class: "hint" }, `${capital(runWords("without"))}; ${runWords("with")}.`)] : [];
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Your run in numbers" }, table, ...names);
}
