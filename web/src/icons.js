// SPDX-License-Identifier: Apache-2.0
//
// Marks of hosts and services: a picture each, with words for those who can't
// see it, always in the same order. All are lines in a square of 16.

import { html } from "htm/preact";
import { absolute } from "./times.js";
import { t } from "./words.js";

const BELL = "M4 11V7a4 4 0 0 1 8 0v4l1.3 1.6H2.7zM6.6 14h2.8";
const SLASH = "M2 2l12 12";
const RING = "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2z";
const MONITOR = "M1.8 3h12.4v7.4H1.8zM8 10.4V13M5.2 13.4h5.6";

const PICTURES = {
  "acknowledged": "M2.8 8.6l3.5 3.6L13.4 4",
  "in downtime": `${RING}M8 5v3.2l2.3 1.7`,
  "host in downtime": `${MONITOR}M8 5v2l1.6 1`,
  "notifications off": `${BELL}${SLASH}`,
  "outside notification period": "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
  "checks off": `${RING}M4 4l8 8`,
  "passive results off": `M8 1.8v6M5.4 5.4L8 8l2.6-2.6M2.5 9.5V14h11V9.5${SLASH}`,
  "outside check period": "M5.5 3v10M10.5 3v10",
  "outside service period": "M2.5 3.8h11v9.8h-11zM2.5 7h11M5.2 2.2v3M10.8 2.2v3",
  "flapping": "M1 8c1.6-6 3-6 4.4 0s2.8 6 4.4 0 2.6-5 5.2-1",
  "stale": "M4 2.3h8M4 13.7h8M5 2.3c0 3.4 6 5.4 6 11.4M11 2.3c0 3.4-6 5.4-6 11.4",
  "commented": "M2 3h12v8H7.4L4 13.8V11H2z",
  "notes": "M3.6 1.8h6.2l2.8 2.8v9.6h-9zM5.8 7h4.6M5.8 10h4.6",
  "action": "M9 2.4h4.6V7M13.6 2.4L7.6 8.4M11.6 9.4v4.2H2.4V4.4h4.2",
};

const id = (name) => `i-${name.replaceAll(" ", "-")}`;

/** Once on each page; the marks point to it. */
export const Sprite = () => html`<svg class="hidden" aria-hidden="true"><defs>${Object.entries(PICTURES).map(([name, d]) => html`<symbol
  key=${name} id=${id(name)} viewBox="0 0 16 16"><path d=${d}/></symbol>`)}</defs></svg>`;

const Picture = ({ name }) => html`<svg class="icon" aria-hidden="true" viewBox="0 0 16 16"><use href=${`#${id(name)}`}/></svg>`;

/** Those that one is to see at once stand with their words. */
const MAIN = new Set(["acknowledged", "in downtime", "host in downtime", "notifications off"]);

export const Mark = ({ name, more }) => html`<span class=${`mark ${MAIN.has(name) ? "main" : ""}`} title=${more ? `${t(name)}: ${more}` : t(name)}>
  <${Picture} name=${name}/><span class="word">${t(name)}</span></span>`;

const away = (url) => /^https?:\/\//.test(url ?? "");
const Out = ({ name, to }) => html`<a class="mark" href=${to} rel="noopener noreferrer" title=${`${t(name)}: ${to}`}><${Picture} name=${name}/><span class="word">${t(name)}</span></a>`;

const lines = (list) => list?.map((one) => one.join(", ")).join("\n");
// Of each: id, author, comment; of a comment also its type, of a downtime origin, entry, start, end, ...
const [COMMENT, ACKNOWLEDGEMENT] = [1, 4];
const comments = (type) => (r) => lines(r.comments_with_extra_info?.filter((c) => c[3] === type).map(([, author, text]) => [author, text]));
const downtimes = (r) => lines(r.downtimes_with_extra_info?.map(([, author, text, , , start, end]) => [`${absolute(start)} – ${absolute(end)}`, author, text]));

const CONDITIONS = [
  ["acknowledged", (r) => r.acknowledged, comments(ACKNOWLEDGEMENT)],
  ["in downtime", (r) => r.scheduled_downtime_depth > 0, downtimes],
  ["host in downtime", (r) => r.host_scheduled_downtime_depth > 0],
  ["notifications off", (r) => r.notifications_enabled === 0],
  ["outside notification period", (r) => r.in_notification_period === 0],
  ["checks off", (r) => r.active_checks_enabled === 0 && r.modified_attributes_list?.includes("active_checks_enabled")],
  ["passive results off", (r) => r.accept_passive_checks === 0],
  ["outside check period", (r) => r.in_check_period === 0],
  ["outside service period", (r) => r.in_service_period === 0],
  ["flapping", (r) => r.is_flapping],
  ["stale", (r) => r.staleness >= STALE, (r) => t("check intervals old", r.staleness.toFixed(1))],
  ["commented", (r) => comments(COMMENT)(r), comments(COMMENT)],
];

/** Of a row of hosts or services, as many as its columns say. */
export const Marks = ({ of: r }) => html`${CONDITIONS.filter(([, holds]) => holds(r)).map(([name, , more]) => html`<${Mark} key=${name} name=${name} more=${more?.(r)}/>`)}
  ${away(r.notes_url_expanded) && html`<${Out} name="notes" to=${r.notes_url_expanded}/>`}${away(r.action_url_expanded) && html`<${Out} name="action" to=${r.action_url_expanded}/>`}`;

/** Beyond it, in check intervals, what is known is old. */
export const STALE = 1.5;
