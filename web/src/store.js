// SPDX-License-Identifier: Apache-2.0
//
// What the whole console shares, as signals: who one is, the address, what went
// wrong, when data came; and `useData`, by which a page gets its data again and
// again.

import { signal, effect } from "@preact/signals";
import { useEffect, useState, useRef } from "preact/hooks";
import { LoggedOut } from "./api.js";

export const REFRESH_MS = 5000;

export const me = signal(undefined); // undefined: not known yet; null: nobody
export const fault = signal("");
export const note = signal(""); // what was done, for a moment
export const lastAnswer = signal(0);
export const dialog = signal(null); // what is open above the page
export const nudge = signal(0); // counts up: data is stale now

export const may = (permission) => Boolean(me.value?.may.includes(permission));

// --- the address: #/PAGE/NAME/NAME?key=value --------------------------------

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...names] = path.split("/").map(decodeURIComponent);
  return { page: page || "problems", names, args: Object.fromEntries(new URLSearchParams(query || "")) };
}

export const route = signal(parse());
addEventListener("hashchange", () => { route.value = parse(); });

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

/**
 * What `load` gives, again `every` ms and after what one did; undefined
 * until the first answer. `key` says what it depends on. Old data stays while
 * new data is under way.
 */
export function useData(key, load, every = REFRESH_MS) {
  const [data, setData] = useState();
  const turn = useRef(0);
  const stale = nudge.value;
  useEffect(() => {
    const mine = ++turn.current;
    let timer;
    const run = async () => {
      if (!document.hidden) {
        try {
          const fresh = await load();
          if (turn.current !== mine) return;
          setData({ key, value: fresh });
          lastAnswer.value = performance.now();
          fault.value = "";
        } catch (e) {
          if (turn.current !== mine) return;
          if (e instanceof LoggedOut) me.value = null;
          else fault.value = e.message;
        }
      }
      timer = setTimeout(run, every);
    };
    run();
    return () => { turn.current++; clearTimeout(timer); };
  }, [key, stale]);
  return data?.key === key ? data.value : undefined;
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) nudge.value++; });

let noteTimer = 0;
effect(() => {
  clearTimeout(noteTimer);
  if (note.value) noteTimer = setTimeout(() => { note.value = ""; }, 6000);
});
