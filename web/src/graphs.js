// SPDX-License-Identifier: Apache-2.0
//
// The history of an object's metrics as curves: ranges, zoom by dragging, the
// same moment in all of them, the week before, levels, and the data as a file.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "./api.js";
import { human, level, metrics } from "./metrics.js";
import { save } from "./save.js";
import { rewrite, route, useData } from "./store.js";
import { Wait, absolute } from "./show.js";
import { locale, t } from "./words.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
export const RANGES = { "4 h": 4 * HOUR, "25 h": 25 * HOUR, "8 d": 8 * 24 * HOUR, "35 d": 35 * 24 * HOUR, "400 d": 400 * 24 * HOUR };
const WIDTH = 900; // values wanted, at most

/** Several values become one: their average, or the greatest. */
function thin({ start, step, values }, most, greatest) {
  const of = Math.ceil(values.length / most);
  const times = [];
  const points = [];
  for (let i = 0; i < values.length; i += of) {
    const known = values.slice(i, i + of).filter((v) => v !== null);
    times.push(start + step * Math.min(i + of, values.length));
    points.push(known.length === 0 ? null : greatest ? Math.max(...known) : known.reduce((a, b) => a + b, 0) / known.length);
  }
  return { times, points, step: step * of };
}

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function useUPlot() {
  const [made, set] = useState(null);
  useEffect(() => { import("uplot").then((m) => set(() => m.default)); }, []);
  return made;
}

const lines = (m) => [["warn", level(m.warn)], ["crit", level(m.crit)]].filter(([, v]) => v !== undefined && Number.isFinite(v));

/** Of a tick: the time, or the day; the first of a day has both. */
function tick(time, step, begins) {
  const at = new Date(time * 1000);
  const day = at.toLocaleDateString(locale, { day: "numeric", month: "short" });
  if (step >= DAY) return day;
  const clock = at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: step < 60 ? "2-digit" : undefined });
  return begins ? `${clock}\n${day}` : clock;
}

function options(uPlot, metric, width, from, until, compared) {
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } };
  const curve = (label, stroke, more) => ({ label, stroke: color(stroke), width: 1.5, spanGaps: false, points: { show: false },
    value: (u, v) => human(v, metric.unit), ...more });
  return {
    width, height: 190, scales: { x: { min: from, max: until }, y: { range: (u, low, high) => uPlot.rangeNum(Math.min(low ?? 0, 0), high ?? 1, 0.1, true) } },
    cursor: { sync: { key: "graphs" }, drag: { x: true, y: false, setScale: false } },
    axes: [{ ...axis, space: 70, values: (u, ticks, i, space, step) => ticks.map((v, k) => tick(v, step, k === 0 || new Date(v * 1000).getDate() !== new Date(ticks[k - 1] * 1000).getDate())) }, { ...axis, size: 74, values: (u, ticks) => ticks.map((v) => human(v, metric.unit)) }],
    series: [{ label: t("time"), value: (u, v) => (v == null ? "–" : absolute(v)) }, curve(t("value"), "--accent", { fill: `${color("--accent")}22` }),
      ...(compared ? [curve(t("week before"), "--soft", { dash: [4, 4] })] : []),
      ...lines(metric).map(([name]) => curve(t(name), name === "warn" ? "--warn" : "--crit", { width: 1, dash: [8, 4] }))],
    hooks: { setSelect: [(u) => {
      if (u.select.width < 5) return;
      const [a, b] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")].map(Math.round);
      rewrite({ from: a, until: Math.max(b, a + 60) });
    }] },
  };
}

function table({ series, before, metric, greatest }) {
  const now = thin(series, WIDTH, greatest);
  // What is older may be kept in coarser steps: the value whose time this is.
  const then = (time) => before.values[Math.ceil((time - WEEK - before.start) / before.step) - 1] ?? null;
  return [now.times, now.points, ...(before ? [now.times.map(then)] : []),
    ...lines(metric).map(([, value]) => now.times.map(() => value))];
}

/** Least, average, greatest, last; what a screen reader says of the curve. */
function summary(values, unit) {
  const known = values.filter((v) => v !== null);
  if (known.length === 0) return null;
  const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  return [["least", low], ["average", known.reduce((a, b) => a + b, 0) / known.length], ["greatest", high], ["last", known.at(-1)]]
    .map(([name, v]) => `${t(name)} ${human(v, unit)}`).join(" · ");
}

function csv({ metric, start, step, values }) {
  return `"time";"${metric.replace(/"/g, '""')}"\r\n${values.map((v, i) => `${new Date((start + step * (i + 1)) * 1000).toISOString()};${v ?? ""}`).join("\r\n")}\r\n`;
}

function Graph({ series, before, metric, from, until, greatest }) {
  const node = useRef();
  const plot = useRef();
  const uPlot = useUPlot();
  const words = summary(series.values, metric.unit);
  useEffect(() => {
    if (!uPlot || !node.current || !words) return undefined;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(uPlot, metric, node.current.clientWidth, from, until, Boolean(before)),
        table({ series, before, metric, greatest }), node.current);
    };
    make();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const watch = new ResizeObserver(([entry]) => plot.current?.setSize({ width: entry.contentRect.width, height: 190 }));
    watch.observe(node.current);
    scheme.addEventListener("change", make);
    return () => { watch.disconnect(); scheme.removeEventListener("change", make); plot.current?.destroy(); plot.current = null; };
  }, [uPlot, series, before, from, until, JSON.stringify(metric)]);
  const name = series.metric.replace(/[^\w.-]/g, "_");
  return html`<figure class="graph"><figcaption><b>${series.metric}</b> <span class="soft-text">${words ?? t("no values")}</span>
      ${words && html`<span class="tools"><button class="link" onClick=${() => save(`${name}.csv`, "text/csv", csv(series))}>CSV</button>
      <button class="link" onClick=${() => plot.current?.ctx.canvas.toBlob((b) => save(`${name}.png`, "image/png", b))}>PNG</button></span>`}</figcaption>
    ${words && html`<div ref=${node} role="img" aria-label=${`${series.metric}: ${words}`}></div>`}</figure>`;
}

/** Of a host (service "") or a service; `perf` is its performance data of now. */
export function Graphs({ host, service, perf }) {
  const { range = "4 h", from: a, until: b, week = "", max = "" } = route.value.args;
  const known = metrics(perf);
  const length = RANGES[range] ?? RANGES["4 h"];
  const key = `graphs ${host} ${service} ${range} ${a} ${b} ${week} ${max} ${known.map((m) => m.name)}`;
  const data = useData(key, async () => {
    const until = b ? Number(b) : Math.ceil(Date.now() / 1000);
    const from = a ? Number(a) : until - length;
    const ask = (back) => post("graph", { host, service, metrics: known.map((m) => m.name), function: max ? "max" : "average",
      from: from - back, until: until - back });
    const [now, before] = await Promise.all([ask(0), week ? ask(WEEK) : null]);
    return { from, until, now, before };
  }, a ? 3600000 : 60000, true);
  if (known.length === 0) return null;
  return html`<section class="card graphs" aria-label=${t("graphs")}><h2>${t("graphs")}</h2>
    <div class="choices" role="group" aria-label=${t("range")}>
      ${Object.keys(RANGES).map((r) => html`<button key=${r} type="button" aria-pressed=${!a && r === range}
        onClick=${() => rewrite({ range: r, from: "", until: "" })}>${r}</button>`)}
      ${a && html`<button type="button" onClick=${() => rewrite({ from: "", until: "" })}>${t("whole range")}</button>`}
      <label class="check side"><input type="checkbox" checked=${Boolean(week)} onChange=${(e) => rewrite({ week: e.target.checked ? 1 : "" })}/> ${t("week before")}</label>
      <label class="check side"><input type="checkbox" checked=${Boolean(max)} onChange=${(e) => rewrite({ max: e.target.checked ? 1 : "" })}/> ${t("greatest values")}</label></div>
    ${!data ? html`<${Wait} of=${key}/>` : html`<div class="graph-list">${data.now.series.map((series, i) => html`<${Graph} key=${series.metric} series=${series}
      before=${data.before?.series[i]} metric=${known[i]} from=${data.from} until=${data.until} greatest=${Boolean(max)}/>`)}</div>`}</section>`;
}
