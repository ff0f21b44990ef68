// SPDX-License-Identifier: Apache-2.0
//
// What one does with hosts and services: a dialog for each, which first says
// what it will affect, and keeps what one has typed until it is done.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { rest, any, all, is, list } from "./api.js";
import { dialog, fault, may, note, nudge } from "./store.js";
import { isService, stateOf } from "./show.js";
import { ticked } from "./grid.js";
import { t, many } from "./words.js";

const local = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
const later = (minutes) => local(new Date(Date.now() + minutes * 60000));
const iso = (text) => new Date(text).toISOString();
const RECUR = ["fixed", "hour", "day", "week", "second_week", "fourth_week", "weekday_start", "weekday_end", "day_of_month"];

// fields: [name, kind, default]; send(values): [path, body] below the API.
const action = (path) => (service) => `domain-types/${service ? "service" : "host"}/actions/${path}/invoke`;
const switches = (name) => ({
  permission: name === "notifications" ? "action.notifications" : "action.enablechecks",
  fields: [["on", "check", false]],
  send: (v, service) => [`domain-types/${service ? "service" : "host"}/actions/${v.on ? "enable" : "disable"}_${name}/invoke`, {}, "object_type"],
});

export const ACTIONS = {
  acknowledge: {
    key: "a", permission: "action.acknowledge",
    fields: [["comment", "text", "", true], ["sticky", "check", true], ["persistent", "check", false], ["tell contacts", "check", true], ["expires", "time", ""]],
    send: (v, service) => [`domain-types/acknowledge/collections/${service ? "service" : "host"}`, {
      comment: v.comment, sticky: v.sticky, persistent: v.persistent, notify: v["tell contacts"],
      ...(v.expires ? { expire_on: iso(v.expires) } : {}) }, "acknowledge_type"],
  },
  "remove acknowledgement": {
    permission: "action.acknowledge", fields: [],
    send: () => ["domain-types/acknowledge/actions/delete/invoke", {}, "acknowledge_type"],
  },
  "set downtime": {
    key: "d", permission: "action.downtimes",
    fields: [["comment", "text", "", true], ["from", "time", () => later(0)], ["until", "time", () => later(120)],
      ["recurs", RECUR, "fixed"], ["flexible", "number", ""]],
    send: (v, service) => [`domain-types/downtime/collections/${service ? "service" : "host"}`, {
      comment: v.comment, start_time: iso(v.from), end_time: iso(v.until), recur: v.recurs,
      ...(v.flexible ? { duration: Number(v.flexible) } : {}) }, "downtime_type"],
  },
  comment: {
    key: "c", permission: "action.addcomment",
    fields: [["comment", "text", "", true], ["persistent", "check", true]],
    send: (v, service) => [`domain-types/comment/collections/${service ? "service" : "host"}`, v, "comment_type"],
  },
  reschedule: {
    key: "r", permission: "action.reschedule", fields: [], quick: true,
    send: (v, service) => [action("reschedule")(service), {}, "object_type"],
  },
  "enter result": {
    permission: "action.fakechecks",
    fields: [["state", ["0", "1", "2", "3"], "0"], ["output", "text", "", true]],
    send: (v, service) => [action("enter_result")(service), { state: Number(v.state), output: v.output }, "object_type"],
  },
  notify: {
    permission: "action.customnotification",
    fields: [["comment", "text", "", true], ["broadcast", "check", false], ["forced", "check", false]],
    send: (v, service) => [action("notify")(service), v, "object_type"],
  },
  "switch notifications": switches("notifications"),
  "switch active checks": switches("active_checks"),
  "switch passive checks": switches("passive_checks"),
  "switch flap detection": switches("flap_detection"),
};

export const allowed = () => Object.keys(ACTIONS).filter((name) => may(ACTIONS[name].permission));

/** Opens a dialog on rows, or on all that a list of one table shows. */
export function act(name, rows, found) {
  if (!ACTIONS[name] || !may(ACTIONS[name].permission) || (!rows?.length && !found?.total)) return;
  dialog.value = { kind: "act", name, rows, found };
}

const exactly = (r) => (isService(r) ? all(is("host_name", r.host_name), is("description", r.description)) : is("name", r.name));

async function carryOut(name, rows, found, values) {
  const parts = found
    ? [[found.spec.table === "services", found.spec.query ?? is(found.spec.table === "services" ? "description" : "name", "", "!=")]]
    : [false, true].map((service) => [service, rows.filter((r) => isService(r) === service)])
      .filter(([, list]) => list.length).map(([service, list]) => [service, any(list.map(exactly))]);
  for (const [service, query] of parts) {
    const [path, body, type] = ACTIONS[name].send(values, service);
    await rest("POST", path, { [type]: service ? "service_by_query" : "host_by_query", query, ...body });
  }
}

const WAIT_S = 15;

/** Says in a moment what a check that was asked for has given. */
async function awaitResult(row, begun) {
  const service = isService(row);
  const name = service ? `${row.host_name} / ${row.description}` : row.name;
  for (let i = 0; i < WAIT_S * 2; i++) {
    note.value = t("waits for result", name);
    const { rows: [now] } = await list({ table: service ? "services" : "hosts", query: exactly(row), limit: 1,
      columns: [...(service ? ["description"] : ["name"]), "state", "has_been_checked", "last_check", "plugin_output"] });
    if (!now) return;
    if (now.last_check >= begun) {
      note.value = t("result came", name, stateOf(now)[0], now.plugin_output);
      nudge.value++;
      return;
    }
    await new Promise((done) => { setTimeout(done, 500); });
  }
  note.value = t("no result yet", name, WAIT_S);
}

function Field({ name, kind, value, needed, set }) {
  const change = (e) => set(kind === "check" ? e.target.checked : e.target.value);
  if (kind === "check") return html`<label class="check"><input type="checkbox" checked=${value} onChange=${change}/> ${t(name)}</label>`;
  if (Array.isArray(kind)) {
    return html`<label>${t(name)} <select value=${value} onChange=${change}>
      ${kind.map((k) => html`<option value=${k}>${t(name === "recurs" ? `recur ${k}` : k)}</option>`)}</select></label>`;
  }
  return html`<label>${t(name)} <input type=${{ time: "datetime-local", number: "number", text: "text" }[kind]} value=${value}
    min=${kind === "number" ? 1 : undefined} required=${Boolean(needed)} maxlength="2000" onInput=${change}/></label>`;
}

const NAMED = 5; // of those that are affected

function Affected({ rows, found }) {
  const [first, setFirst] = useState(rows ?? []);
  const total = found ? found.total : rows.length;
  useEffect(() => {
    if (!found) return;
    const { table, query, sort } = found.spec;
    list({ table, query, sort, limit: NAMED, columns: [...(table === "services" ? ["host_name", "description"] : ["name"]), "state", "has_been_checked"] })
      .then((answer) => setFirst(answer.rows), () => {});
  }, []);
  const named = first.slice(0, NAMED);
  return html`<p>${t("affects", many(total))} ${found && t("select all found", total)}</p><ul>
    ${named.map((r) => html`<li><b>${stateOf(r)[0]}</b> ${isService(r) ? `${r.host_name} / ${r.description}` : r.name}</li>`)}
    ${named.length > 0 && total > named.length && html`<li>${t("and more", total - named.length)}</li>`}</ul>`;
}

function ActDialog({ name, rows, found }) {
  const { fields, quick } = ACTIONS[name];
  const [values, setValues] = useState(() => Object.fromEntries(fields.map(([id, , value]) => [id, typeof value === "function" ? value() : value])));
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef();
  const submit = async (e) => {
    e?.preventDefault();
    setBusy(true);
    try {
      const waits = name === "reschedule" && rows?.length === 1;
      const begun = waits ? (await list({ table: "hosts", columns: ["name"], limit: 1 })).now : 0;
      await carryOut(name, rows, found, values);
      fault.value = "";
      note.value = t("done", t(name), many(found ? found.total : rows.length));
      if (waits) awaitResult(rows[0], begun).catch(() => {});
      dialog.value = null;
      ticked.value = new Map();
      nudge.value++;
    } catch (error) {
      setFailure(error.message);
      setBusy(false);
    }
  };
  useEffect(() => { if (quick && rows?.length === 1) submit(); }, []);
  return html`<form ref=${form} onSubmit=${submit}>
    <h2>${t(name)}</h2>
    <${Affected} rows=${rows} found=${found}/>
    ${fields.map(([id, kind, , needed]) => html`<${Field} key=${id} name=${id} kind=${kind} needed=${needed} value=${values[id]}
      set=${(v) => setValues((old) => ({ ...old, [id]: v }))}/>`)}
    <p class="error" role="alert">${failure}</p>
    <div class="buttons"><button type="button" onClick=${() => { dialog.value = null; }}>${t("cancel")}</button>
      <button class="main" disabled=${busy}>${t("do it")}</button></div></form>`;
}

/** A new end, or other words, for a downtime. */
function DowntimeDialog({ row }) {
  const [values, setValues] = useState({ until: local(new Date(row.end_time * 1000)), comment: row.comment });
  const [failure, setFailure] = useState("");
  const set = (name) => (v) => setValues((old) => ({ ...old, [name]: v }));
  const submit = async (e) => {
    e.preventDefault();
    try {
      await rest("PUT", "domain-types/downtime/actions/modify/invoke", { modify_type: "by_id", downtime_id: row.id, comment: values.comment,
        ...(values.until !== local(new Date(row.end_time * 1000)) ? { end_time: iso(values.until) } : {}) });
      note.value = t("done", t("change downtime"), many(1));
      dialog.value = null;
      nudge.value++;
    } catch (error) {
      setFailure(error.message);
    }
  };
  return html`<form onSubmit=${submit}><h2>${t("change downtime")}</h2>
    <p>${row.service_description ? `${row.host_name} / ${row.service_description}` : row.host_name}</p>
    <${Field} name="until" kind="time" value=${values.until} needed set=${set("until")}/>
    <${Field} name="comment" kind="text" value=${values.comment} needed set=${set("comment")}/>
    <p class="error" role="alert">${failure}</p>
    <div class="buttons"><button type="button" onClick=${() => { dialog.value = null; }}>${t("cancel")}</button>
      <button class="main">${t("do it")}</button></div></form>`;
}

const KEYS = ["/", "j k", "x", "Enter", "a d c r", "a z", "Delete", "e", "g", "Esc", "?"];
const Help = () => html`<h2>${t("keys")}</h2><dl class="keys">${KEYS.map((k) => html`<dt><kbd>${k}</kbd></dt><dd>${t(`key ${k}`)}</dd>`)}</dl>
  <p>${t("search help")}</p>
  <div class="buttons"><button class="main" onClick=${() => { dialog.value = null; }}>${t("close")}</button></div>`;

/** What is open above the page: a modal dialog of the browser's own. */
export function Dialogs() {
  const node = useRef();
  const open = dialog.value;
  useEffect(() => {
    if (open && !node.current.open) {
      node.current.showModal();
      node.current.querySelector("input, select, button.main")?.focus();
    } else if (!open && node.current.open) node.current.close();
  }, [open]);
  return html`<dialog ref=${node} aria-label=${open ? t(open.name ?? "keys") : undefined} onClose=${() => { dialog.value = null; }}>
    ${open?.kind === "act" && html`<${ActDialog} ...${open}/>`}
    ${open?.kind === "downtime" && html`<${DowntimeDialog} ...${open}/>`}
    ${open?.kind === "help" && html`<${Help}/>`}</dialog>`;
}
