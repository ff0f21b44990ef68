// SPDX-License-Identifier: Apache-2.0
//
// What one sees and changes of oneself: password, second factor, views for a
// screen on the wall, sessions. And the wall itself.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post } from "./api.js";
import { choose, dialog, may, me, note, nudge, settings, useData } from "./store.js";
import { At } from "./show.js";
import { t } from "./words.js";

const TURN_MS = 30000; // a page of a wall

/** A form whose failure stands below its fields. `send` gets its values. */
function Form({ label, button, send, children }) {
  const form = useRef();
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e) => {
    e.preventDefault();
    setBusy(true);
    try {
      await send(Object.fromEntries(new FormData(form.current)), new FormData(form.current));
      setFailure("");
      form.current?.reset();
      nudge.value++;
    } catch (error) {
      setFailure(error.message);
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="own" ref=${form} onSubmit=${submit} aria-label=${label}>${children}
    <p class="error" role="alert">${failure}</p><div><button class="main" disabled=${busy}>${button}</button></div></form>`;
}

const Field = ({ label, ...more }) => html`<label>${label} <input required maxlength="512" ...${more}/></label>`;

function Password({ of: p }) {
  const send = async ({ old, fresh, again }) => {
    if (fresh !== again) throw new Error(t("not twice the same"));
    await post("password", { old, new: fresh });
    note.value = t("password changed");
  };
  if (p.directory) return html`<p>${t("password of the directory")}</p>`;
  if (!may("general.change_password")) return html`<p>${t("may not change")}</p>`;
  return html`${p.password_since && html`<p class="soft-text">${t("changed")} <${At} time=${p.password_since}/></p>`}
    <${Form} label=${t("password")} button=${t("change password")} send=${send}>
      <input class="hidden" name="user" autocomplete="username" value=${me.value.user} tabindex="-1" aria-hidden="true" readonly/>
      <${Field} label=${t("old password")} name="old" type="password" autocomplete="current-password"/>
      <${Field} label=${t("new password", p.password_length)} name="fresh" type="password" autocomplete="new-password" minlength=${p.password_length}/>
      <${Field} label=${t("once more")} name="again" type="password" autocomplete="new-password"/><//>`;
}

const Code = () => html`<${Field} label=${t("code")} name="code" autocomplete="one-time-code" maxlength="20"/>`;

function Second({ of: p }) {
  const [fresh, setFresh] = useState(null); // {secret, uri}
  const [codes, setCodes] = useState(null);
  const second = (what) => (values) => post("second-factor", { do: what, ...values });
  const start = async () => setFresh(await second("start")());
  const confirm = async (values) => { setCodes((await second("confirm")(values)).codes); setFresh(null); };
  const remove = async (values) => { await second("remove")(values); setCodes(null); };
  if (!may("general.change_password")) return html`<p>${t("may not change")}</p>`;
  if (p.second_factor.on) {
    return html`<p>${t("second factor is on")} <${At} time=${p.second_factor.since}/>. ${t("backup codes left", p.second_factor.codes)}</p>
      ${codes && html`<p role="status">${t("backup codes")}</p><ul class="codes">${codes.map((c) => html`<li key=${c}><code>${c}</code></li>`)}</ul>`}
      <${Form} key="remove" label=${t("remove second factor")} button=${t("remove second factor")} send=${remove}><${Code}/><//>`;
  }
  if (fresh) {
    return html`<p>${t("enter the secret")}</p><p><code class="secret">${fresh.secret.replace(/(.{4})/g, "$1 ").trim()}</code></p>
      <p><a href=${fresh.uri}>${t("open the authenticator")}</a></p>
      <${Form} key="confirm" label=${t("second factor")} button=${t("turn on")} send=${confirm}><${Code}/><//>`;
  }
  return html`<p>${t("second factor is off")}</p><${Form} key="start" label=${t("second factor")} button=${t("set up")} send=${start}/>`;
}

const THEMES = ["system", "light", "dark"];

function Settings() {
  const { keys, theme } = settings.value;
  const set = async (change) => {
    try { await choose(change, (all) => post("settings", all)); note.value = t("saved"); } catch (e) { note.value = e.message; }
  };
  return html`<p><label class="check"><input type="checkbox" name="keys" checked=${keys} onChange=${(e) => set({ keys: e.target.checked })}/> ${t("single keys")}</label>
      <button type="button" class="link side" onClick=${() => { dialog.value = { kind: "help" }; }}>${t("which keys")}</button></p>
    <p class="soft-text">${t("what single keys are")}</p>
    <p><label>${t("theme")} <select name="theme" value=${theme} onChange=${(e) => set({ theme: e.target.value })}>${THEMES.map((name) => html`<option
      key=${name} value=${name}>${t(`theme ${name}`)}</option>`)}</select></label></p>`;
}

function Views({ of: p }) {
  const [made, setMade] = useState("");
  const add = async ({ title }, form) => {
    const { token } = await post("view", { title, pages: form.getAll("pages") });
    setMade(`${location.href.split("#")[0]}#/wall?token=${token}`);
  };
  const remove = async (id) => { try { await post("view-remove", { id }); } catch (e) { note.value = e.message; } nudge.value++; };
  if (!may("general.edit_profile")) return html`<p>${t("may not change")}</p>`;
  return html`<p class="soft-text">${t("what views are")}</p>
    ${p.views.length > 0 && html`<ul class="rows">${p.views.map((v) => html`<li key=${v.id}><strong>${v.title}</strong>
      <span class="soft-text">${v.pages.map((name) => t(name)).join(", ")} · <${At} time=${v.since}/></span>
      <button type="button" aria-label=${t("remove of", v.title)} onClick=${() => remove(v.id)}>${t("remove")}</button></li>`)}</ul>`}
    ${made && html`<p role="status">${t("address once")} <a href=${made}><code>${made}</code></a></p>`}
    <${Form} label=${t("views")} button=${t("make view")} send=${add}><${Field} label=${t("title")} name="title" maxlength="100"/>
      <fieldset><legend>${t("pages")}</legend>${p.pages.map((name) => html`<label class="check" key=${name}><input type="checkbox" name="pages" value=${name}
        defaultChecked=${name === "problems"}/> ${t(name)}</label>`)}</fieldset><//>`;
}

function Sessions({ of: p }) {
  const end = async (body) => { try { await post("sessions-end", body); note.value = t("ended"); } catch (e) { note.value = e.message; } nudge.value++; };
  const mayEnd = may("general.edit_profile");
  return html`<ul class="rows">${p.sessions.map((s) => html`<li key=${s.id}>${t("since")} <${At} time=${s.started}/>
      <span class="soft-text">${s.this ? t("this one") : html`${t("used")} <${At} time=${s.used}/>`}</span>
      ${mayEnd && !s.this && html`<button type="button" onClick=${() => end({ id: s.id })}>${t("end")}</button>`}</li>`)}</ul>
    ${mayEnd && p.sessions.length > 1 && html`<button type="button" onClick=${() => end({})}>${t("end others")}</button>`}`;
}

export function Me() {
  const data = useData("profile", () => get("profile"), 60000, true);
  const { user, alias, role } = me.value;
  if (!data) return html`<h1>${t("me")}</h1><div class="empty card" aria-busy="true">…</div>`;
  const part = (name, Part) => html`<section class="card" key=${name} aria-label=${t(name)}><h2>${t(name)}</h2><${Part} of=${data}/></section>`;
  return html`<h1>${alias || user} <small>${user} · ${role}</small></h1>
    <div class="cards">${part("settings", Settings)}${part("password", Password)}${part("second factor", Second)}${part("views", Views)}${part("sessions", Sessions)}</div>`;
}

/** One page after the other, without anything to press. */
export function Wall({ pages, children }) {
  const { title, pages: names } = me.value.view;
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), TURN_MS);
    return () => clearInterval(timer);
  }, []);
  const name = names[turn % names.length];
  const Page = pages[name];
  return html`<main id="main" class="wall"><p id="wall-title">${me.value.site} · ${title}</p>${children}
    <section id="page" key=${name}><${Page}/></section></main>`;
}
