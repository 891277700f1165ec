// The curves: four charts with a common cursor, dose marks, kept runs, and a table of the same rows.

import { curveColours } from "./palette.js";
import { at, calmly, changeWords, doses, hasChange, hasWith, on, series, state, tell } from "./state.js";
import { runWords } from "./tissue.js";
import { column, dayWords, drug as drugWords, element, number } from "./words.js";

/* global uPlot */

const pane = document.getElementById("pane-curves");
const tablePane = document.getElementById("pane-table");
const CHOICES = [
  "bv_tv", "tumour_cells", "n_oc", "n_ob", "n_precursor", "pthrp_pm", "rankl_free_pm", "opg_pm", "tgf_beta_pm", "igf_pm",
  "es_bs", "os_bs", "resorbed_mm3", "formed_mm3", "owed_mm3", "calcium_released_fmol", "bs_mm2",
];
const HIDDEN = /_made_amol|_released_amol|_decayed_amol|_leaked_amol|_change_amol|residual|time_d|_doses$/;

const charts = [];
let slider, cursorWords, grid;

export function begin() {
  grid = element("div", { class: "charts" });
  slider = element("input", { type: "range", min: 0, max: 100, step: 0.25, value: 100, "aria-label": "Cursor on the curves: day", "aria-describedby": "cursor-words" });
  slider.addEventListener("input", () => {
    state.cursor = Number(slider.value);
    cursor();
  });
  cursorWords = element("p", { class: "cursor-words", id: "cursor-words" });
  const keep = element("button", { class: "quiet small", id: "keep" }, "Keep curves");
  keep.addEventListener("click", keepRun);
  const forget = element("button", { class: "quiet small", id: "forget", hidden: true }, "Forget kept ones");
  forget.addEventListener("click", () => {
    state.kept = [];
    keep.focus();
    tell("rows");
  });
  pane.append(element("div", { class: "key" }, element("div", { class: "key", id: "curve-key" }), element("div", { class: "row" }, keep, forget)), grid, element("label", { class: "cursor" }, element("span", {}, "Cursor"), slider), cursorWords);
  for (let place = 0; place < 4; place += 1) charts.push(makeChart(place));
  on("opened", opened);
  on("rows", calmly(draw));
  on("changed curves theme", draw);
  new ResizeObserver(() => draw()).observe(grid);
}

function makeChart(place) {
  const select = element("select", { "aria-label": `Curve ${place + 1}` });
  select.addEventListener("change", () => {
    state.curves[place] = select.value;
    tell("curves");
  });
  const box = element("div", { class: "plot" });
  const says = element("span", { class: "unit" });
  grid.append(element("div", { class: "chart" }, element("div", { class: "chart-head" }, select, says), box));
  return { select, box, says, plot: null, key: "" };
}

function opened() {
  slider.max = state.opened.days;
  slider.value = state.opened.days;
  state.cursor = null;
  draw();
}

/** Columns that a chart may show. */
function choices() {
  const there = new Set([...state.rows.without.columns, ...state.rows.with.columns]);
  if (!there.size) return CHOICES;
  const rest = [...there].filter((name) => !CHOICES.includes(name) && !HIDDEN.test(name));
  return [...CHOICES.filter((name) => there.has(name)), ...rest];
}

/** The curves of a column: those of both runs, and of kept ones, on common days. */
function lines(name) {
  const { factor } = column(name);
  const palette = curveColours();
  const all = state.kept.map((run, at) => ({ ...series(run, name), colour: palette.kept[at % 3], width: 1.5, dash: [2, 3], label: run.label }));
  all.push({ ...series("without", name), colour: palette.without, width: hasChange() ? 1.8 : 2.2, dash: hasChange() ? [6, 3] : [], label: hasChange() ? runWords("without") : "this run" });
  if (hasWith()) {
    const own = series("with", name);
    const begin = own.days.findIndex((day) => day >= state.change.at - 1e-6);
    all.push({ days: own.days.slice(Math.max(0, begin)), values: own.values.slice(Math.max(0, begin)), colour: palette.with, width: 2.4, dash: [], label: runWords("with") });
  }
  const days = [...new Set(all.flatMap((line) => line.days.map((day) => Math.round(day * 1e4) / 1e4)))].sort((a, b) => a - b);
  const data = all.map((line) => {
    const values = new Map(line.days.map((day, at) => [Math.round(day * 1e4) / 1e4, line.values[at]]));
    return days.map((day) => {
      const value = values.get(day);
      return value === null || value === undefined ? undefined : value * factor;
    });
  });
  return { all, days, data };
}

function draw() {
  if (!state.opened || pane.hidden) return;
  const list = choices();
  charts.forEach((chart, place) => {
    if (chart.select.dataset.list !== list.join()) {
      chart.select.dataset.list = list.join();
      chart.select.replaceChildren(...list.map((name) => element("option", { value: name }, column(name).title)));
    }
    chart.select.value = state.curves[place];
    drawChart(chart, state.curves[place]);
  });
  document.getElementById("forget").hidden = state.kept.length === 0;
  document.getElementById("keep").disabled = state.rows.without.rows.length === 0;
  legend();
  cursor();
}

function drawChart(chart, name) {
  const { all, days, data } = lines(name);
  const { unit } = column(name);
  chart.says.textContent = unit;
  const palette = curveColours();
  const box = chart.box.getBoundingClientRect();
  const size = { width: Math.max(160, Math.floor(box.width)), height: Math.max(90, Math.floor(box.height)) };
  const key = JSON.stringify([name, all.map((line) => [line.colour, line.label]), size, state.opened.days, palette.ink]);
  if (chart.key === key && chart.plot) {
    chart.plot.setData([days, ...data]);
    return;
  }
  chart.key = key;
  chart.plot?.destroy();
  const axis = { stroke: palette.ink, font: "11px system-ui, sans-serif", grid: { stroke: palette.grid, width: 1 }, ticks: { stroke: palette.grid, size: 4 } };
  const top = (_, least, most) => span(least, most);
  chart.plot = new uPlot(
    {
      ...size,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false }, sync: { key: "days" } },
      scales: { x: { time: false, range: [0, state.opened.days] }, y: { range: top } },
      axes: [
        { ...axis, size: 24, gap: 3, values: (_, ticks) => ticks.map((tick, at_) => (at_ === 0 ? `day ${tick}` : String(tick))), space: 40 },
        { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => number(tick)), space: 22 },
      ],
      series: [{}, ...all.map((line) => ({ stroke: line.colour, width: line.width, dash: line.dash, spanGaps: true, points: { show: false } }))],
      hooks: {
        draw: [marks],
        setCursor: [
          (plot) => {
            if (!plot.over.matches(":hover") || plot.cursor.left < 0) return;
            state.cursor = plot.posToVal(plot.cursor.left, "x");
            slider.value = state.cursor;
            say();
          },
        ],
      },
    },
    [days, ...data],
    chart.box,
  );
}

/** From where to where an axis goes: from 0, but where all lies far above it, from near the least. */
export function span(least, most) {
  if (!(most > 0)) return [Math.min(0, least ?? 0), 1];
  if (least > 0.6 * most) {
    const room = Math.max(most - least, 0.12 * most);
    return [Math.max(0, least - 0.6 * room), most + 0.25 * room];
  }
  return [least >= 0 ? 0 : least * 1.05, most * 1.08];
}

/** The day on which the runs part, doses, and the cursor. */
function marks(plot) {
  const palette = curveColours();
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  const place = (day) => plot.valToPos(day, "x", true);
  if (hasChange()) {
    ctx.strokeStyle = palette.with;
    ctx.globalAlpha = 0.7;
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(place(state.change.at), bbox.top);
    ctx.lineTo(place(state.change.at), bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  for (const [run, colour] of [["without", palette.without], ["with", palette.with]]) {
    if (run === "with" && !hasWith()) continue;
    ctx.fillStyle = colour;
    ctx.globalAlpha = 1;
    for (const { day } of doses(run)) {
      const x = place(day);
      ctx.beginPath();
      ctx.moveTo(x - 3.5 * ratio, bbox.top);
      ctx.lineTo(x + 3.5 * ratio, bbox.top);
      ctx.lineTo(x, bbox.top + 7 * ratio);
      ctx.fill();
    }
  }
  if (state.cursor !== null) {
    ctx.strokeStyle = palette.ink;
    ctx.globalAlpha = 0.8;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(place(state.cursor), bbox.top);
    ctx.lineTo(place(state.cursor), bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function cursor() {
  for (const { plot } of charts) plot?.redraw(false);
  say();
}

/** Says the values at the cursor, or the last. */
function say() {
  const rows = state.rows.without.rows;
  if (!rows.length) {
    cursorWords.textContent = "The curves begin on day 0.";
    return;
  }
  const day = Math.min(state.cursor ?? Infinity, rows[rows.length - 1][0]);
  const parts = state.curves.map((name) => {
    const { title, unit, factor } = column(name);
    const said = (run) => {
      const value = at(run, name, day);
      return value === null ? "none" : number(value * factor);
    };
    const of = unit && unit !== "cells" ? ` ${unit}` : "";
    const both = hasWith() && day >= state.change.at ? `${said("without")}${of} without, ${said("with")}${of} with` : said("without") + of;
    return `${title}: ${both}`;
  });
  cursorWords.textContent = `Day ${dayWords(day)}. ${parts.join("; ")}.`;
}

function legend() {
  const key = document.getElementById("curve-key");
  const palette = curveColours();
  const entries = [];
  const entry = (colour, kind, says) => {
    const line = element("i", { class: `line ${kind}`, "aria-hidden": "true" });
    line.style.borderColor = colour;
    return element("span", {}, line, says);
  };
  if (hasChange()) {
    entries.push(entry(palette.without, "dashed", runWords("without")), entry(palette.with, "full", runWords("with")));
    entries.push(element("span", {}, `┊ day ${dayWords(state.change.at)}: the runs part`));
  }
  state.kept.forEach((run, at) => entries.push(entry(palette.kept[at % 3], "dotted", run.label)));
  const given = (run) => [...new Set(doses(run).map(({ drug }) => drugWords(drug)))].join(", ");
  for (const [run, says] of [["without", hasChange() ? " without" : ""], ["with", " with"]]) {
    if ((run === "without" || hasWith()) && given(run)) {
      const mark = element("i", { "aria-hidden": "true" }, "▼");
      mark.style.color = run === "with" ? palette.with : palette.without;
      entries.push(element("span", {}, mark, ` doses${says}: ${given(run)}`));
    }
  }
  key.replaceChildren(...entries);
}

function keepRun() {
  const copy = (run) => ({ columns: [...state.rows[run].columns], rows: [...state.rows[run].rows] });
  const name = state.opened.scenario.replaceAll("_", " ");
  const number_ = state.kept.length + 1;
  state.kept.push({ ...copy(hasWith() ? "with" : "without"), label: `kept ${number_}: ${name}, seed ${state.opened.seed}${hasWith() ? `, with ${changeWords()}` : ""}` });
  if (state.kept.length > 3) state.kept.shift();
  tell("rows");
}

/** The table of the same rows, a day each. */
export function table() {
  const names = state.curves;
  const rows = state.rows.without.rows.filter((row) => Math.abs(row[0] - Math.round(row[0])) < 1e-6);
  const both = hasWith();
  const head = names.map((name) => {
    const { title, unit } = column(name);
    return element("th", { scope: "colgroup", colspan: both ? 2 : 1 }, unit && unit !== "cells" ? `${title} (${unit})` : title);
  });
  const second = both ? [element("tr", {}, element("th", { scope: "col" }, element("span", { class: "hidden" }, "run")), ...names.flatMap(() => [element("th", { scope: "col" }, "without"), element("th", { scope: "col" }, "with")]))] : [];
  const body = rows.map((row) => {
    const cells = names.flatMap((name) => {
      const { factor } = column(name);
      const said = (run) => {
        const value = at(run, name, row[0]);
        return element("td", {}, value === null ? "none" : number(value * factor));
      };
      const last = state.rows.with.rows[state.rows.with.rows.length - 1];
      const reached = both && row[0] >= state.change.at - 1e-6 && last && last[0] >= row[0] - 1e-6;
      return both ? [said("without"), reached ? said("with") : element("td", {}, "")] : [said("without")];
    });
    return element("tr", {}, element("th", { scope: "row" }, dayWords(row[0])), ...cells);
  });
  tablePane.replaceChildren(
    element("p", { class: "hint" }, "The values of the four curves at the end of each day. The whole table is under “Take home”."),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of the curves" },
      element("table", {}, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Day"), ...head), ...second), element("tbody", {}, ...body))),
  );
}

export { lines };
