// SPDX-License-Identifier: Apache-2.0
//
// How long hosts and services were in which state, from the history: a line of
// time and percentages for each, for any list that one can search for.

import { html } from "htm/preact";
import { all, is, post } from "./api.js";
import { HostLink, ServiceLink } from "./columns.js";
import { conditions } from "./search.js";
import { rewrite, route, useData } from "./store.js";
import { Wait, absolute, duration } from "./show.js";
import { save } from "./save.js";
import { t } from "./words.js";

const DAY = 86400;
const BUCKETS = {
  ok: "ok", up: "ok", warning: "warn", warn: "warn", critical: "crit", crit: "crit", down: "crit", unknown: "unknown", unreach: "unknown",
  unmonitored: "pending", out_of_service: "pending", downtime: "mark", host_down: "unknown", flapping: "warn",
};
const COLUMNS = {
  hosts: ["up", "down", "unreach", "flapping", "downtime", "out_of_service", "unmonitored"],
  services: ["ok", "warn", "crit", "unknown", "host_down", "flapping", "downtime", "out_of_service", "unmonitored"],
};

/** Begin and end of a range with a name, in the browser's local time. */
export function range(name, now = new Date()) {
  const midnight = (days, months = 0, first = false) =>
    new Date(now.getFullYear(), now.getMonth() + months, first ? 1 : now.getDate() + days).getTime() / 1000;
  const end = Math.ceil(now.getTime() / 1000);
  const monday = -((now.getDay() + 6) % 7);
  return {
    "24 h": [end - DAY, end], "7 d": [end - 7 * DAY, end], "31 d": [end - 31 * DAY, end], "365 d": [end - 365 * DAY, end],
    today: [midnight(0), end], yesterday: [midnight(-1), midnight(0)],
    "this week": [midnight(monday), end], "last week": [midnight(monday - 7), midnight(monday)],
    "this month": [midnight(0, 0, true), end], "last month": [midnight(0, -1, true), midnight(0, 0, true)],
  }[name];
}
export const RANGES = ["24 h", "7 d", "31 d", "365 d", "today", "yesterday", "this week", "last week", "this month", "last month"];

export const Choice = ({ label, value, values, change, word = (v) => t(v) }) => html`<label class="side">${t(label)} <select value=${value}
  onChange=${(e) => change(e.target.value)}>${values.map((v) => html`<option key=${v} value=${v}>${word(v)}</option>`)}</select></label>`;

/** The phases as one line; the numbers beside it say the same in words. */
function Line({ phases, from, until }) {
  const x = (time) => ((time - from) / (until - from)) * 1000;
  return html`<svg class="line" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
    ${phases.map((p) => html`<rect key=${p.from} class=${`f-${BUCKETS[p.bucket] ?? "pending"}`} x=${x(p.from)} width=${Math.max(1, x(p.until) - x(p.from))} height="10">
      <title>${`${t(`bucket ${p.bucket}`)}: ${absolute(p.from)}, ${duration(p.until - p.from)}`}</title></rect>`)}</svg>`;
}

const percent = (n) => (n == null ? "–" : `${n.toFixed(n > 99.9 && n < 100 ? 3 : 2)} %`);

function Table({ kind, data }) {
  const used = COLUMNS[kind].filter((b, i) => i === 0 || data.rows.some((r) => r.seconds[b] > 0));
  return html`<div class="wide-table"><table class="availability"><thead><tr><th scope="col">${t("name")}</th><th scope="col">${t("timeline")}</th>
    ${used.map((b) => html`<th scope="col" class="number" key=${b}>${t(`bucket ${b}`)}</th>`)}
    <th scope="col" class="number">${t("outages")}</th><th scope="col" class="number">${t("longest outage")}</th></tr></thead><tbody>
    ${data.rows.map((r) => html`<tr key=${`${r.host};${r.service}`}><th scope="row"><${HostLink} name=${r.host}/>${r.service
      && html` <span class="soft-text">/</span> <${ServiceLink} host=${r.host} name=${r.service}/>`}</th>
      <td class="timeline"><${Line} phases=${r.phases} from=${data.from} until=${data.until}/></td>
      ${used.map((b) => html`<td class="number" key=${b} data-label=${t(`bucket ${b}`)} title=${duration(r.seconds[b] ?? 0)}>${percent(r.percent[b])}</td>`)}
      <td class="number" data-label=${t("outages")}>${r.outages}</td><td class="number" data-label=${t("longest outage")}>${r.outages ? duration(r.longest_outage) : "–"}</td></tr>`)}</tbody></table></div>`;
}

function csv(kind, data) {
  const line = (cells) => cells.map((c) => `"${String(c).replace(/"/g, '""')}"`).join(";");
  return [line(["host", "service", ...COLUMNS[kind].map((b) => `${b}_s`), "outages", "longest_outage_s"]),
    ...data.rows.map((r) => line([r.host, r.service, ...COLUMNS[kind].map((b) => r.seconds[b] ?? 0), r.outages, r.longest_outage]))].join("\r\n") + "\r\n";
}

export function Availability() {
  const { q = "", kind = "hosts", range: name = "24 h", downtimes = "honour", lenient = "" } = route.value.args;
  const key = `availability ${q} ${kind} ${name} ${downtimes} ${lenient}`;
  const data = useData(key, () => {
    const [from, until] = range(name) ?? range("24 h");
    return post("availability", {
      from, until, downtimes, count_as: lenient && kind === "services" ? "warn=ok" : "",
      query: all(is("service_description", "", kind === "hosts" ? "=" : "!="), conditions("statehist", q)) });
  }, 60000, true);
  const set = (argument) => (value) => rewrite({ [argument]: value });
  return html`<h1>${t("availability")} ${data && html`<small>${data.rows.length}</small>`}</h1>
    <form class="choices" onSubmit=${(e) => e.preventDefault()}>
      <${Choice} label="of what" value=${kind} values=${["hosts", "services"]} change=${set("kind")}/>
      <${Choice} label="range" value=${name} values=${RANGES} change=${set("range")}/>
      <${Choice} label="downtimes count" value=${downtimes} values=${["honour", "exclude", "ignore"]} change=${set("downtimes")}/>
      ${kind === "services" && html`<label class="check side"><input type="checkbox" checked=${Boolean(lenient)}
        onChange=${(e) => rewrite({ lenient: e.target.checked ? 1 : "" })}/> ${t("warning is ok")}</label>`}
      ${data?.rows.length > 0 && html`<button type="button" onClick=${() => save(`availability-${kind}.csv`, "text/csv", csv(kind, data))}>CSV</button>`}
    </form>
    ${!data ? html`<${Wait} of=${key}/>` : data.rows.length === 0
      ? html`<div class="empty card">${q ? t("nothing fits") : t("nothing there")}</div>` : html`<${Table} kind=${kind} data=${data}/>`}`;
}
