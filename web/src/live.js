// SPDX-License-Identifier: Apache-2.0
//
// The server's stream of changes (console/live). While it is there, lists are
// asked when something has changed; without it they are asked every 5 s. A page
// that nobody sees has no stream: a browser opens six connections to a server.

import { effect } from "@preact/signals";
import { request, viewToken } from "./api.js";
import { changes, core, live, me, nudge, paused, waiting } from "./store.js";

const SILENT_MS = 40000; // beats come every 15 s
const RETRY_MS = 30000;
let source = null;
let heard = 0;
let shownSeq = 0; // core's frames that the page has asked after
let retry = 0;

function close() {
  source?.close();
  source = null;
  live.value = false;
  clearTimeout(retry);
}

function later(ms) {
  close();
  retry = setTimeout(open, ms);
}

function hear(e) {
  const told = JSON.parse(e.data);
  heard = performance.now();
  core.value = told.core;
  if (e.type === "beat") return;
  if (paused.peek()) {
    waiting.value = Math.max(1, told.seq - shownSeq);
  } else {
    shownSeq = told.seq;
    changes.value++;
  }
}

/** An EventSource that can say whose view it is. */
class ViewSource extends EventTarget {
  readyState = EventSource.CONNECTING;
  #abort = new AbortController();

  constructor() {
    super();
    this.#read().catch(() => {}).finally(() => {
      if (this.readyState === EventSource.CLOSED) return;
      this.readyState = EventSource.CLOSED;
      this.onerror?.();
    });
  }

  close() {
    this.readyState = EventSource.CLOSED;
    this.#abort.abort();
  }

  async #read() {
    const answer = await request("console/live", { signal: this.#abort.signal });
    if (!answer.ok) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    this.readyState = EventSource.OPEN;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const messages = (text + value).split("\n\n");
      text = messages.pop();
      for (const message of messages) {
        const fields = Object.fromEntries(message.split("\n").map((line) => line.split(/: (.*)/s)));
        this.dispatchEvent(new MessageEvent(fields.event, { data: fields.data }));
      }
    }
  }
}

function open() {
  if (source || document.hidden || !me.value) return;
  source = viewToken ? new ViewSource() : new EventSource("console/live");
  source.addEventListener("hello", (e) => { hear(e); live.value = true; });
  for (const kind of ["change", "beat"]) source.addEventListener(kind, hear);
  source.addEventListener("end", () => { later(2000); nudge.value++; });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) later(RETRY_MS);
    else live.value = false; // the browser tries again
  };
}

setInterval(() => { if (live.value && performance.now() - heard > SILENT_MS) later(1000); }, 5000);
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
effect(() => { if (me.value) open(); else close(); });
effect(() => {
  if (paused.value || !waiting.peek()) return;
  waiting.value = 0;
  changes.value++;
});
