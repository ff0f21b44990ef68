// SPDX-License-Identifier: Apache-2.0
//
// Why an object is as it is: each setting with the line of the file that it is
// from, and who would be told of it now, by which rule. Asked when it is opened.

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "./api.js";
import { may } from "./store.js";
import { t } from "./words.js";

function Asked({ title, what, host, service, children }) {
  const [state, setState] = useState({});
  const open = async (e) => {
    if (!e.target.open || state.rows) return;
    setState({ busy: true });
    try {
      setState({ rows: (await post("explain", { what, host, service })).rows });
    } catch (error) {
      setState({ failure: error.message });
    }
  };
  return html`<details onToggle=${open}><summary>${title}</summary>
    ${state.busy && html`<p class="soft-text">…</p>`}${state.failure && html`<p class="error" role="alert">${state.failure}</p>`}
    ${state.rows && children(state.rows)}</details>`;
}

const Configuration = ({ rows }) => html`<div class="wide-table"><table><thead><tr><th scope="col">${t("setting")}</th><th scope="col">${t("value")}</th>
  <th scope="col">${t("where from")}</th></tr></thead><tbody>${rows.filter((r) => r.where).concat(rows.filter((r) => !r.where)).map((r) => html`<tr key=${r.attribute}>
    <th scope="row">${r.attribute}</th><td>${typeof r.value === "string" ? r.value : JSON.stringify(r.value)}</td>
    <td class="soft-text">${r.where ? `${r.source}, ${r.where}` : t("default")}</td></tr>`)}</tbody></table></div>`;

const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function Notification({ row }) {
  return html`<section class="card"><h3>${row.what}</h3>
    ${row.suppressed && html`<p><b>${t("held back")}</b> ${text(row.suppressed)}</p>`}
    ${row.plan.length === 0 ? html`<p>${t("nobody is told")}</p>` : html`<p><b>${t("told")}</b></p><ul>${row.plan.map((p) => html`<li key=${`${p.contact} ${p.method}`}>
      ${p.contact}: ${p.method} <span class="soft-text">${p.rule}</span></li>`)}</ul>`}
    ${row.contacts.length > 0 && html`<p><b>${t("not told")}</b></p><ul>${row.contacts.map((c) => html`<li key=${`${c.contact} ${c.method}`}>
      ${c.contact}: ${c.method} <span class="soft-text">${c.reason}</span></li>`)}</ul>`}
    ${row.rules.length > 0 && html`<p><b>${t("rules")}</b></p><ol>${row.rules.map((r) => html`<li key=${r.id}>${r.id}
      <span class="soft-text">${r.match ? t("rule fits") : r.reason}</span></li>`)}</ol>`}</section>`;
}

export function Explained({ host, service }) {
  if (!may("general.server_side_requests")) return null;
  return html`<${Asked} title=${t("configuration")} what="configuration" host=${host} service=${service}>${(rows) => html`<${Configuration} rows=${rows}/>`}<//>
    <${Asked} title=${t("who is told")} what="notifications" host=${host} service=${service}>${(rows) => rows.map((row, i) => html`<${Notification} key=${i} row=${row}/>`)}<//>`;
}
