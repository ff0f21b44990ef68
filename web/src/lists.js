// SPDX-License-Identifier: Apache-2.0
//
// Pages that are lists: problems, hosts, services, groups, events, downtimes,
// comments, history, notifications.

import { html } from "htm/preact";
import { all, any, is, list, not, rest } from "./api.js";
import { conditions } from "./search.js";
import { Grid, ticked, shown } from "./grid.js";
import { HOST, SERVICE, HostLink, ServiceLink, hostColumns, hostKey, problemColumns, serviceColumns, serviceKey } from "./columns.js";
import { ACTIONS, act, allowed } from "./dialogs.js";
import { address, dialog, fault, may, note, nudge, rewrite, route, settings, useData } from "./store.js";
import { Choice } from "./availability.js";
import { At, Chip, STALE, Wait, duration, isService, setClock, severity } from "./show.js";
import { many, t } from "./words.js";

export function Title({ text, children }) {
  const total = shown.value?.total;
  return html`<h1>${text} ${total != null && html`<small>${total}</small>`}${children}</h1>`;
}

/** Buttons for the ticked rows, or for all that was found. */
export function ActionBar({ rows }) {
  const chosen = rows ?? [...ticked.value.values()];
  const found = !rows && chosen.length === 0 && shown.value?.spec?.query && shown.value.total > 0 ? shown.value : null;
  if (!chosen.length && !found) return null;
  return html`<div class="actions" role="toolbar" aria-label=${t("do it")}>
    ${!rows && html`<span>${found ? t("select all found", found.total) : t("selected", chosen.length)}
      ${!found && html` <button class="link" onClick=${() => { ticked.value = new Map(); }}>${t("clear")}</button>`}</span>`}
    ${allowed().map((name) => html`<button key=${name} onClick=${() => act(name, found ? undefined : chosen, found)}>${t(name)}${
      ACTIONS[name].key && settings.value.keys ? html` <kbd>${ACTIONS[name].key}</kbd>` : ""}</button>`)}</div>`;
}

// --- problems ---------------------------------------------------------------

const problem = (service, handled) => all(
  is("state", 0, "!="), is("has_been_checked", 1),
  service && is("host_state", 0),
  !handled && is("acknowledged", 0),
  !handled && is("scheduled_downtime_depth", 0),
  !handled && service && is("host_scheduled_downtime_depth", 0),
);
const problemKey = (r) => (isService(r) ? serviceKey(r) : hostKey(r));
let known = null;

/** New problems are spoken, politely, by screen readers. */
function announce(rows) {
  const now = new Set(rows.map(problemKey));
  const fresh = known ? [...now].filter((k) => !known.has(k)) : [];
  known = now;
  if (fresh.length) {
    document.getElementById("news").textContent = t("new problems", fresh.slice(0, 3).join(", "));
  }
}

export function Problems() {
  const { q = "", handled } = route.value.args;
  const key = `problems ${q} ${handled}`;
  const data = useData(key, async () => {
    const ask = (table, columns, service) => list({
      table, columns, limit: 5000, query: all(problem(service, handled), conditions(table, q)) });
    const [hosts, services] = await Promise.all([ask("hosts", HOST, false), ask("services", SERVICE, true)]);
    setClock(hosts.now);
    const rows = [...hosts.rows, ...services.rows]
      .sort((a, b) => severity(b) - severity(a) || b.last_state_change - a.last_state_change);
    announce(rows);
    return rows;
  });
  return html`<${Title} text=${t("problems")}>
      <label class="check side"><input type="checkbox" checked=${Boolean(handled)}
        onChange=${(e) => rewrite({ handled: e.target.checked ? 1 : "" })}/> ${t("also handled")}</label><//>
    <${ActionBar}/>
    ${data ? html`<${Grid} rows=${data} columns=${problemColumns} name=${problemKey} selectable
      open=${(r) => (isService(r) ? ["service", [r.host_name, r.description]] : ["host", [r.name]])}
      empty=${q ? t("nothing fits") : html`<strong>${t("no problems")}</strong>`}/>` : html`<${Wait} of=${key}/>`}`;
}

// --- hosts and services -----------------------------------------------------

const SHOWN = ["all", "problems", "unhandled", "stale"];

/** What the overview counts under this name (web-ui.md 1.1). */
function counted(service, show) {
  const awake = [is("scheduled_downtime_depth", 0), service && is("host_scheduled_downtime_depth", 0)];
  if (show === "stale") return all(is("staleness", STALE, ">="), awake);
  return (show === "problems" || show === "unhandled")
    && all(is("state", 0, "!="), is("has_been_checked", 1), service && is("host_state", 0), show === "unhandled" && is("acknowledged", 0), awake);
}

function specOf(table, columns, names) {
  const { q = "", sort = "", show = "all" } = route.value.args;
  const parts = [counted(table === "services", show), conditions(table, q)].filter(Boolean);
  // By how bad a state is, not by its number.
  const by = (sort || (show === "all" ? "" : "-state")).replace(/^(-?)state$/, "$1severity");
  return { table, columns, query: parts.length > 1 ? all(parts) : parts[0], sort: [...(by ? [by] : []), ...names] };
}

/** The choice of SHOWN, and what an empty list says. */
function chosen() {
  const { q, show = "all" } = route.value.args;
  return { none: show === "all" && !q ? t("nothing yet") : q ? t("nothing fits") : html`<strong>${t(`none ${show}`)}</strong>`,
    choice: html`<${Choice} label="show" value=${show} values=${SHOWN} word=${(s) => t(`show ${s}`)} change=${(s) => rewrite({ show: s === "all" ? "" : s })}/>` };
}

export function Hosts() {
  const { none, choice } = chosen();
  return html`<${Title} text=${t("hosts")}>${choice}<//><${ActionBar}/>
    <${Grid} spec=${specOf("hosts", HOST, ["name"])} columns=${hostColumns} name=${hostKey} selectable open=${(r) => ["host", [r.name]]} empty=${none}/>`;
}

export function Services() {
  const { none, choice } = chosen();
  return html`<${Title} text=${t("services")}>${choice}<//><${ActionBar}/>
    <${Grid} spec=${specOf("services", SERVICE, ["host_name", "description"])} columns=${serviceColumns()} name=${serviceKey} selectable
      open=${(r) => ["service", [r.host_name, r.description]]} empty=${none}/>`;
}

// --- groups -----------------------------------------------------------------

const GROUP = {
  hostgroups: ["name", "alias", "num_hosts", "num_hosts_up", "num_hosts_down", "num_hosts_unreach"],
  servicegroups: ["name", "alias", "num_services", "num_services_ok", "num_services_warn", "num_services_crit", "num_services_unknown"],
};

const Count = ({ n, style }) => (n ? html`<span class=${`chip small s-${style}`}>${n}</span>` : "");

function GroupList({ table, page, prefix, counts }) {
  const columns = [
    { id: "name", title: t("name"), by: "name", style: "name", draw: (r) => html`<a href=${address(page, [], { q: `${prefix}:${r.name}` })}>${r.name}</a>` },
    { id: "alias", title: t("alias column"), by: "alias", style: "output", draw: (r) => r.alias },
    ...counts.map(([column, title, style]) => ({ id: column, title, style: "number", draw: (r) => html`<${Count} n=${r[column]} style=${style}/>` })),
  ];
  return html`<${Grid} spec=${{ table, columns: GROUP[table], sort: ["name"] }} columns=${columns} name=${(r) => r.name}
    open=${(r) => [page, [], { q: `${prefix}:${r.name}` }]} empty=${t("nothing there")}/>`;
}

export const Groups = () => html`<h1>${t("hosts")}</h1>
  <${GroupList} table="hostgroups" page="hosts" prefix="hg" counts=${[["num_hosts_up", "UP", "ok"], ["num_hosts_down", "DOWN", "crit"], ["num_hosts_unreach", "UNREACH", "unknown"]]}/>
  <h1>${t("services")}</h1>
  <${GroupList} table="servicegroups" page="services" prefix="sg" counts=${[["num_services_ok", "OK", "ok"], ["num_services_warn", "WARN", "warn"], ["num_services_crit", "CRIT", "crit"], ["num_services_unknown", "UNKNOWN", "unknown"]]}/>`;

// --- what is removed from a list --------------------------------------------

const Where = ({ row: r }) => html`<${HostLink} name=${r.host_name}/>${r.service_description
  && html` <span class="soft-text">/</span> <${ServiceLink} host=${r.host_name} name=${r.service_description}/>`}`;

export async function change(path, body, what) {
  try {
    await rest("POST", path, body);
    note.value = t("done", what, many(1));
    fault.value = "";
  } catch (e) {
    fault.value = e.message;
  }
  nudge.value++;
}

const removal = (permission, path, id, what = "remove") => ({
  id: "do", title: "", spoken: "do", style: "do",
  draw: (r) => may(permission) && html`<button class="link" data-press="Delete" onClick=${() => change(path, { delete_type: "by_id", [id]: r.id }, t(what))}>${t(what)}</button>`,
});

const RECURS = { 2: "hour", 4: "day", 6: "week", 8: "second_week", 10: "fourth_week", 12: "weekday_start", 14: "weekday_end", 16: "day_of_month" };

/** Flexible and recurring ones say so. */
const Kind = ({ row: r }) => [!r.fixed && t("flexible for", duration(r.duration)), RECURS[r.recurring & ~1] && t(`recur ${RECURS[r.recurring & ~1]}`)]
  .filter(Boolean).join(", ");

export function Downtimes({ query }) {
  const remove = removal("action.downtimes", "domain-types/downtime/actions/delete/invoke", "downtime_id");
  const columns = [
    { id: "where", title: t("name"), by: "host_name", style: "name wide", draw: (r) => html`<${Where} row=${r}/>` },
    { id: "from", title: t("from"), by: "start_time", style: "time", draw: (r) => html`<${At} time=${r.start_time}/>` },
    { id: "until", title: t("until"), by: "end_time", style: "time", draw: (r) => html`<${At} time=${r.end_time}/>` },
    { id: "author", title: t("author"), by: "author", style: "short", draw: (r) => r.author },
    { id: "kind", title: t("recurs"), style: "short", draw: (r) => html`<${Kind} row=${r}/>` },
    { id: "comment", title: t("comment"), style: "output", draw: (r) => html`<span title=${r.comment}>${r.comment}</span>` },
    { ...remove, style: "do two", draw: (r) => may("action.downtimes") && html`<button class="link" data-press="e"
      onClick=${() => { dialog.value = { kind: "downtime", name: "change downtime", row: r }; }}>${t("change")}</button>${remove.draw(r)}` },
  ];
  const { sort } = route.value.args;
  return html`<${Title} text=${t("downtimes")}/>
    <${Grid} spec=${{ table: "downtimes", columns: ["id", "host_name", "service_description", "author", "comment", "start_time", "end_time", "fixed", "duration", "recurring"],
      query, sort: [sort || "start_time", "id"] }} columns=${columns} name=${(r) => r.id} empty=${t("nothing there")}/>`;
}

export function Comments({ query }) {
  const columns = [
    { id: "where", title: t("name"), by: "host_name", style: "name wide", draw: (r) => html`<${Where} row=${r}/>` },
    { id: "time", title: t("time"), by: "entry_time", style: "time", draw: (r) => html`<${At} time=${r.entry_time}/>` },
    { id: "author", title: t("author"), by: "author", style: "short", draw: (r) => r.author },
    { id: "comment", title: t("comment"), style: "output", draw: (r) => r.comment },
    removal("action.addcomment", "domain-types/comment/actions/delete/invoke", "comment_id"),
  ];
  const { sort } = route.value.args;
  return html`<${Title} text=${t("comments")}/>
    <${Grid} spec=${{ table: "comments", columns: ["id", "host_name", "service_description", "author", "comment", "entry_time"],
      query, sort: [sort || "-entry_time", "id"] }} columns=${columns} name=${(r) => r.id} empty=${t("nothing there")}/>`;
}

// --- history ----------------------------------------------------------------

const RANGES = { hour: 3600, day: 86400, week: 604800, month: 2678400 };

/** From when on, so that the same list is asked for a minute. */
function since(range) {
  return Math.floor(Date.now() / 60000) * 60 - (RANGES[range] ?? RANGES.day);
}

export function History({ query, kind }) {
  const { q = "", range = "day" } = route.value.args;
  const what = kind ? is("class", 3) : not(any(is("class", 0), is("class", 6)));
  const conditionsOfText = q && any(["host_name", "service_description", "plugin_output", "type", "contact_name"].map((c) => is(c, q, "~~")));
  const columns = [
    { id: "time", title: t("time"), style: "time", draw: (r) => html`<${At} time=${r.time}/>` },
    { id: "what", title: t("what"), style: "kind", draw: (r) => html`<span title=${r.type}>${r.type}</span>` },
    { id: "state", title: t("state"), style: "state", draw: (r) => / (ALERT|NOTIFICATION)$/.test(r.type) && !/DOWNTIME|FLAPPING|ACKNOWLEDGE/.test(r.type)
      && html`<${Chip} service=${Boolean(r.service_description)} state=${r.state}/>` },
    { id: "where", title: t("name"), style: "name wide", draw: (r) => r.host_name && html`<${Where} row=${r}/>` },
    ...(kind ? [{ id: "contact", title: t("contact"), style: "short", draw: (r) => r.contact_name }] : []),
    { id: "text", title: t("output"), style: "output", draw: (r) => html`<span title=${r.plugin_output || r.message}>${r.plugin_output || r.comment || r.options}</span>` },
  ];
  return html`<${Title} text=${t(kind ?? "history")}><label class="side">${t("hours back")} <select value=${range}
      onChange=${(e) => rewrite({ range: e.target.value })}>${Object.keys(RANGES).map((r) => html`<option value=${r}>${t(r)}</option>`)}</select></label><//>
    <${Grid} spec=${{ table: "log", query: all(is("time", since(range), ">="), what, query, conditionsOfText), sort: ["-time", "-lineno"],
      columns: ["time", "lineno", "type", "state", "host_name", "service_description", "contact_name", "plugin_output", "comment", "options", "message"] }}
      columns=${columns} name=${(r) => `${r.time} ${r.lineno}`} empty=${q ? t("nothing fits") : t("nothing there")}/>`;
}
