// SPDX-License-Identifier: Apache-2.0
//
// The field for finding, reached with `/` from any page: while one types, a
// list of pages, hosts, services and groups that fit opens below it, by arrow
// keys and Enter. On pages that are lists the text also says what they show.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { any, is, list } from "./api.js";
import { conditions } from "./search.js";
import { address, go, rewrite, route } from "./store.js";
import { t } from "./words.js";

const SEARCHED = ["problems", "hosts", "services", "events", "history", "notifications", "availability", "topology", "event-history"];
const OF_SERVICES = /(^|\s)(s|sg|sl):/;
const PAUSE_MS = 200;

// What is looked for: table, its columns, how many, and where a hit leads.
const KINDS = [
  { id: "hosts", columns: ["name", "alias"], most: 20, hit: ([name, alias]) => [name, alias === name ? "" : alias, ["host", [name]]] },
  { id: "services", columns: ["host_name", "description"], most: 40, hit: ([host, name]) => [name, host, ["service", [host, name]]] },
  { id: "hostgroups", columns: ["name", "alias"], most: 10, hit: ([name, alias]) => [name, alias, ["hosts", [], { q: `hg:${name}` }]] },
  { id: "servicegroups", columns: ["name", "alias"], most: 10, hit: ([name, alias]) => [name, alias, ["services", [], { q: `sg:${name}` }]] },
];

async function look({ id, columns, most, hit }, text) {
  const groups = id.endsWith("groups");
  const prefixed = /(^|\s)[a-z]{1,2}:/.test(text);
  if (groups && prefixed || id === "hosts" && OF_SERVICES.test(text)) return { id, total: 0, hits: [] };
  const literal = text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&");
  const query = groups ? any(columns.map((c) => is(c, literal, "~~"))) : conditions(id, text, true);
  const { rows, total } = await list({ table: id, columns, query, sort: columns, limit: most });
  return { id, total, hits: rows.map((row) => hit(columns.map((c) => row[c]))) };
}

/** Hits of a text, by kind. */
async function find(text, pages) {
  const words = text.toLowerCase();
  const named = pages.filter((p) => t(p).toLowerCase().startsWith(words)).map((p) => [t(p), "", [p]]);
  const found = await Promise.all(KINDS.map((kind) => look(kind, text)));
  return [{ id: "pages", total: named.length, hits: named }, ...found].filter((group) => group.hits.length > 0);
}

function useHits(text, open, pages) {
  const [found, set] = useState(null);
  useEffect(() => {
    if (!open || text.trim() === "") { set(null); return undefined; }
    let gone = false;
    const timer = setTimeout(async () => {
      const groups = await find(text.trim(), pages).catch(() => null); // the page says what fails
      if (!gone) set({ text, groups });
    }, PAUSE_MS);
    return () => { gone = true; clearTimeout(timer); };
  }, [text, open]);
  return found?.text === text ? found.groups : null;
}

function Hits({ groups, at, choose }) {
  let i = -1;
  return html`<div id="hits" role="listbox" aria-label=${t("hits")}>${groups.length === 0 && html`<p class="soft-text">${t("nothing fits")}</p>`}
    ${groups.map((group) => html`<div role="group" key=${group.id} aria-labelledby=${`hits-${group.id}`}>
      <div class="kind" id=${`hits-${group.id}`}>${t(group.id)} ${group.total > group.hits.length ? t("shown of", group.hits.length, group.total) : ""}</div>
      ${group.hits.map(([name, more, to]) => {
        i++;
        return html`<a key=${address(...to)} id=${`hit-${i}`} role="option" aria-selected=${i === at ? "true" : "false"} tabindex="-1" href=${address(...to)}
          onMouseDown=${(e) => e.preventDefault()} onClick=${choose}>${name} <span class="soft-text">${more}</span></a>`;
      })}</div>`)}</div>`;
}

export function Palette({ pages }) {
  const { page, args } = route.value;
  const [text, setText] = useState(args.q ?? "");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const timer = useRef();
  const field = useRef();
  const groups = useHits(text, open, pages);
  const hits = groups?.flatMap((group) => group.hits) ?? [];
  const filters = SEARCHED.includes(page);
  useEffect(() => { if (document.activeElement !== field.current) setText(args.q ?? ""); }, [args.q, page]);
  useEffect(() => () => clearTimeout(timer.current), [page]); // what was typed is not the next page's
  useEffect(() => { document.getElementById(`hit-${at}`)?.scrollIntoView({ block: "nearest" }); }, [at]);
  const close = () => { setOpen(false); setAt(-1); };
  const leave = () => { clearTimeout(timer.current); close(); field.current.blur(); };
  const type = (e) => {
    const q = e.target.value;
    setText(q);
    setOpen(true);
    setAt(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { if (SEARCHED.includes(route.peek().page)) rewrite({ q: q.trim() }); }, PAUSE_MS);
  };
  const submit = (e) => {
    e.preventDefault();
    const chosen = hits[at]?.[2];
    const hosts = groups?.find((group) => group.id === "hosts")?.hits ?? [];
    leave();
    if (chosen) { setText(""); go(...chosen); } else if (hosts.length === 1 && hits.length === 1) go(...hosts[0][2]);
    else if (filters) rewrite({ q: text.trim() });
    else go(OF_SERVICES.test(text) ? "services" : "hosts", [], { q: text.trim() });
  };
  const key = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && hits.length > 0) {
      e.preventDefault();
      setOpen(true);
      setAt((at + step + hits.length + (at < 0 && step < 0 ? 1 : 0)) % hits.length);
    } else if (e.key === "Escape" && open) {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
  };
  const shows = open && groups !== null;
  return html`<form id="search" role="search" onSubmit=${submit} onFocusOut=${(e) => { if (!e.currentTarget.contains(e.relatedTarget)) close(); }}>
    <label for="q" class="hidden">${t("search")}</label>
    <input id="q" ref=${field} type="search" placeholder=${t("search hint")} title=${t("search help")} autocomplete="off" maxlength="200"
      role="combobox" aria-expanded=${shows ? "true" : "false"} aria-controls=${shows ? "hits" : undefined} aria-autocomplete="list"
      aria-activedescendant=${shows && at >= 0 ? `hit-${at}` : undefined} value=${text} onInput=${type} onKeyDown=${key}/>
    ${shows && html`<${Hits} groups=${groups} at=${at} choose=${leave}/>`}</form>`;
}
