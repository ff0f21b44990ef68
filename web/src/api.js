// SPDX-License-Identifier: Apache-2.0
//
// Requests to the console's server and to its REST API. Failures are Errors
// with words for people.

import { t } from "./words.js";

export class LoggedOut extends Error {}

/** Of a screen on the wall: the address has it behind its #. */
export const viewToken = /^#\/wall\?token=([0-9a-f]+)$/.exec(location.hash)?.[1];
const identity = viewToken ? { Authorization: `View ${viewToken}` } : {};

/** An answer as it comes. */
export const request = (path, options) => fetch(path, { ...options, headers: { ...options?.headers, ...identity } });

async function ask(path, options) {
  let answer;
  try {
    answer = await request(path, { signal: AbortSignal.timeout(20000), ...options });
  } catch {
    throw new Error(t("no answer"));
  }
  const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new LoggedOut(body.error || body.detail);
  if (!answer.ok) {
    const wait = answer.headers.get("Retry-After");
    const fields = Object.entries(body.fields || {}).map(([name, texts]) => `${name}: ${texts}`).join("; ");
    const text = [body.error || body.detail || t("answered", answer.status), fields].filter(Boolean).join(" ");
    throw Object.assign(new Error(wait ? `${text} ${t("again in", wait)}` : text), { body });
  }
  return body;
}

const send = (method, body) => ({
  method,
  headers: { "Content-Type": "application/json", "X-Vedette": "1" },
  body: JSON.stringify(body),
});

export const get = (page) => ask(`console/${page}`);
export const post = (page, body) => ask(`console/${page}`, send("POST", body));
export const rest = (method, path, body) => ask(`check_mk/api/1.0/${path}`, send(method, body));

/** Rows as objects: {rows, total, now}. */
export async function list(spec) {
  const { columns, rows, total, now } = await post("list", spec);
  return { rows: rows.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i]]))), total, now };
}

// --- conditions, as the REST API has them -----------------------------------

export const is = (left, right, op = "=") => ({ op, left, right });
export const all = (...expr) => ({ op: "and", expr: expr.flat().filter(Boolean) });
export const any = (...expr) => ({ op: "or", expr: expr.flat().filter(Boolean) });
export const not = (expr) => ({ op: "not", expr });
