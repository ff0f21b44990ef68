// SPDX-License-Identifier: Apache-2.0
//
// How a host and a service look in a list. Everything shown is text from
// outside and goes through text nodes.

const HOST = [["UP", "ok"], ["DOWN", "crit"], ["UNREACH", "unknown"]];
const SERVICE = [["OK", "ok"], ["WARN", "warn"], ["CRIT", "crit"], ["UNKNOWN", "unknown"]];
const PENDING = ["PENDING", "pending"];
const STALE = 1.5;

/** For sorting: hosts before services, then the worst first. */
export function severity(r) {
  if ("description" in r) return [0, 1, 3, 2][r.state] ?? 0;
  return 10 + ([0, 2, 1][r.state] ?? 0);
}

export function ago(since, now) {
  if (!since) return "–";
  const s = Math.max(0, now - since);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function marks(r) {
  const list = [];
  if (r.acknowledged) list.push("acknowledged");
  if (r.scheduled_downtime_depth > 0) list.push("downtime");
  if (r.host_scheduled_downtime_depth > 0) list.push("host in downtime");
  if (!r.notifications_enabled) list.push("notifications off");
  if (r.is_flapping) list.push("flapping");
  if (r.staleness >= STALE) list.push("stale");
  return list;
}

function link(text, href) {
  const a = document.createElement("a");
  a.href = href;
  a.textContent = text;
  return a;
}

function row(r, now, [word, style], name, signature) {
  const chip = document.createElement("span");
  chip.className = `chip s-${style}`;
  chip.textContent = word;
  const list = marks(r);
  const spans = list.map((text) => {
    const span = document.createElement("span");
    span.className = "mark";
    span.textContent = text;
    return span;
  });
  const since = ago(r.last_state_change, now);
  const soft = r.state_type === 0 && r.state !== 0 && r.has_been_checked;
  const time = document.createElement("time");
  if (r.last_state_change) {
    time.dateTime = new Date(r.last_state_change * 1000).toISOString();
    time.title = new Date(r.last_state_change * 1000).toLocaleString();
  }
  time.textContent = since;
  if (soft) chip.title = "soft: not yet confirmed";
  return {
    className: `${soft ? "soft" : ""} ${r.staleness >= STALE ? "stale" : ""}`.trim(),
    cells: [
      ["state", [chip], word + soft],
      ["name", [...name, ...spans], signature + list],
      ["since", [time], since + r.last_state_change],
      ["output", [r.plugin_output || (r.has_been_checked ? "" : "not yet checked")], r.plugin_output + r.has_been_checked],
    ],
  };
}

export function hostRow(r, now) {
  const state = r.has_been_checked ? HOST[r.state] ?? HOST[1] : PENDING;
  const counts = r.num_services_crit + r.num_services_warn + r.num_services_unknown;
  const name = [link(r.name, `#/services?q=${encodeURIComponent(r.name)}`)];
  if (counts) name.push(` (${counts} service problem${counts > 1 ? "s" : ""})`);
  return row(r, now, state, name, `${r.name} ${counts}`);
}

export function serviceRow(r, now) {
  const state = r.has_been_checked ? SERVICE[r.state] ?? SERVICE[3] : PENDING;
  const host = link(r.host_name, `#/services?q=${encodeURIComponent(r.host_name)}`);
  return row(r, now, state, [host, " · ", r.description], `${r.host_name};${r.description}`);
}
