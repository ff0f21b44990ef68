// SPDX-License-Identifier: Apache-2.0
//
// The pages of one host and of one service: everything that is known of it.

import { html } from "htm/preact";
import { all, is, list } from "./api.js";
import { Explained } from "./explain.js";
import { Graphs } from "./graphs.js";
import { Grid } from "./grid.js";
import { human, metrics } from "./metrics.js";
import { HOST, SERVICE, HostLink, serviceColumns, serviceKey } from "./columns.js";
import { ActionBar, Comments, Downtimes, History } from "./lists.js";
import { address, route, useData } from "./store.js";
import { Ago, At, Linked, Marks, State, Wait, duration, setClock } from "./show.js";
import { t } from "./words.js";

const MORE = ["long_plugin_output", "perf_data", "current_attempt", "max_check_attempts", "next_check", "check_command", "check_period",
  "notification_period", "last_notification", "current_notification_number", "contacts", "contact_groups", "groups", "labels", "latency",
  "execution_time", "notes_expanded", "notes_url_expanded", "action_url_expanded", "notification_postponement_reason"];

const Metrics = ({ text }) => {
  const rows = metrics(text);
  return rows.length > 0 && html`<section class="card"><h2>${t("metrics")}</h2><table><thead><tr>
    <th scope="col">${t("name")}</th><th scope="col">${t("value")}</th><th scope="col">${t("warn")}</th><th scope="col">${t("crit")}</th></tr></thead>
    <tbody>${rows.map((m) => html`<tr key=${m.name}><td>${m.name}</td><td data-label=${t("value")} title=${m.value}>${human(m.number, m.unit)}</td><td data-label=${m.warn && t("warn")}>${m.warn}</td><td data-label=${m.crit && t("crit")}>${m.crit}</td></tr>`)}</tbody></table></section>`;
};

const Facts = ({ facts }) => html`<section class="card"><h2>${t("facts")}</h2><dl class="facts">
  ${facts.filter(([, value]) => value !== "" && value != null && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd>${Array.isArray(value) ? value.join(", ") : value}</dd></div>`)}</dl></section>`;

const labels = (of) => Object.entries(of ?? {}).map(([k, v]) => `${k}:${v}`);

const common = (r) => [
  ["attempt", `${r.current_attempt}/${r.max_check_attempts}`],
  ["last check", r.last_check ? html`<${Ago} time=${r.last_check}/>` : t("not checked")],
  ["next check", r.next_check ? html`<${At} time=${r.next_check}/>` : ""],
  ["last change", html`<${At} time=${r.last_state_change}/>`],
  ["command", r.check_command], ["period", r.check_period],
  ["execution", r.execution_time ? `${r.execution_time.toFixed(3)} s` : ""],
  ["latency", r.latency ? `${r.latency.toFixed(3)} s` : ""],
  ["notification period", r.notification_period],
  ["last notification", r.last_notification ? html`<${At} time=${r.last_notification}/>` : ""],
  ["why silent", r.notification_postponement_reason],
  ["groups", r.groups], ["contact groups", r.contact_groups], ["contacts", r.contacts], ["labels", labels(r.labels)],
];

const Output = ({ of: r }) => html`<section class="card output-card"><p><${State} of=${r}/> <${Marks} of=${r}/>
    <span class="soft-text"><${Ago} time=${r.last_state_change}/></span></p>
  <p class="long"><${Linked} text=${r.plugin_output || t("not checked")}/></p>
  ${r.long_plugin_output && html`<pre>${r.long_plugin_output.replace(/\\n/g, "\n")}</pre>`}
  ${r.notes_expanded && html`<p><${Linked} text=${r.notes_expanded}/></p>`}</section>`;

function useObject(table, columns, query, key) {
  return useData(key, async () => {
    const { rows, now } = await list({ table, columns, query });
    setClock(now);
    return rows[0] ?? null;
  });
}

const Missing = () => html`<div class="empty card">${t("no such object")}</div>`;

export function HostPage() {
  const [name] = route.value.names;
  const key = `host ${name}`;
  const r = useObject("hosts", [...new Set([...HOST, ...MORE, "parents", "childs", "filename"])], is("name", name), key);
  if (r === undefined) return html`<h1>${name}</h1><${Wait} of=${key}/>`;
  if (r === null) return html`<${Missing}/>`;
  const links = (names) => html`<span>${names.map((n, i) => html`${i > 0 && ", "}<${HostLink} name=${n}/>`)}</span>`;
  const facts = [["address", r.address], ["alias", r.alias !== r.name && r.alias], ["folder", r.filename],
    ["parents", r.parents.length > 0 && links(r.parents)], ["children", r.childs.length > 0 && links(r.childs)], ...common(r)];
  return html`<h1>${name}</h1><${ActionBar} rows=${[r]}/>
    <div class="pair"><${Output} of=${r}/><${Facts} facts=${facts}/></div>
    <${Graphs} host=${name} service="" perf=${r.perf_data}/>
    <h2>${t("services")}</h2>
    <${Grid} spec=${{ table: "services", columns: SERVICE, query: is("host_name", name), sort: [route.value.args.sort || "description"] }}
      columns=${serviceColumns(false)} name=${serviceKey} selectable open=${(s) => ["service", [s.host_name, s.description]]} empty=${t("nothing there")}/>
    <${Elsewhere} host=${name}/><${Explained} host=${name} service=""/><${More} query=${is("host_name", name)}/>`;
}

const exact = (text) => `^${text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&").replace(/\s/g, "\\s")}$`;

/** The same object on other pages. */
const Elsewhere = ({ host, service }) => html`<p class="elsewhere"><a href=${address("availability", [], service
  ? { kind: "services", q: `h:${exact(host)} s:${exact(service)}` } : { kind: "services", q: `h:${exact(host)}` })}>${t("availability")}</a></p>`;

const More = ({ query }) => html`<details><summary>${t("downtimes")}, ${t("comments")}, ${t("history")}</summary>
  <${Downtimes} query=${query}/><${Comments} query=${query}/><${History} query=${query}/></details>`;

export function ServicePage() {
  const [host, name] = route.value.names;
  const query = all(is("host_name", host), is("description", name));
  const key = `service ${host} ${name}`;
  const r = useObject("services", [...new Set([...SERVICE, ...MORE])], query, key);
  if (r === undefined) return html`<h1>${name}</h1><${Wait} of=${key}/>`;
  if (r === null) return html`<${Missing}/>`;
  return html`<h1><a href=${address("host", [host])}>${host}</a> / ${name}</h1><${ActionBar} rows=${[r]}/>
    <div class="pair"><div><${Output} of=${r}/><${Metrics} text=${r.perf_data}/></div><${Facts} facts=${common(r)}/></div>
    <${Graphs} host=${host} service=${name} perf=${r.perf_data}/>
    <${Elsewhere} host=${host} service=${name}/><${Explained} host=${host} service=${name}/><${More} query=${all(is("host_name", host), is("service_description", name))}/>`;
}
