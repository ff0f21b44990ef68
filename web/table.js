// SPDX-License-Identifier: Apache-2.0
//
// A table whose rows are known by a key: a new set of data changes the cells
// that differ, adds and removes rows, and leaves everything else alone.

export class Table {
  /** `draw(object, now)` gives {className, cells: [[class, text or Node, signature]]}. */
  constructor(titles, draw) {
    this.draw = draw;
    this.rows = new Map();
    this.node = document.createElement("div");
    this.table = document.createElement("table");
    const head = this.table.createTHead().insertRow();
    for (const title of titles) {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = title;
      head.append(th);
    }
    this.body = this.table.createTBody();
    this.none = document.createElement("div");
    this.none.className = "empty card";
    this.none.hidden = true;
    this.node.append(this.table, this.none);
  }

  show(columns, rows, key, now) {
    this.showObjects(rows.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i]]))), key, now);
  }

  showObjects(objects, key, now) {
    const seen = new Set();
    let before = null;
    for (const object of objects) {
      const k = key(object);
      seen.add(k);
      let row = this.rows.get(k);
      if (!row) {
        row = { tr: document.createElement("tr"), signatures: [] };
        this.rows.set(k, row);
      }
      this.fill(row, this.draw(object, now));
      const next = before ? before.nextSibling : this.body.firstChild;
      if (row.tr !== next) this.body.insertBefore(row.tr, next);
      before = row.tr;
    }
    for (const [k, row] of this.rows) {
      if (!seen.has(k)) {
        row.tr.remove();
        this.rows.delete(k);
      }
    }
  }

  fill(row, { className, cells }) {
    if (row.tr.className !== className) row.tr.className = className;
    cells.forEach(([style, content, signature], i) => {
      if (row.signatures[i] === signature) return;
      row.signatures[i] = signature;
      let td = row.tr.cells[i];
      if (!td) {
        td = row.tr.insertCell();
        td.className = style;
      }
      td.replaceChildren(...content);
    });
  }

  /** What is said in place of a table without rows. */
  empty(text, strong = "") {
    const none = this.rows.size === 0;
    this.table.hidden = none;
    this.none.hidden = !none;
    if (!none || this.said === strong + text) return;
    this.said = strong + text;
    const b = document.createElement("strong");
    b.textContent = strong;
    this.none.replaceChildren(b, text);
  }
}
