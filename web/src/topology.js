// SPDX-License-Identifier: Apache-2.0
//
// Which host is reached through which: a drawing of parents and children with
// their states, and above it, in words, where the trouble begins.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { any, is, list } from "./api.js";
import { HostLink } from "./columns.js";
import { conditions } from "./search.js";
import { address, route, useData } from "./store.js";
import { Marks, State, Wait, setClock, stateOf } from "./show.js";
import { t } from "./words.js";

const MOST = 1000; // hosts that are drawn
const HEIGHT = 40;
const COLUMNS = ["name", "alias", "state", "has_been_checked", "state_type", "acknowledged", "scheduled_downtime_depth", "parents", "childs"];

/** Hosts that are not UP though a parent is, or that have none: the causes. */
export function causes(hosts) {
  const byName = new Map(hosts.map((h) => [h.name, h]));
  const bad = (h) => h && h.has_been_checked && h.state !== 0;
  return hosts.filter((h) => bad(h) && (h.parents.length === 0 || !h.parents.every((p) => bad(byName.get(p)))));
}

/** How many hosts are behind this one. */
function behind(byName, host) {
  const seen = new Set([host.name]);
  const next = [...host.childs];
  while (next.length) {
    const name = next.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    next.push(...(byName.get(name)?.childs ?? []));
  }
  return seen.size - 1;
}

const width = (name) => Math.max(60, Math.min(name.length, 28) * 8 + 24);

function layout(dagre, hosts) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 12, ranksep: 60, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(hosts.map((h) => h.name));
  for (const h of hosts) graph.setNode(h.name, { width: width(h.name), height: HEIGHT - 8 });
  for (const h of hosts) for (const p of h.parents) if (names.has(p)) graph.setEdge(p, h.name);
  dagre.layout(graph);
  return graph;
}

const path = (points) => points.map((p, i) => `${i ? "L" : "M"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join("");

function Drawing({ hosts }) {
  const [dagre, setDagre] = useState(null);
  useEffect(() => { import("@dagrejs/dagre").then((m) => setDagre(() => m.default ?? m)); }, []);
  const [drawn, setDrawn] = useState(null);
  const shape = JSON.stringify(hosts.map((h) => [h.name, h.parents]));
  useEffect(() => { if (dagre) setDrawn(layout(dagre, hosts)); }, [dagre, shape]);
  if (!drawn) return html`<div class="empty card" aria-busy="true">…</div>`;
  const byName = new Map(hosts.map((h) => [h.name, h]));
  const { width: w, height: h } = drawn.graph();
  return html`<div class="drawing card" tabindex="0" role="group" aria-label=${t("topology")}><svg width=${w} height=${h} viewBox=${`0 0 ${w} ${h}`}>
    ${drawn.edges().map((e) => html`<path key=${`${e.v} ${e.w}`} class="edge" d=${path(drawn.edge(e).points)}/>`)}
    ${drawn.nodes().map((name) => {
      const { x, y, width: nw, height: nh } = drawn.node(name);
      const host = byName.get(name);
      const [word, style] = stateOf(host ?? { has_been_checked: 0 });
      return html`<a key=${name} href=${address("host", [name])} aria-label=${`${name}: ${word}`}><g transform=${`translate(${x - nw / 2},${y - nh / 2})`}>
        <title>${`${name}: ${word}`}</title><rect class=${`node n-${style}`} width=${nw} height=${nh} rx="6"/>
        <text x=${nw / 2} y=${nh / 2 + 5} text-anchor="middle">${name.length > 28 ? `${name.slice(0, 27)}…` : name}</text></g></a>`;
    })}</svg></div>`;
}

export function Topology() {
  const { q = "" } = route.value.args;
  const key = `topology ${q}`;
  const data = useData(key, async () => {
    const linked = any(is("parents", "", "!="), is("childs", "", "!="));
    const answer = await list({ table: "hosts", columns: COLUMNS, sort: ["name"], limit: MOST, query: conditions("hosts", q) ?? linked });
    setClock(answer.now);
    return answer;
  });
  if (!data) return html`<h1>${t("topology")}</h1><${Wait} of=${key}/>`;
  const byName = new Map(data.rows.map((h) => [h.name, h]));
  const roots = causes(data.rows);
  return html`<h1>${t("topology")} <small>${data.total}</small></h1>
    ${data.total > data.rows.length && html`<p class="card">${t("drawn only", data.rows.length, data.total)}</p>`}
    ${roots.length > 0 && html`<section class="card"><h2>${t("causes")}</h2><ul class="plain">${roots.map((h) => html`<li key=${h.name}>
      <${State} of=${h}/> <${HostLink} name=${h.name}/> <${Marks} of=${h}/> ${h.childs.length > 0 && t("hosts behind", behind(byName, h))}</li>`)}</ul></section>`}
    ${data.rows.length === 0 ? html`<div class="empty card">${q ? t("nothing fits") : t("no parents")}</div>` : html`<${Drawing} hosts=${data.rows}/>`}`;
}
