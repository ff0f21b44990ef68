// SPDX-License-Identifier: Apache-2.0
//
// What people type to find things, as conditions: words with a prefix are
// regular expressions on one thing, others are parts of any name. The same
// prefix again means "or", different ones "and".

import { all, any, is } from "./api.js";

const literal = (text) => text.replace(/[\\^$.[\]|()?*+{}]/g, "\\$&");
const STATES = { ok: 0, up: 0, warn: 1, down: 1, crit: 2, unreach: 2, unkn: 3, unknown: 3 };

const state = (hosts) => (text) => {
  const word = text.toLowerCase();
  if (word.startsWith("pend")) return is("has_been_checked", 0);
  return word in STATES ? all(is("has_been_checked", 1), is("state", STATES[word])) : is("state", hosts ? 99 : 98);
};
const label = (column) => (text) => {
  const [name, ...value] = text.split(":");
  return is(column, `'${name}' '${value.join(":")}'`);
};
/** "group:tag", or "tag" of any group. */
const tag = (column) => (text) => (text.includes(":") ? label(`${column}s`)(text) : is(`${column}_values`, text, ">="));
const pattern = (column) => (text) => is(column, text, "~~");
const member = (column) => (text) => is(column, text, ">=");

const PREFIXES = {
  hosts: {
    h: pattern("name"), al: pattern("alias"), ad: pattern("address"), hg: member("groups"),
    s: member("services"), tg: tag("tag"), hl: label("labels"), st: state(true),
  },
  services: {
    h: pattern("host_name"), s: pattern("description"), al: pattern("host_alias"), ad: pattern("host_address"),
    hg: member("host_groups"), sg: member("groups"), tg: tag("host_tag"), hl: label("host_labels"), sl: label("labels"), st: state(false),
  },
  statehist: {
    h: pattern("host_name"), s: pattern("service_description"), al: pattern("current_host_alias"), ad: pattern("current_host_address"),
    hg: member("current_host_groups"), sg: member("current_service_groups"), hl: label("current_host_labels"), sl: label("current_service_labels"),
  },
};
const PLAIN = {
  hosts: ["name", "alias", "address"],
  services: ["description", "host_name", "plugin_output"],
  statehist: ["host_name", "service_description"],
};

/**
 * Conditions of a table for a text, or undefined for an empty one. `named`:
 * words are looked for in names, not in what checks say.
 */
export function conditions(table, text, named = false) {
  const found = new Map();
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const [, prefix, rest] = /^([a-z]{1,2}):(.+)$/.exec(word) ?? [];
    const make = PREFIXES[table][prefix];
    const condition = make
      ? make(rest)
      : any(PLAIN[table].filter((c) => !named || c !== "plugin_output").map((column) => is(column, literal(word), "~~")));
    const key = make ? prefix : word;
    found.set(key, [...(found.get(key) ?? []), condition]);
  }
  const parts = [...found.values()].map((list) => (list.length > 1 ? any(list) : list[0]));
  return parts.length > 1 ? all(parts) : parts[0];
}
