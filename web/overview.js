// SPDX-License-Identifier: Apache-2.0
//
// The counters on top of each page, and a stripe of all states. The order of
// the figures is that of the requests in the server's console.c.

const SVG = "http://www.w3.org/2000/svg";

function counter(name, value, href, bad) {
  const div = document.createElement("div");
  const dt = document.createElement("dt");
  const dd = document.createElement("dd");
  dt.textContent = name;
  const a = document.createElement("a");
  a.href = href;
  a.style.color = "inherit";
  a.textContent = value;
  dd.append(a);
  if (bad && value > 0) div.className = "bad";
  div.append(dd, dt);
  return div;
}

function stripe(parts) {
  const all = parts.reduce((sum, [, n]) => sum + n, 0);
  const box = document.createElement("div");
  box.className = "stripe";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", parts.map(([name, n]) => `${n} ${name}`).join(", "));
  svg.setAttribute("viewBox", "0 0 1000 8");
  svg.setAttribute("preserveAspectRatio", "none");
  let x = 0;
  for (const [name, n, style] of parts) {
    if (!n) continue;
    const rect = document.createElementNS(SVG, "rect");
    const width = (n / all) * 1000;
    rect.setAttribute("x", x);
    rect.setAttribute("width", width);
    rect.setAttribute("height", 8);
    rect.setAttribute("class", `f-${style}`);
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${n} ${name}`;
    rect.append(title);
    svg.append(rect);
    x += width;
  }
  box.append(svg);
  return box;
}

function card(title, figures, href, states) {
  const box = document.createElement("div");
  box.className = "card";
  const h2 = document.createElement("h2");
  h2.textContent = title;
  const dl = document.createElement("dl");
  dl.className = "counts";
  const [total, problems, unhandled, stale] = figures;
  dl.append(counter("total", total, href), counter("problems", problems, "#/problems", false),
    counter("unhandled", unhandled, "#/problems", true), counter("stale", stale, href, false));
  box.append(h2, dl, stripe(states));
  return box;
}

let drawn = "";

/** Draws the counters if they changed; returns how many problems are unhandled. */
export function drawOverview(node, data) {
  const h = data.hosts[0];
  const s = data.services[0];
  const text = JSON.stringify([h, s]);
  node.hidden = false;
  if (text !== drawn || !node.firstChild) {
    drawn = text;
    const focused = node.contains(document.activeElement)
      ? [...node.querySelectorAll("a")].indexOf(document.activeElement) : -1;
    node.replaceChildren(
      card("Hosts", h, "#/hosts", [["up", h[4], "ok"], ["down", h[5], "crit"], ["unreachable", h[6], "unknown"], ["pending", h[7], "pending"]]),
      card("Services", s, "#/services", [["OK", s[4], "ok"], ["warning", s[5], "warn"], ["critical", s[6], "crit"], ["unknown", s[7], "unknown"], ["pending", s[8], "pending"]]),
    );
    if (focused >= 0) node.querySelectorAll("a")[focused].focus();
  }
  return h[2] + s[2];
}
