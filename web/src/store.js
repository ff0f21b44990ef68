// SPDX-License-Identifier: Apache-2.0
//
// What the whole console shares, as signals: who one is, the address, what went
// wrong, when data came; and `useData`, by which a page gets its data again and
// again.

import { computed, effect, signal, untracked } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { LoggedOut } from "./api.js";

export const REFRESH_MS = 5000; // where nothing tells of changes
const LIVE_MS = 60000; // where it does: for what grows old without a change
const GAP_MS = 1000; // between two answers, at least
const RETRY_MS = [2000, 4000, 8000, 15000]; // after failures, one after the other

export const me = signal(undefined); // undefined: not known yet; null: nobody
export const fault = signal(""); // why the last action failed
export const troubles = signal(new Map()); // why data does not come, by its key
export const note = signal(""); // what was done, for a moment
export const lastAnswer = signal(0);
export const dialog = signal(null); // what is open above the page
export const nudge = signal(0); // counts up: data is stale now
export const live = signal(false); // the server tells of changes
export const changes = signal(0); // counts them up
export const waiting = signal(0); // those that are not shown while one acts
export const core = signal(true); // does the core run?
const held = signal(false); // the pointer's button is down
/** Nothing moves under a dialog, or while one drags. */
export const paused = computed(() => dialog.value !== null || held.value);

// --- how one wants it: kept by the server, or by the browser for who may not
// change anything there.

const SETTINGS = { keys: true, theme: "system" };
const KEPT = "vedette-settings";
export const settings = signal(SETTINGS);

const kept = () => { try { return JSON.parse(localStorage.getItem(KEPT)); } catch { return null; } };
effect(() => {
  const mine = me.value && (may("general.edit_profile") ? me.value.settings : kept());
  if (me.value !== undefined) settings.value = { ...SETTINGS, ...mine };
});
effect(() => { document.documentElement.dataset.theme = settings.value.theme; });

/** `save` brings them to the server. */
export async function choose(change, save) {
  const before = settings.value;
  const next = { ...before, ...change };
  settings.value = next;
  try {
    if (may("general.edit_profile")) await save(next);
    else localStorage.setItem(KEPT, JSON.stringify(next));
  } catch (e) {
    settings.value = before;
    throw e;
  }
}

export function may(permission) {
  return Boolean(me.value?.may.includes(permission));
}

// --- the address: #/PAGE/NAME/NAME?key=value --------------------------------

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...names] = path.split("/").map(decodeURIComponent);
  return { page: page || "problems", names, args: Object.fromEntries(new URLSearchParams(query || "")) };
}

export const route = signal(parse());
addEventListener("hashchange", () => {
  route.value = parse();
  dialog.value = null; // it was about the page before
});

export function address(page, names = [], args = {}) {
  const query = new URLSearchParams(Object.entries(args).filter(([, v]) => v !== "" && v != null)).toString();
  return `#/${[page, ...names].map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
}

export function go(page, names, args) {
  location.hash = address(page, names, args);
}

/** Changes arguments of the address, without a step in the browser's history. */
export function rewrite(change) {
  const { page, names, args } = route.value;
  history.replaceState(null, "", address(page, names, { ...args, ...change }));
  route.value = parse();
}

// --- data -------------------------------------------------------------------

function trouble(key, text) {
  if ((troubles.value.get(key) ?? "") === text) return;
  const next = new Map(troubles.value);
  if (text) next.set(key, text);
  else next.delete(key);
  troubles.value = next;
}

/**
 * What `load` gives; undefined until the first answer. `key` says what it
 * depends on. It is asked again after what one did, after changes that the
 * server tells of (not if it is `polled`), or every `every` ms, and soon again
 * after a failure. Old data stays while new data is under way.
 */
export function useData(key, load, every = REFRESH_MS, polled = false) {
  const [data, setData] = useState();
  const latest = useRef();
  latest.current = load;
  useEffect(() => {
    let gone = false;
    let busy = false;
    let again = false;
    let timer = 0;
    let ended = 0;
    let gap = GAP_MS;
    let failures = 0;
    const rest = () => (live.value && !polled ? Math.max(every, LIVE_MS) : every);
    const plan = (ms) => { clearTimeout(timer); timer = setTimeout(run, ms); };
    async function run() {
      clearTimeout(timer);
      if (busy) { again = true; return; }
      if (document.hidden) return; // when it is seen again, nudge comes
      if (ended && paused.peek()) { plan(GAP_MS); return; }
      busy = true;
      const begun = performance.now();
      try {
        const value = await latest.current();
        if (gone) return;
        setData({ key, value });
        lastAnswer.value = performance.now();
        failures = 0;
        trouble(key, "");
      } catch (e) {
        if (gone) return;
        failures++;
        if (e instanceof LoggedOut) me.value = null;
        else trouble(key, e.message);
      }
      busy = false;
      ended = performance.now();
      gap = failures ? RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] : Math.max(GAP_MS, 4 * (ended - begun));
      plan(failures ? gap : again ? 0 : rest());
      again = false;
    }
    const soon = () => {
      if (busy) again = true;
      else plan(Math.max(0, ended + gap - performance.now()));
    };
    // Each is run once at once: the first loads, the others only look.
    let first = true;
    const stops = [
      effect(() => { void nudge.value; untracked(run); }),
      effect(() => { void changes.value; if (!first && !polled && every < LIVE_MS) soon(); }),
      effect(() => { if (!live.value && !first && !busy) plan(rest()); }),
    ];
    first = false;
    return () => { gone = true; clearTimeout(timer); for (const stop of stops) stop(); trouble(key, ""); };
  }, [key]);
  return data?.key === key ? data.value : undefined;
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) nudge.value++; });
addEventListener("pointerdown", (e) => { held.value = e.button === 0; });
for (const name of ["pointerup", "pointercancel", "dragend", "blur"]) addEventListener(name, () => { held.value = false; });

let noteTimer = 0;
effect(() => {
  clearTimeout(noteTimer);
  if (note.value) noteTimer = setTimeout(() => { note.value = ""; }, 6000);
});
let faultTimer = 0;
effect(() => {
  clearTimeout(faultTimer);
  if (fault.value) faultTimer = setTimeout(() => { fault.value = ""; }, 20000);
});
