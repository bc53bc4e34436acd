// A table that can be sorted by each of its columns, filtered, and is drawn in portions: thousands of rows stay quick.

import { element, setText } from "./dom.js";
import { markEdges } from "./edges.js";
import { count, plural } from "./format.js";

const PORTION = 200;
const LONG = 24;

const compareTexts = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

const keyOf = (column, row) => {
  const value = row[column.name] ?? null;
  return (column.key && value !== null ? column.key(value) : value) ?? null;
};

export class Table {
  /**
   * A column: `name` (a row's key), `label`, `numeric`; and where they are wanted `format` (value to text), `key`
   * (value to what is sorted by), `title` (a longer text) and `optional`: not there while no row tells anything in it.
   */
  constructor(caption) {
    this.columns = [];
    this.rows = [];
    this.filter = "";
    this.sorted = null;
    this.totals = null;
    this.shown = PORTION;
    this.head = element("tr");
    this.body = element("tbody");
    this.caption = element("caption", { class: "unseen", text: caption });
    this.status = element("p", { class: "about", role: "status" });
    this.more = element("button", { type: "button", class: "more", on: { click: () => this.showMore() } });
    this.foot = element("tfoot");
    const table = element("table", {}, this.caption, element("thead", {}, this.head), this.body, this.foot);
    const scroller = element("div", { class: "scroller", tabindex: "0" }, table);
    this.node = element("div", { class: "table" }, this.status, scroller, this.more);
    markEdges(scroller);
  }

  setColumns(columns) {
    this.columns = columns;
    this.sorted = null;
    this.head.replaceChildren(
      ...columns.map((column) =>
        element(
          "th",
          { scope: "col", class: column.numeric ? "numeric" : null, title: column.title },
          element("button", { type: "button", text: column.label, on: { click: () => this.sortBy(column) } }),
        ),
      ),
    );
  }

  /** Texts, a column each; null where there are none. */
  setTotals(totals) {
    this.totals = totals;
  }

  setRows(rows) {
    this.rows = rows;
    this.draw();
  }

  setFilter(text) {
    if (this.filter === text) return;
    this.filter = text;
    this.shown = PORTION;
    this.draw();
  }

  /** Numbers come largest first, texts from A; the same column again turns it round. */
  sortBy(column) {
    const descends = this.sorted?.column === column ? !this.sorted.descends : Boolean(column.numeric);
    this.sorted = { column, descends };
    this.columns.forEach((one, index) => {
      const header = this.head.children[index];
      if (one === column) header.setAttribute("aria-sort", descends ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    });
    this.draw();
  }

  showMore() {
    this.shown += PORTION;
    this.draw();
  }

  /** An optional column without a word or a number is left out. */
  leaveOut() {
    this.columns.forEach((column, index) => {
      column.hidden = Boolean(column.optional) && this.rows.every((row) => ["", "0"].includes(this.text(column, row)));
      this.head.children[index].hidden = column.hidden;
    });
  }

  draw() {
    this.leaveOut();
    this.foot.replaceChildren(...(this.totals ? [this.lineNode(this.totals)] : []));
    const found = this.inOrder(this.rows.filter((row) => this.matches(row)));
    const drawn = found.slice(0, this.shown);
    this.body.replaceChildren(...drawn.map((row) => this.rowNode(row)));
    const left = found.length - drawn.length;
    this.more.hidden = left === 0;
    setText(this.more, `Show ${Math.min(PORTION, left)} more of ${count(left)}`);
    const all = plural(this.rows.length, "row");
    setText(this.status, found.length === this.rows.length ? all : `${count(found.length)} of ${all}`);
  }

  inOrder(rows) {
    if (!this.sorted) return rows;
    const { column, descends } = this.sorted;
    const sign = descends ? -1 : 1;
    // What was not told comes last, either way.
    return [...rows].sort((one, other) => {
      const [a, b] = [keyOf(column, one), keyOf(column, other)];
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : compareTexts(String(a), String(b)));
    });
  }

  matches(row) {
    const wanted = this.filter.toLowerCase();
    return !wanted || this.columns.some((column) => this.text(column, row).toLowerCase().includes(wanted));
  }

  text(column, row) {
    const value = row[column.name];
    if (value === null || value === undefined) return "";
    return column.format ? column.format(value, row) : String(value);
  }

  rowNode(row) {
    const line = this.lineNode(this.columns.map((column) => this.text(column, row)));
    if (row.state) line.dataset.state = row.state;
    return line;
  }

  /** A text for each column. One that may be cut is said in full to who points at it. */
  lineNode(texts) {
    const cells = this.columns.map(({ numeric, hidden }, index) => {
      const text = texts[index];
      return element("td", { class: numeric ? "numeric" : null, hidden, text, title: text.length > LONG ? text : null });
    });
    return element("tr", {}, ...cells);
  }
}
