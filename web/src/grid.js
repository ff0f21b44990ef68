// SPDX-License-Identifier: Apache-2.0
//
// A list of any length: only the rows that are in sight are in the document and
// asked from the server, which sorts and filters. Works by keyboard.

import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { list } from "./api.js";
import { REFRESH_MS, useData, rewrite, route, settings, dialog, go, may } from "./store.js";
import { STALE, Wait, setClock } from "./show.js";
import { t } from "./words.js";

const PAGE = 200; // rows that are asked at once
const STEP = 5; // rows
const PLAIN_MAX = 1000; // rows of a plain table
const narrow = matchMedia("(max-width: 700px)");

/** Keys of ticked rows, with their rows; for the page that is shown. */
export const ticked = signal(new Map());
/** What the list on the page shows: {spec, total}. */
export const shown = signal(null);

function useRowHeight() {
  const [small, set] = useState(narrow.matches);
  useEffect(() => {
    const listen = () => set(narrow.matches);
    listen(); // it may have changed before
    narrow.addEventListener("change", listen);
    return () => narrow.removeEventListener("change", listen);
  }, []);
  return small ? 88 : 38; // as in style.css
}

/** The first row in sight and how many there are, as one scrolls. */
function useSight(node, height) {
  const [sight, set] = useState({ first: 0, rows: 40 });
  useEffect(() => {
    const look = () => {
      if (!node.current) return;
      const top = -node.current.getBoundingClientRect().top;
      // In steps, so that not each row that goes by draws the list anew.
      const first = Math.max(0, Math.floor((top / height - 10) / STEP) * STEP);
      const rows = Math.ceil(innerHeight / height) + 20 + STEP;
      set((old) => (old.first === first && old.rows === rows ? old : { first, rows }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => { removeEventListener("scroll", look); removeEventListener("resize", look); };
  }, [height]);
  return sight;
}

/** Ticks all rows, where all are there. */
function TickAll({ rows, name }) {
  const on = rows.length > 0 && rows.every((row) => ticked.value.has(name(row)));
  return html`<input type="checkbox" checked=${on} aria-label=${t("select all rows")} title=${t("select all rows")}
    onChange=${() => { ticked.value = new Map(on ? [] : rows.map((row) => [name(row), row])); }}/>`;
}

function Head({ columns, selectable, rows, name }) {
  const sort = route.value.args.sort ?? "";
  return html`<div class="row head" role="row">
    ${selectable && html`<span class="tick" role="columnheader"><span class="hidden">${t("selection")}</span>${rows && html`<${TickAll} rows=${rows} name=${name}/>`}</span>`}
    ${columns.map(({ id, title, spoken, by, style }) => {
      const on = by && (sort === by || sort === `-${by}`);
      const direction = on ? (sort[0] === "-" ? "descending" : "ascending") : undefined;
      return html`<span class=${style} role="columnheader" aria-sort=${direction} key=${id}>
        ${by ? html`<button class="sort" onClick=${() => rewrite({ sort: sort === by ? `-${by}` : sort === `-${by}` ? "" : by })}>
          ${title}${on ? (sort[0] === "-" ? " ↓" : " ↑") : ""}</button>` : title || html`<span class="hidden">${t(spoken)}</span>`}
      </span>`;
    })}</div>`;
}

function Row({ row, index, columns, name, selectable, active, setActive, open }) {
  const key = name(row);
  const tick = () => {
    const next = new Map(ticked.value);
    if (!next.delete(key)) next.set(key, row);
    ticked.value = next;
  };
  const node = useRef();
  return html`<div class=${`row ${row.staleness >= STALE ? "stale" : ""}`} role="row" aria-rowindex=${index + 2} tabindex=${active ? 0 : -1}
      ref=${node} onFocus=${() => setActive({ index, key })} data-key=${key} data-object=${selectable ? "" : undefined}
      onKeyDown=${(e) => {
        if (e.key === "x" && selectable && e.target === node.current) { e.preventDefault(); tick(); }
        if (e.key === "Enter" && e.target === node.current && open) { const to = open(row); if (to) go(...to); }
      }}>
    ${selectable && html`<span class="tick" role="gridcell"><input type="checkbox" checked=${ticked.value.has(key)} onChange=${tick}
      aria-label=${t("select row", key)} tabindex="-1"/></span>`}
    ${columns.map(({ id, draw, style }) => html`<span class=${style} role="gridcell" key=${id}>${draw(row)}</span>`)}
  </div>`;
}

const inside = (row) => [row, ...row.querySelectorAll("a, button, input")];

/**
 * The focus stays with its row when rows come, go and change places; where the
 * row is gone, the one in its place has it. `wanted` is a row that is to have
 * it once it is in the document.
 */
function useFocus(node, wanted, index) {
  const before = document.activeElement;
  const row = node.current?.contains(before) ? before.closest(".row") : null;
  const had = row && { key: row.dataset.key, place: inside(row).indexOf(before) };
  useLayoutEffect(() => {
    const find = (selector) => node.current?.querySelector(selector);
    if (wanted.current !== null) {
      const there = find(`[aria-rowindex="${wanted.current + 2}"]`);
      if (there) { wanted.current = null; there.focus({ preventScroll: true }); }
    } else if (had && document.activeElement === document.body) {
      const same = find(`[data-key="${CSS.escape(had.key)}"]`);
      const next = same ?? find(`[aria-rowindex="${index + 2}"]`);
      (same && inside(same)[had.place] || next)?.focus({ preventScroll: true });
    }
  });
}

/** All at once, as tables are: for paper, for copying, for screen readers that know no grids. Nothing can be ticked in it. */
function Plain({ got, columns, name }) {
  const rows = got.rows.slice(0, PLAIN_MAX);
  return html`<p class="as"><button class="link no-print" onClick=${() => rewrite({ plain: "" })}>${t("live list")}</button>
      ${got.total > rows.length && html` <span class="soft-text">${t("first of", rows.length, got.total)}</span>`}</p>
    <table class="plain-table"><thead><tr>${columns.map(({ id, title, spoken }) => html`<th scope="col" key=${id}>${title
      || html`<span class="hidden">${t(spoken)}</span>`}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${name(row)}>${columns.map(({ id, draw }) => html`<td key=${id}>${draw(row)}</td>`)}</tr>`)}</tbody></table>`;
}

/**
 * spec: {table, columns, query, sort}. columns: [{id, title, by?, style, draw(row)}];
 * one without a title has `spoken`, its name for screen readers.
 * name(row): what a row is known by. open(row): where Enter goes. Of `rows`,
 * which are all there is, nothing is asked.
 */
export function Grid({ spec, rows, columns, name, selectable, open, empty }) {
  const node = useRef();
  const wanted = useRef(null);
  const height = useRowHeight();
  const sight = useSight(node, height);
  const [active, showActive] = useState({ index: -1, key: null });
  // What keys go by: two of them may come before the list is drawn anew.
  const now = useRef();
  const setActive = (next) => { now.current.active = next; showActive(next); };
  const plain = Boolean(route.value.args.plain);
  const from = rows || plain ? 0 : Math.max(0, Math.floor(sight.first / (PAGE / 2)) * (PAGE / 2));
  const asked = { ...spec, offset: from, limit: plain ? PLAIN_MAX : Math.max(PAGE, sight.rows + PAGE / 2) };
  const key = rows ? "" : JSON.stringify(asked);
  const data = useData(key, async () => {
    if (rows) return null;
    const answer = await list(asked);
    setClock(answer.now);
    return { ...answer, from };
  }, REFRESH_MS, /^eventconsole/.test(spec?.table));
  const last = useRef();
  if (data) last.current = data;
  const got = rows ? { rows, total: rows.length, from: 0 } : last.current;
  const what = rows ? "" : JSON.stringify(spec);
  now.current = { active, got, height };

  useFocus(node, wanted, Math.min(active.index, (got?.total ?? 0) - 1));
  useLayoutEffect(() => { setActive({ index: -1, key: null }); }, [what]); // before a key comes
  useEffect(() => {
    shown.value = got ? { spec, total: got.total } : null;
    const place = got?.rows.findIndex((row) => name(row) === active.key) ?? -1;
    if (place >= 0 && place + got.from !== active.index) setActive({ index: place + got.from, key: active.key });
  }, [got]);
  useLayoutEffect(() => {
    const onKey = (e) => {
      const { active, got, height } = now.current;
      if (e.ctrlKey || e.metaKey || e.altKey || dialog.value || e.target.closest("input:not([type=checkbox]), textarea, select, summary")) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[e.key];
      if (e.key.length === 1 && !settings.value.keys) return;
      if (!step || !got?.total || !node.current || (e.key.length > 1 && !node.current.contains(e.target))) return;
      // Where there are several lists, the one with the focus, else the first.
      const mine = node.current.closest(".grid");
      if (mine !== (document.activeElement?.closest(".grid") ?? document.querySelector(".grid"))) return;
      e.preventDefault();
      const next = Math.min(got.total - 1, Math.max(0, active.index + step));
      const row = node.current.querySelector(`[aria-rowindex="${next + 2}"]`);
      if (row) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); return; }
      wanted.current = next;
      setActive({ index: next, key: null });
      scrollTo(0, scrollY + node.current.getBoundingClientRect().top + next * height - innerHeight / 2);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  if (!got) return html`<${Wait} of=${key}/>`;
  if (plain && got.total > 0) return html`<${Plain} got=${got} columns=${columns} name=${name}/>`;
  if (got.total === 0) {
    return html`<div class="empty card">${empty}${!may("general.see_all") && html`<p class="soft-text">${t("only yours")}</p>`}</div>`;
  }
  const first = Math.max(sight.first, got.from);
  const visible = got.rows.slice(first - got.from, sight.first + sight.rows - got.from);
  const tabbed = active.index >= first && active.index < first + visible.length ? active.index : first;
  return html`<p class="as"><button class="link no-print" onClick=${() => rewrite({ plain: 1 })}>${t("plain table")}</button></p>
  <div class="grid" role="grid" aria-rowcount=${got.total + 1}>
    <${Head} columns=${columns} selectable=${selectable} rows=${rows} name=${name}/>
    <div class="body" role="rowgroup" ref=${node} style=${{ height: `${got.total * height}px` }}>
      <div role="presentation" style=${{ transform: `translateY(${first * height}px)` }}>
        ${visible.map((row, i) => html`<${Row} key=${name(row)} row=${row} index=${first + i} columns=${columns} name=${name}
          selectable=${selectable} active=${first + i === tabbed} setActive=${setActive} open=${open}/>`)}
      </div>
    </div></div>`;
}
