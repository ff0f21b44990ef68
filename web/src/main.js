// SPDX-License-Identifier: Apache-2.0
//
// The console: its frame, which page is shown, logging in, the keyboard.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LoggedOut, get, post, viewToken } from "./api.js";
import { Dialogs, ACTIONS, act } from "./dialogs.js";
import { EventHistory, EventPage, Events } from "./events.js";
import { Comments, Downtimes, Groups, History, Hosts, Problems, Services } from "./lists.js";
import { HostPage, ServicePage } from "./object.js";
import { SitePage } from "./site.js";
import { Overview } from "./overview.js";
import { Aggregations } from "./aggregations.js";
import { Availability } from "./availability.js";
import { Topology } from "./topology.js";
import { Me, Wall } from "./me.js";
import { Palette } from "./palette.js";
import { Reference } from "./reference.js";
import { shown, ticked } from "./grid.js";
import { address, core, dialog, fault, go, lastAnswer, live, may, me, note, route, settings, troubles, waiting } from "./store.js";
import "./live.js";
import { Sprite } from "./icons.js";
import { clock } from "./show.js";
import { t } from "./words.js";

const PAGES = {
  problems: Problems, hosts: Hosts, services: Services, groups: Groups, events: Events, event: EventPage, "event-history": EventHistory, downtimes: Downtimes, comments: Comments,
  history: History, notifications: () => html`<${History} kind="notifications"/>`, host: HostPage, service: ServicePage, site: SitePage,
  availability: Availability, topology: Topology, aggregations: Aggregations, me: Me, api: Reference,
};
const MENU = ["problems", "hosts", "services", "events", "downtimes", "history"];
const MORE = ["groups", "topology", "aggregations", "availability", "event-history", "comments", "notifications", "api"];
const EVERY_PAGE = [...MENU, ...MORE, "site", "me"];

// --- the frame --------------------------------------------------------------

function Age() {
  const s = Math.round((performance.now() - lastAnswer.value) / 1000);
  void clock.value; // looks again each second
  if (!lastAnswer.value) return null;
  const fresh = live.value ? troubles.value.size === 0 : s < 8;
  return html`<span id="age" class=${fresh || s < 20 ? "" : "old"}>${waiting.value ? t("changes wait", waiting.value)
    : fresh ? t("live") : t("data is old", s)}</span>`;
}

/** What fails, in words; each once. */
function Messages() {
  const texts = [...new Set([fault.value, ...troubles.value.values()])].filter(Boolean);
  return html`${!core.value && html`<div id="core-down" class="message" role="alert">${t("core down")}</div>`}
    ${texts.length > 0 && html`<div id="message" class="message" role="alert">${texts.map((text) => html`<div key=${text}>${text}</div>`)}</div>`}`;
}

async function logout() {
  try { await post("logout", {}); } finally { me.value = null; }
}

/** The pages that are asked for less often; a list that opens. */
function More({ page }) {
  const node = useRef();
  const close = () => { node.current.open = false; };
  const pages = may("general.server_side_requests") ? [...MORE, "site"] : MORE;
  return html`<details class="menu" ref=${node} onKeyDown=${(e) => { if (e.key === "Escape") { close(); node.current.firstElementChild.focus(); } }}
      onFocusOut=${(e) => { if (!node.current.contains(e.relatedTarget)) close(); }}>
    <summary aria-current=${pages.includes(page) ? "true" : undefined}>${pages.includes(page) ? t(page) : t("more pages")}</summary>
    <div>${pages.map((name) => html`<${Link} key=${name} name=${name} page=${page} click=${close}/>`)}</div></details>`;
}

const Link = ({ name, page, click }) => html`<a href=${address(name)} onClick=${click} aria-current=${name === page ? "page" : undefined}>${t(name)}</a>`;

function Bar() {
  const { page } = route.value;
  return html`<header id="bar">
    <a class="brand" href=${address("problems")}><img src=${icon()} alt="" width="24" height="24"/><span id="site">${me.value.site}</span></a>
    <nav aria-label=${t("pages")}>${MENU.map((name) => html`<${Link} key=${name} name=${name} page=${page}/>`)}<${More} page=${page}/></nav>
    <${Palette} pages=${EVERY_PAGE}/><${Age}/>
    <a id="me" href=${address("me")} aria-current=${page === "me" ? "page" : undefined} title=${t("me")}>${me.value.user}</a>
    <button id="logout" type="button" title=${`${me.value.user} (${me.value.role})`} onClick=${logout}>${t("log out")}</button></header>`;
}

const icon = () => document.querySelector("link[rel=icon]").href;

// --- people -----------------------------------------------------------------

async function whoAmI() {
  try {
    me.value = await get("me");
    fault.value = "";
  } catch (e) {
    if (e instanceof LoggedOut) me.value = null;
    else { fault.value = e.message; setTimeout(whoAmI, 3000); }
  }
}

function Login() {
  const form = useRef();
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const [second, setSecond] = useState(false);
  useEffect(() => { if (second) form.current.elements.namedItem("code").focus(); }, [second]);
  useEffect(() => { form.current.elements.namedItem("name").focus(); document.title = "Vedette"; }, []);
  const submit = async (e) => {
    e.preventDefault();
    const field = (name) => form.current.elements.namedItem(name);
    setBusy(true);
    try {
      await post("login", { name: field("name").value, password: field("password").value, code: field("code")?.value });
      await whoAmI();
    } catch (error) {
      setFailure(error.message);
      if (error.body?.second_factor) setSecond(true);
      else (field("code") ?? field("password")).select();
    } finally {
      setBusy(false);
    }
  };
  return html`<main id="main"><form class="login" ref=${form} onSubmit=${submit}>
    <h1><img src=${icon()} alt="" width="40" height="40"/> Vedette</h1>
    <label>${t("name")} <input name="name" autocomplete="username" autocapitalize="none" required maxlength="256"/></label>
    <label>${t("password")} <input name="password" type="password" autocomplete="current-password" required maxlength="1024"/></label>
    ${second && html`<label>${t("code")} <input name="code" autocomplete="one-time-code" maxlength="20"/></label>`}
    <p class="error" role="alert">${failure}</p>
    <button disabled=${busy}>${t("log in")}</button></form></main>`;
}

// --- the keyboard -----------------------------------------------------------

const GO = { p: "problems", h: "hosts", s: "services", e: "events", d: "downtimes", g: "groups", l: "history", t: "topology", a: "availability", b: "aggregations", c: "comments", n: "notifications", i: "site" };
let before = "";

/** What a command is for: ticked rows, else the row with the focus. */
function chosen() {
  const rows = [...ticked.value.values()];
  if (rows.length) return rows;
  const key = document.activeElement?.closest("[data-object]")?.dataset.key;
  const { page, names } = route.value;
  if (key) {
    const [host, ...name] = key.split(";");
    return [name.length ? { host_name: host, description: name.join(";"), state: 0 } : { name: host, state: 0 }];
  }
  if (page === "host") return [{ name: names[0], state: 0 }];
  if (page === "service") return [{ host_name: names[0], description: names[1], state: 0 }];
  return [];
}

function onKey(e) {
  if (!me.value || dialog.value) return;
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key === "k") { e.preventDefault(); document.getElementById("q")?.select(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const field = e.target.closest("input:not([type=checkbox]), textarea, select");
  // What is typed stays: browsers empty fields of searches, and some tell nobody.
  if (e.key === "Escape" && field) { e.preventDefault(); field.blur(); return; }
  if (field || (!settings.value.keys && e.key.length === 1)) return;
  const after = before;
  before = e.key;
  const name = Object.keys(ACTIONS).find((n) => ACTIONS[n].key === e.key);
  const press = document.activeElement?.closest(".row")?.querySelector(`[data-press="${CSS.escape(e.key)}"]`);
  if (after === "g" && GO[e.key]) go(GO[e.key]);
  else if (e.key === "/") document.getElementById("q").select();
  else if (e.key === "?") dialog.value = { kind: "help" };
  else if (press) press.click();
  else if (name) act(name, chosen());
  else return;
  before = "";
  e.preventDefault();
}
addEventListener("keydown", onKey);

// --- all of it --------------------------------------------------------------

let lastPage = "";

function App() {
  const { page, names } = route.value;
  const here = `${page} ${names}`;
  useEffect(() => {
    if (here !== lastPage) { ticked.value = new Map(); shown.value = null; scrollTo(0, 0); }
    lastPage = here;
  }, [here]);
  if (me.value === undefined) return html`<${Messages}/>`;
  if (me.value === null) return viewToken ? html`<main id="main"><h1>Vedette</h1><p role="alert">${t("view gone")}</p></main>` : html`<${Login}/>`;
  if (me.value.view) return html`<${Sprite}/><${Wall} pages=${PAGES}><${Overview}/><${Age}/><${Messages}/><//>`;
  const Page = PAGES[page] ?? Problems;
  return html`<a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById("main").focus(); }}>${t("skip")}</a>
    <${Sprite}/><${Bar}/>
    <main id="main" tabindex="-1"><${Overview}/>
      <${Messages}/>
      <section id="page" key=${here}><${Page}/></section></main>
    <div id="note" role="status">${note.value}</div>
    <${Dialogs}/>`;
}

render(html`<${App}/>`, document.getElementById("app"));
whoAmI();
if (viewToken) setInterval(() => { if (me.value === null) whoAmI(); }, 30000);
