// SPDX-License-Identifier: Apache-2.0
//
// The counters above every page: each is a link to what it counts.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { LoggedOut, get } from "./api.js";
import { address, core, me, useData } from "./store.js";
import { t } from "./words.js";

const NAMES = ["total", "problems column", "unhandled", "stale"];
const STATES = { hosts: ["ok", "crit", "unknown", "pending"], services: ["ok", "warn", "crit", "unknown", "pending"] };

const link = (kind, i) => address(kind, [], { show: ["", "problems", "unhandled", "stale"][i] });

/** How the states share a line; the numbers beside it say the same. */
function Stripe({ kind, counts }) {
  const sum = counts.reduce((a, b) => a + b, 0) || 1;
  let x = 0;
  return html`<div class="stripe" aria-hidden="true"><svg viewBox="0 0 100 1" preserveAspectRatio="none">
    ${counts.map((n, i) => {
      const rect = html`<rect class=${`f-${STATES[kind][i]}`} x=${(x / sum) * 100} y="0" width=${(n / sum) * 100} height="1"/>`;
      x += n;
      return rect;
    })}</svg></div>`;
}

/** Numbers of the event console; without it, nothing but a word. */
function EventCard() {
  const data = useData("event counts", () => get("events").catch((e) => { if (e instanceof LoggedOut) throw e; return { events: null }; }), undefined, true);
  if (!data) return null;
  const to = [address("events"), address("events", [], { show: "problems" }), address("events", [], { show: "unhandled" })];
  return html`<section class="card" aria-label=${t("events")}><h2>${t("events")}</h2>
    ${data.events ? html`<dl class="counts">${NAMES.slice(0, 3).map((name, i) => html`<div key=${name} class=${i > 0 && data.events[i] ? "bad" : ""}>
      <dt>${t(name)}</dt><dd><a href=${to[i]}>${data.events[i]}</a></dd></div>`)}</dl>` : html`<p class="soft-text">${t("no event console")}</p>`}</section>`;
}

const Card = ({ kind, row }) => html`<section class="card" aria-label=${t(kind)}><h2>${t(kind)}</h2>
  <dl class="counts">${NAMES.map((name, i) => html`<div key=${name} class=${i > 0 && i < 3 && row[i] ? "bad" : ""}>
    <dt>${t(name)}</dt><dd><a href=${link(kind, i)}>${row[i]}</a></dd></div>`)}</dl>
  <${Stripe} kind=${kind} counts=${row.slice(4)}/></section>`;

export function Overview() {
  const data = useData("overview", () => get("overview"));
  useEffect(() => { if (data) core.value = data.core; }, [data]);
  if (!data) return null;
  const [hosts, services] = [data.hosts[0], data.services[0]];
  const unhandled = hosts[2] + services[2];
  document.title = `${unhandled ? `(${unhandled}) ` : ""}${me.value.site} · Vedette`;
  return html`<section id="overview" aria-label=${t("problems")}><${Card} kind="hosts" row=${hosts}/><${Card} kind="services" row=${services}/><${EventCard}/></section>`;
}
