// SPDX-License-Identifier: Apache-2.0
//
// Requests to the console's server. Failures are Errors with words for people.

export class LoggedOut extends Error {}

async function request(path, options) {
  let answer;
  try {
    answer = await fetch(`console/${path}`, { signal: AbortSignal.timeout(20000), ...options });
  } catch {
    throw new Error("The site's server does not answer. It is tried again.");
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new LoggedOut(body.error);
  if (!answer.ok) {
    const wait = answer.headers.get("Retry-After");
    throw new Error(`${body.error || `The server answered ${answer.status}.`}${wait ? ` Try again in ${wait} s.` : ""}`);
  }
  return body;
}

export function get(path, args = {}) {
  const query = new URLSearchParams(Object.entries(args).filter(([, v]) => v !== "")).toString();
  return request(query ? `${path}?${query}` : path);
}

export function post(path, body) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Vedette": "1" },
    body: JSON.stringify(body),
  });
}
