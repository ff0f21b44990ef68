// SPDX-License-Identifier: Apache-2.0
//
// The site itself: its daemons, its fetchers, how late checks are, what waits,
// and everything that is counted.

import { html } from "htm/preact";
import { list, post } from "./api.js";
import { useData } from "./store.js";
import { At, Wait, duration, setClock } from "./show.js";
import { t, term } from "./words.js";

const COLUMNS = ["program_version", "program_start", "counters", "num_hosts", "num_services", "average_latency_generic", "average_latency_fetcher",
  "helper_usage_generic", "helper_usage_fetcher", "host_checks_rate", "service_checks_rate", "num_queued_notifications", "livestatus_usage", "livestatus_active_connections"];

const seconds = (n) => `${n.toFixed(3)} s`;
const part = (n) => `${(n * 100).toFixed(1)} %`;
const rate = (n) => `${n.toFixed(1)}/s`;

const Figures = ({ of: s }) => html`<section class="card"><h2>${t("figures")}</h2><dl class="facts">${[
  ["version", s.program_version], ["since", html`<${At} time=${s.program_start}/> (${duration(Date.now() / 1000 - s.program_start)})`],
  ["hosts", s.num_hosts], ["services", s.num_services], ["host checks", rate(s.host_checks_rate)], ["service checks", rate(s.service_checks_rate)],
  ["latency of fetches", seconds(s.average_latency_fetcher)], ["latency of plugins", seconds(s.average_latency_generic)],
  ["usage of fetches", part(s.helper_usage_fetcher)], ["usage of plugins", part(s.helper_usage_generic)],
  ["jobs that wait", s.counters?.jobs_waiting ?? 0], ["queued notifications", s.num_queued_notifications],
  ["livestatus usage", part(s.livestatus_usage)], ["livestatus connections", s.livestatus_active_connections],
].map(([name, value]) => html`<div key=${name}><dt>${t(name)}</dt><dd>${value}</dd></div>`)}</dl></section>`;

function Table({ title, what, head, row }) {
  const data = useData(`site ${what}`, async () => (await post("explain", { what })).rows, 15000, true);
  return html`<section class="card"><h2>${t(title)}</h2>${!data ? html`<${Wait} of=${`site ${what}`}/>` : html`<div class="wide-table"><table><thead><tr>
    ${head.map((h) => html`<th scope="col" key=${h}>${t(h)}</th>`)}</tr></thead><tbody>${data.map((r, i) => html`<tr key=${i}>${row(r).map((cell, k) => (k === 0
      ? html`<th scope="row" key=${k}>${cell}</th>` : html`<td key=${k} data-label=${t(head[k])}>${cell}</td>`))}</tr>`)}</tbody></table></div>`}</section>`;
}

const Runs = ({ state }) => html`<span class=${`chip s-${state === "running" ? "ok" : state === "stopped" ? "crit" : "warn"}`}>${term("runs", state)}</span>`;

export function SitePage() {
  const status = useData("site", async () => {
    const { rows, now } = await list({ table: "status", columns: COLUMNS });
    setClock(now);
    return rows[0];
  }, undefined, true);
  return html`<h1>${t("site")}</h1>
    <div class="pair">${status ? html`<${Figures} of=${status}/>` : html`<${Wait} of="site"/>`}
      <${Table} title="daemons" what="daemons" head=${["name", "state", "process", "since"]}
        row=${(d) => [d.daemon, html`<${Runs} state=${d.state}/>`, d.pid ?? "", d.since ? html`<${At} time=${d.since}/>` : ""]}/></div>
    <${Table} title="workers" what="workers" head=${["name", "state", "jobs", "usage", "answered jobs", "given away", "latency", "affinity"]}
      row=${(w) => [w.name, html`<${Runs} state=${w.state === "up" ? "running" : w.state}/>`, w.jobs, part(w.usage ?? 0), w.answered, w.given_away,
        w.latency == null ? "" : seconds(w.latency), w.affinity ?? ""]}/>
    ${status && html`<details><summary>${t("counters")}</summary><table><tbody>${Object.entries(status.counters ?? {}).sort().map(([k, v]) => html`<tr key=${k}>
      <th scope="row">${k}</th><td class="number">${v}</td></tr>`)}</tbody></table></details>`}`;
}
