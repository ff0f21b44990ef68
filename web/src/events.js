// SPDX-License-Identifier: Apache-2.0
//
// The event console: events that live, one event with its past, and what became
// of all of them.

import { html } from "htm/preact";
import { all, any, is, list } from "./api.js";
import { Grid } from "./grid.js";
import { Choice } from "./availability.js";
import { HostLink } from "./columns.js";
import { Title, change } from "./lists.js";
import { address, may, rewrite, route, useData } from "./store.js";
import { Ago, At, EventState, Wait, setClock } from "./show.js";
import { t, term } from "./words.js";

const eventPath = (id, what) => `objects/event_console/${id}/actions/${what}/invoke`;

const EventButtons = ({ row: r }) => html`
  ${may("action.update_event") && r.event_phase === "open" && html`<button class="link" data-press="a"
    onClick=${() => change(eventPath(r.event_id, "update_and_acknowledge"), {}, t("acknowledge"))}>${t("acknowledge")}</button> `}
  ${may("action.delete_event") && html`<button class="link" data-press="z" onClick=${() => change("domain-types/event_console/actions/delete/invoke",
    { filter_type: "by_id", event_id: r.event_id }, t("archive"))}>${t("archive")}</button>`}`;

export function Events() {
  const { q = "", sort, show = "all" } = route.value.args;
  const parts = [q && any(["event_text", "event_host", "event_application"].map((c) => is(c, q, "~~"))),
    show !== "all" && is("event_state", 0, "!="), show === "unhandled" && is("event_phase", "open")].filter(Boolean);
  const query = parts.length ? all(parts) : undefined;
  const columns = [
    { id: "state", title: t("state"), by: "event_state", style: "state", draw: (r) => html`<${EventState} state=${r.event_state}/>` },
    { id: "host", title: t("host"), by: "event_host", style: "host", draw: (r) => r.event_host },
    { id: "app", title: t("application"), by: "event_application", style: "short", draw: (r) => r.event_application },
    { id: "time", title: t("since"), by: "event_last", style: "since", draw: (r) => html`<${Ago} time=${Math.floor(r.event_last)}/>` },
    { id: "count", title: t("count"), by: "event_count", style: "number", draw: (r) => r.event_count },
    { id: "phase", title: t("phase"), by: "event_phase", style: "number", draw: (r) => term("phase", r.event_phase) },
    { id: "text", title: t("text"), style: "output", draw: (r) => html`<a href=${address("event", [r.event_id])} title=${r.event_text}>${r.event_text}</a>` },
    { id: "do", title: "", spoken: "do", style: "buttons", draw: (r) => html`<${EventButtons} row=${r}/>` },
  ];
  return html`<${Title} text=${t("events")}><a class="side" href=${address("event-history")}>${t("event-history")}</a><label class="side">${t("show")} <select value=${show} onChange=${(e) => rewrite({ show: e.target.value })}>
      ${["all", "problems", "unhandled"].map((s) => html`<option key=${s} value=${s}>${t(`show ${s}`)}</option>`)}</select></label><//>
    <${Grid} spec=${{ table: "eventconsoleevents", query, sort: [sort || "-event_last"],
      columns: ["event_id", "event_state", "event_host", "event_application", "event_last", "event_count", "event_phase", "event_text"] }}
      columns=${columns} name=${(r) => r.event_id} open=${(r) => ["event", [String(r.event_id)]]} empty=${q ? t("nothing fits") : t("nothing there")}/>`;
}

// --- the past ---------------------------------------------------------------

const RANGES = { hour: 3600, day: 86400, week: 604800, month: 2678400, year: 31622400 };
const COLUMNS = ["history_line", "history_time", "history_what", "history_who", "history_addinfo", "event_id", "event_state", "event_host", "event_text", "event_phase"];

/** Lines of the archive, newest first; `query` narrows it to an event. */
function Archive({ query, withEvent }) {
  const { q = "", range = "day" } = route.value.args;
  const from = Math.floor(Date.now() / 60000) * 60 - (RANGES[range] ?? RANGES.day);
  const text = withEvent && q && any(["event_text", "event_host", "event_application"].map((c) => is(c, q, "~~")));
  const columns = [
    { id: "time", title: t("time"), style: "time", draw: (r) => html`<${At} time=${Math.floor(r.history_time)}/>` },
    { id: "what", title: t("what"), style: "short", draw: (r) => r.history_what },
    { id: "who", title: t("author"), style: "short", draw: (r) => r.history_who },
    { id: "state", title: t("state"), style: "state", draw: (r) => html`<${EventState} state=${r.event_state}/>` },
    ...(withEvent ? [{ id: "host", title: t("host"), style: "host", draw: (r) => r.event_host }] : []),
    { id: "text", title: t("text"), style: "output", draw: (r) => (withEvent
      ? html`<a href=${address("event", [r.event_id])} title=${r.event_text}>${r.event_text}</a>` : r.history_addinfo || term("phase", r.event_phase)) },
  ];
  return html`<${Grid} spec=${{ table: "eventconsolehistory", columns: COLUMNS, sort: ["-history_line"],
      query: all(withEvent && is("history_time", from, ">="), query, text) }} columns=${columns} name=${(r) => r.history_line}
    empty=${q ? t("nothing fits") : t("nothing there")}/>`;
}

export function EventHistory() {
  const { range = "day" } = route.value.args;
  return html`<${Title} text=${t("event-history")}><${Choice} label="hours back" value=${range} values=${Object.keys(RANGES)}
      change=${(range) => rewrite({ range })}/><//><${Archive} withEvent/>`;
}

// --- one event --------------------------------------------------------------

const FACTS = ["event_host", "event_core_host", "event_ipaddress", "event_application", "event_pid", "event_facility", "event_priority", "event_count",
  "event_first", "event_last", "event_rule_id", "event_phase", "event_owner", "event_contact", "event_comment", "event_sl", "event_contact_groups"];

const value = (name, v) => (name === "event_first" || name === "event_last" ? html`<${At} time=${Math.floor(v)}/>`
  : name === "event_phase" ? term("phase", v) : name === "event_core_host" && v ? html`<${HostLink} name=${v}/>` : Array.isArray(v) ? v.join(", ") : v);

export function EventPage() {
  const id = Number(route.value.names[0]);
  const event = useData(`event ${id}`, async () => {
    const { rows, now } = await list({ table: "eventconsoleevents", columns: ["event_id", "event_state", "event_text", ...FACTS], query: is("event_id", id) });
    setClock(now);
    return rows[0] ?? null;
  }, undefined, true);
  return html`<h1>${t("event")} ${id}</h1>
    ${event === undefined ? html`<${Wait} of=${`event ${id}`}/>` : event === null ? html`<p class="card">${t("event is closed")}</p>` : html`<section class="card">
      <p><${EventState} state=${event.event_state}/> <span class="event-buttons"><${EventButtons} row=${event}/></span></p><p class="long">${event.event_text}</p>
      <dl class="facts">${FACTS.filter((f) => event[f] !== "" && event[f] != null && !(Array.isArray(event[f]) && event[f].length === 0)).map((f) => html`<div key=${f}>
        <dt>${t(f)}</dt><dd>${value(f, event[f])}</dd></div>`)}</dl></section>`}
    <h2>${t("history")}</h2><${Archive} query=${is("event_id", id)}/>`;
}
