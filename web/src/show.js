// SPDX-License-Identifier: Apache-2.0
//
// How states, times and marks look. Everything shown is text from outside and
// goes through text nodes.

import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { troubles } from "./store.js";
import { absolute, duration } from "./times.js";
import { t } from "./words.js";

export { absolute, duration };
export { Marks, STALE } from "./icons.js";

const HOST = [["UP", "ok"], ["DOWN", "crit"], ["UNREACH", "unknown"]];
const SERVICE = [["OK", "ok"], ["WARN", "warn"], ["CRIT", "crit"], ["UNKNOWN", "unknown"]];
const PENDING = ["PENDING", "pending"];

export const isService = (r) => "description" in r;
export const stateOf = (r) => (r.has_been_checked === 0 ? PENDING : (isService(r) ? SERVICE : HOST)[r.state] ?? SERVICE[3]);

/** For sorting: hosts before services, then the worst first. */
export const severity = (r) => (isService(r) ? [0, 1, 3, 2][r.state] ?? 0 : 10 + ([0, 2, 1][r.state] ?? 0));

export function State({ of: r }) {
  const [word, style] = stateOf(r);
  const soft = r.state_type === 0 && r.state !== 0 && r.has_been_checked;
  return html`<span class=${`chip s-${style} ${soft ? "soft" : ""}`} title=${soft ? t("soft") : undefined}>${word}</span>`;
}

/** A state alone; -1 is pending. */
export function Chip({ service, state }) {
  const [word, style] = (service ? SERVICE : HOST)[state] ?? (state < 0 ? PENDING : SERVICE[3]);
  return html`<span class=${`chip s-${style}`}>${word}</span>`;
}

export const EventState = ({ state }) => html`<${Chip} service state=${state}/>`;

/** In place of data that is not there yet, or why it cannot be had. */
export function Wait({ of: key }) {
  const why = troubles.value.get(key);
  return why ? html`<div class="empty card trouble">${t("no data")} ${why}</div>` : html`<div class="empty card" aria-busy="true">…</div>`;
}

// --- times ------------------------------------------------------------------

export const clock = signal(Date.now() / 1000);
let offset = 0; // of the server's clock
setInterval(() => { clock.value = Date.now() / 1000 + offset; }, 1000);
export function setClock(now) { if (Math.abs(now - Date.now() / 1000) > 5) offset = now - Date.now() / 1000; }

/** How long ago, by one clock that ticks for all. */
export function Ago({ time }) {
  if (!time) return "–";
  return html`<time datetime=${new Date(time * 1000).toISOString()} title=${absolute(time)}>${duration(Math.abs(clock.value - time))}</time>`;
}

export const At = ({ time }) => (time ? html`<time datetime=${new Date(time * 1000).toISOString()} title=${duration(Math.abs(clock.value - time))}>${absolute(time)}</time>` : "–");

/** Text where http and https addresses are links. */
export function Linked({ text }) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, i) => (i % 2
    ? html`<a href=${part} rel="noopener noreferrer">${part}</a>` : part));
}
