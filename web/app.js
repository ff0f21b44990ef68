// SPDX-License-Identifier: Apache-2.0
//
// The console: which page is shown, and its refreshing. A refresh changes what
// changed and nothing else: scroll position, focus and typed text stay.

import { get, post, LoggedOut } from "./api.js";
import { drawOverview } from "./overview.js";
import { Table } from "./table.js";
import { hostRow, serviceRow, severity } from "./rows.js";

const REFRESH_MS = 5000;
const STEP = 500;
const $ = (id) => document.getElementById(id);

let me = null;
let view = null;          // the page that is shown
let lastAnswer = 0;       // when data came, performance.now()
let knownProblems = null; // keys, to tell what is new

// --- the address: #/PAGE?q=TEXT -------------------------------------------

function place() {
  const [page, query] = location.hash.replace(/^#\/?/, "").split("?");
  return { page: pages[page] ? page : "problems", args: new URLSearchParams(query || "") };
}

function go(page, args) {
  const query = args.toString();
  location.hash = `#/${page}${query ? "?" + query : ""}`;
}

// --- pages ------------------------------------------------------------------

function listPage(title, path, row, key) {
  return (args) => {
    let limit = STEP;
    const table = new Table(["State", "Name", "Since", "Output"], row);
    const more = document.createElement("button");
    more.className = "more";
    more.textContent = "Show more";
    more.onclick = () => { limit = Math.min(limit + STEP, 5000); refresh(); };
    return {
      title,
      nodes: [table.node, more],
      async load() {
        const q = args.get("q") || "";
        const data = await get(path, { q, limit });
        const total = data.total[0][0];
        table.show(data.columns, data.rows, key, data.now);
        more.hidden = data.rows.length >= total || limit >= 5000;
        const found = q ? ` with “${q}”` : "";
        this.heading(total === data.rows.length ? `${total}${found}` : `${data.rows.length} of ${total}${found}`);
        table.empty(q ? "Nothing has this in its name." : "There is nothing yet. Add hosts and activate.");
      },
    };
  };
}

function problemsPage(args) {
  const table = new Table(["State", "Name", "Since", "Output"], (r, now) =>
    "description" in r ? serviceRow(r, now) : hostRow(r, now));
  return {
    title: "Problems",
    nodes: [table.node],
    async load() {
      const data = await get("problems");
      const q = (args.get("q") || "").toLowerCase();
      const objects = [...toObjects(data.hosts), ...toObjects(data.services)]
        .filter((r) => !q || problemText(r).includes(q))
        .sort((a, b) => severity(b) - severity(a) || b.last_state_change - a.last_state_change);
      table.showObjects(objects, problemKey, data.now);
      this.heading(String(objects.length));
      table.empty("", "No problems.");
      announce(objects);
    },
  };
}

const toObjects = (part) =>
  part.rows.map((row) => Object.fromEntries(part.columns.map((c, i) => [c, row[i]])));
const problemKey = (r) => ("description" in r ? `${r.host_name};${r.description}` : r.name);
const problemText = (r) => `${problemKey(r)} ${r.plugin_output}`.toLowerCase();

// New problems are spoken, politely, by screen readers.
function announce(objects) {
  const now = new Set(objects.map(problemKey));
  if (knownProblems) {
    const fresh = [...now].filter((k) => !knownProblems.has(k));
    if (fresh.length > 0) {
      $("news").textContent = `New problems: ${fresh.slice(0, 3).join(", ")}${fresh.length > 3 ? " and more" : ""}`;
    }
  }
  knownProblems = now;
}

const pages = {
  problems: problemsPage,
  hosts: listPage("Hosts", "hosts", hostRow, (r) => r.name),
  services: listPage("Services", "services", serviceRow, (r) => `${r.host_name};${r.description}`),
};

function show() {
  const { page, args } = place();
  view = pages[page](args);
  const h1 = document.createElement("h1");
  const small = document.createElement("small");
  h1.append(view.title, " ", small);
  view.heading = (text) => { if (small.textContent !== text) small.textContent = text; };
  $("page").replaceChildren(h1, ...view.nodes);
  for (const a of document.querySelectorAll("nav a")) {
    if (a.hash === `#/${page}`) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  if (document.activeElement !== $("q")) $("q").value = args.get("q") || "";
  refresh();
}

// --- refreshing -------------------------------------------------------------

let running = false;
let again = false;

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    do {
      again = false;
      const mine = view;
      const [overview] = await Promise.all([get("overview"), mine.load()]);
      const unhandled = drawOverview($("overview"), overview);
      document.title = `${unhandled ? `(${unhandled}) ` : ""}${me.site} · Vedette`;
      lastAnswer = performance.now();
      fault("");
    } while (again);
  } catch (e) {
    if (e instanceof LoggedOut) login();
    else fault(e.message);
  } finally {
    running = false;
  }
}

function fault(text) {
  const node = $("message");
  node.hidden = !text;
  if (node.textContent !== text) node.textContent = text;
}

function tick() {
  if (!me || !lastAnswer) return;
  const s = Math.round((performance.now() - lastAnswer) / 1000);
  $("age").textContent = s < 8 ? "live" : `data is ${s} s old`;
  $("age").classList.toggle("old", s >= 20);
}

// --- people -----------------------------------------------------------------

function login() {
  me = null;
  view = null;
  $("bar").hidden = true;
  $("overview").hidden = true;
  fault("");
  if (document.querySelector(".login")) return;
  const form = $("login-form").content.cloneNode(true).firstElementChild;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await post("login", { name: form.elements.namedItem("name").value, password: form.elements.namedItem("password").value });
      await start();
    } catch (e) {
      form.querySelector(".error").textContent = e.message;
      form.elements.namedItem("password").select();
    } finally {
      button.disabled = false;
    }
  };
  $("page").replaceChildren(form);
  form.elements.namedItem("name").focus();
}

async function start() {
  try {
    me = await get("me");
  } catch (e) {
    if (e instanceof LoggedOut) login();
    else { fault(e.message); setTimeout(start, REFRESH_MS); }
    return;
  }
  $("site").textContent = me.site;
  $("bar").hidden = false;
  $("logout").title = `${me.user} (${me.role})`;
  show();
}

let typing = 0;
function search() {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const { page } = place();
    const args = new URLSearchParams();
    if ($("q").value.trim()) args.set("q", $("q").value.trim());
    go(page, args);
  }, 200);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !me) return;
  const typingIn = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typingIn) { typingIn.blur(); return; }
  if (typingIn) return;
  if (event.key === "/") { event.preventDefault(); $("q").focus(); $("q").select(); }
}

addEventListener("hashchange", () => { if (me) show(); });
addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => { if (!document.hidden && me) refresh(); });
$("search").onsubmit = (event) => event.preventDefault();
$("q").oninput = search;
$("logout").onclick = async () => { try { await post("logout", {}); } finally { lastAnswer = 0; login(); } };
setInterval(() => { if (me && !document.hidden) refresh(); }, REFRESH_MS);
setInterval(tick, 1000);
start();
