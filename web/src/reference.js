// SPDX-License-Identifier: Apache-2.0
//
// The REST API, as its own description says: every end point with its fields,
// to read, to copy as a command line, and to try with one's own rights.

import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import { request, rest } from "./api.js";
import { me, note, useData } from "./store.js";
import { Wait } from "./show.js";
import { t } from "./words.js";

const BASE = "check_mk/api/1.0";
const MOST = 20000; // characters of an answer that are shown

/** What a field may be, in a word. */
const kind = (s = {}) => s.enum?.join(" | ") ?? (s.format === "date-time" ? "2026-12-24T18:00:00Z" : s.type === "array" ? "[...]" : s.type ?? "JSON");

/** [{name, schema, required, where}] */
function fieldsOf(route) {
  const body = route.requestBody?.content["application/json"].schema;
  return [...route.parameters.map((p) => ({ name: p.name, schema: p.schema, required: p.required, where: p.in })),
    ...Object.entries(body?.properties ?? {}).map(([name, schema]) => ({ name, schema, required: body.required?.includes(name), where: "body" }))];
}

const example = (s) => s.enum?.[0] ?? { integer: 0, boolean: true, array: [] }[s.type] ?? "";
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function addressOf(path, values, fields) {
  const query = fields.filter((f) => f.where === "query" && values[f.name])
    .flatMap((f) => (f.schema?.type === "array" ? values[f.name].split(",") : [values[f.name]]).map((v) => `${f.name}=${encodeURIComponent(v.trim())}`));
  return `${BASE}${path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""))}${query.length ? `?${query.join("&")}` : ""}`;
}

function Try({ method, path, fields }) {
  const inBody = fields.filter((f) => f.where === "body");
  const [values, setValues] = useState({});
  const [body, setBody] = useState(() => JSON.stringify(Object.fromEntries(inBody.filter((f) => f.required).map((f) => [f.name, example(f.schema)])), null, 2));
  const [answer, setAnswer] = useState(null);
  const form = useRef();
  const where = addressOf(path, values, fields);
  const curl = `curl -u ${quoted(`${me.value.user}:SECRET`)} ${inBody.length ? `-X ${method} -H 'Content-Type: application/json' -d ${quoted(body)} ` : method === "GET" ? "" : `-X ${method} `}${
    quoted(new URL(where, location.href.split("#")[0]).href)}`;
  const send = async (e) => {
    e.preventDefault();
    setAnswer({ busy: true });
    try {
      const got = await request(where, { method, headers: { "X-Vedette": "1", ...(inBody.length ? { "Content-Type": "application/json" } : {}) },
        body: inBody.length ? body : undefined });
      const text = await got.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* as it came */ }
      setAnswer({ status: `${got.status} ${got.statusText}`, text: shown.slice(0, MOST), cut: shown.length > MOST });
    } catch {
      setAnswer({ status: t("no answer"), text: "" });
    }
  };
  const copy = () => navigator.clipboard.writeText(curl).then(() => { note.value = t("copied"); }, () => { note.value = curl; });
  return html`<form class="own try" ref=${form} onSubmit=${send} aria-label=${`${method} ${path}`}>
    ${fields.filter((f) => f.where !== "body").map((f) => html`<label key=${f.name}>${f.name} <input value=${values[f.name] ?? ""} required=${f.required} maxlength="2000"
      onInput=${(e) => setValues((old) => ({ ...old, [f.name]: e.target.value }))}/></label>`)}
    ${inBody.length > 0 && html`<label>${t("body")} <textarea rows=${Math.min(12, body.split("\n").length + 1)} value=${body} onInput=${(e) => setBody(e.target.value)}/></label>`}
    <pre>${curl}</pre>
    <div><button class="main">${t("try it")}</button> <button type="button" onClick=${copy}>${t("copy")}</button></div>
    <div role="status">${answer && html`<p><b>${answer.busy ? "…" : answer.status}</b></p>${answer.text && html`<pre class="answer" tabindex="0">${answer.text}${answer.cut ? "\n…" : ""}</pre>`}`}</div></form>`;
}

function Route({ method, path, route }) {
  const [open, setOpen] = useState(false);
  const fields = fieldsOf(route);
  return html`<details class="route" onToggle=${(e) => setOpen(e.target.open)}><summary><b class="method">${method}</b> <code>${path}</code> <span class="soft-text">${route.summary}</span></summary>
    ${open && html`${route["x-permission"] && html`<p class="soft-text">${t("needs permission")} <code>${route["x-permission"]}</code></p>`}
      ${fields.length > 0 && html`<div class="wide-table"><table><thead><tr><th scope="col">${t("field")}</th><th scope="col">${t("value")}</th><th scope="col">${t("what")}</th></tr></thead>
        <tbody>${fields.map((f) => html`<tr key=${f.name}><th scope="row"><code>${f.name}</code>${f.required ? ` (${t("needed")})` : ""}</th><td>${kind(f.schema)}</td>
          <td>${f.schema?.description}</td></tr>`)}</tbody></table></div>`}
      <${Try} method=${method} path=${path} fields=${fields}/>`}</details>`;
}

export function Reference() {
  const data = useData("openapi", () => rest("GET", "openapi.json"), 3600000, true);
  const routes = data && Object.entries(data.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, route]) => ({ method: method.toUpperCase(), path, route })));
  return html`<h1>${t("api")} ${routes && html`<small>${routes.length}</small>`}</h1>
    <p>${t("what the api is")} <a href=${`${BASE}/openapi.json`} target="_blank" rel="noopener">openapi.json</a></p>
    ${!routes ? html`<${Wait} of="openapi"/>` : html`<section class="card">${routes.map((r) => html`<${Route} key=${`${r.method} ${r.path}`} ...${r}/>`)}</section>`}`;
}
