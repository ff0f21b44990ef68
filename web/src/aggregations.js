// SPDX-License-Identifier: Apache-2.0
//
// Aggregations: what several hosts and services together mean for the business,
// as trees that open; those with problems are open at first.

import { html } from "htm/preact";
import { list } from "./api.js";
import { HostLink, ServiceLink } from "./columns.js";
import { Mark } from "./icons.js";
import { rewrite, route, useData } from "./store.js";
import { Chip, Wait, setClock } from "./show.js";
import { t, term } from "./words.js";

const COLUMNS = ["name", "alias", "state", "in_downtime", "acknowledged", "in_service_period", "num_objects", "nodes"];

/** The flat list of nodes, parents first, as a tree. */
function tree(nodes) {
  const path = [];
  for (const [depth, title, kind, host, service, aggregation, state, inDowntime, acknowledged] of nodes) {
    const node = { title, kind, host, service, aggregation, state, inDowntime, acknowledged, below: [] };
    path.length = depth;
    path.at(-1)?.below.push(node);
    path.push(node);
  }
  return path[0];
}

const Name = ({ node: n }) => (n.service ? html`<${HostLink} name=${n.host}/> <span class="soft-text">/</span> <${ServiceLink} host=${n.host} name=${n.service}/>`
  : n.host ? html`<${HostLink} name=${n.host}/>` : n.title || n.aggregation);

const Words = ({ of: n }) => html`${n.acknowledged ? html`<${Mark} name="acknowledged"/>` : ""}${n.inDowntime || n.in_downtime ? html`<${Mark} name="in downtime"/>` : ""}
  ${n.in_service_period === 0 ? html`<${Mark} name="outside service period"/>` : ""}`;

function Node({ node: n, bad }) {
  const below = bad ? n.below.filter((b) => b.state !== 0) : n.below;
  const head = html`<${Chip} service state=${n.state}/> <${Name} node=${n}/> <span class="soft-text">${n.below.length > 0 && term("sum", n.kind)}</span><${Words} of=${n}/>`;
  if (below.length === 0) return html`<li>${head}</li>`;
  return html`<li><details open=${n.state !== 0}><summary>${head}</summary><ul>${below.map((b, i) => html`<${Node} key=${i} node=${b} bad=${bad}/>`)}</ul></details></li>`;
}

export function Aggregations() {
  const { bad } = route.value.args;
  const data = useData("aggregations", async () => {
    const answer = await list({ table: "aggregations", columns: COLUMNS, sort: ["name"], limit: 1000 });
    setClock(answer.now);
    return answer.rows;
  });
  const rows = data?.filter((a) => !bad || a.state !== 0);
  return html`<h1>${t("aggregations")} ${rows && html`<small>${rows.length}</small>`}<label class="check side"><input type="checkbox" checked=${Boolean(bad)}
      onChange=${(e) => rewrite({ bad: e.target.checked ? 1 : "" })}/> ${t("only problems")}</label></h1>
    ${!rows ? html`<${Wait} of="aggregations"/>` : rows.length === 0
      ? html`<div class="empty card">${data.length ? html`<strong>${t("no problems")}</strong>` : t("no aggregations")}</div>`
      : rows.map((a) => html`<section class="card aggregation" key=${a.name}><h2><${Chip} service state=${a.state}/> ${a.alias || a.name}
          <small>${t("objects", a.num_objects)}</small><${Words} of=${a}/></h2>
        <ul class="tree">${(tree(a.nodes)?.below ?? []).map((n, i) => html`<${Node} key=${i} node=${n} bad=${bad}/>`)}</ul></section>`)}`;
}
