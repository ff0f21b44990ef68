// SPDX-License-Identifier: Apache-2.0
//
// Columns of lists, and what they need from the server.

import { html } from "htm/preact";
import { Ago, Marks, State } from "./show.js";
import { address } from "./store.js";
import { t } from "./words.js";

const COMMON = ["state", "has_been_checked", "state_type", "last_state_change", "last_check", "acknowledged",
  "scheduled_downtime_depth", "staleness", "plugin_output", "notifications_enabled", "active_checks_enabled", "modified_attributes_list",
  "is_flapping", "accept_passive_checks", "in_notification_period", "in_check_period", "in_service_period", "comments_with_extra_info",
  "downtimes_with_extra_info", "notes_url_expanded", "action_url_expanded"];
export const HOST = ["name", "alias", "address", ...COMMON, "num_services_crit", "num_services_warn", "num_services_unknown"];
export const SERVICE = ["host_name", "description", ...COMMON, "host_state", "host_scheduled_downtime_depth"];

export const hostKey = (r) => r.name;
export const serviceKey = (r) => `${r.host_name};${r.description}`;

export const HostLink = ({ name }) => html`<a href=${address("host", [name])}>${name}</a>`;
export const ServiceLink = ({ host, name }) => html`<a href=${address("service", [host, name])}>${name}</a>`;

const state = { id: "state", title: t("state"), by: "state", style: "state", draw: (r) => html`<${State} of=${r}/>` };
const since = { id: "since", title: t("since"), by: "last_state_change", style: "since", draw: (r) => html`<${Ago} time=${r.last_state_change}/>` };
const output = { id: "output", title: t("output"), by: "plugin_output", style: "output",
  draw: (r) => html`<span title=${r.plugin_output}>${r.plugin_output || (r.has_been_checked ? "" : t("not checked"))}</span>` };

export const hostColumns = [state,
  { id: "name", title: t("host"), by: "name", style: "name", draw: (r) => html`<span class="cut"><${HostLink} name=${r.name}/></span><${Marks} of=${r}/>` },
  since,
  { id: "services", title: t("services"), by: "num_services_crit", style: "number", draw: (r) => {
    const bad = r.num_services_crit + r.num_services_warn + r.num_services_unknown;
    return bad ? html`<a href=${address("services", [], { q: `h:^${r.name.replace(/\./g, "\\.")}$` })}>${bad}</a>` : "";
  } },
  output];

export const serviceColumns = (withHost = true) => [state,
  ...(withHost ? [{ id: "host", title: t("host"), by: "host_name", style: "host", draw: (r) => html`<${HostLink} name=${r.host_name}/>` }] : []),
  { id: "name", title: t("service"), by: "description", style: "name",
    draw: (r) => html`<span class="cut"><${ServiceLink} host=${r.host_name} name=${r.description}/></span><${Marks} of=${r}/>` },
  since, output];

export const problemColumns = [state,
  { id: "name", title: t("name"), style: "name wide", draw: (r) => ("description" in r
    ? html`<${HostLink} name=${r.host_name}/> <span class="soft-text">/</span> <${ServiceLink} host=${r.host_name} name=${r.description}/>`
    : html`<${HostLink} name=${r.name}/>`), },
  { id: "marks", title: "", spoken: "marks", style: "marks", draw: (r) => html`<${Marks} of=${r}/>` },
  since, output].map(({ by, ...column }) => column);
