// The calls of the chosen session, or of all, as a table.

import { atMostEvery, element } from "./dom.js";
import { count, dollars, duration, moment } from "./format.js";
import { callWords } from "./states.js";
import { Table } from "./table.js";

const DRAW_MS = 500;

const COLUMNS = [
  { name: "started", label: "Begun", numeric: true, format: moment },
  { name: "sessionNumber", label: "Session", numeric: true, optional: true, format: (value) => `#${value}` },
  { name: "number", label: "Call", numeric: true, title: "Of its session; reports count the calls of the whole log" },
  { name: "agentNumber", label: "Agent", numeric: true, optional: true, format: (value) => `⤷${value}` },
  { name: "state", label: "State", format: (value, row) => callWords(row) },
  { name: "input", label: "Input", numeric: true, format: count, title: "All input tokens, cached or not" },
  { name: "cached", label: "Cached", numeric: true, format: count, optional: true, title: "Of them, read from the cache" },
  { name: "output", label: "Output", numeric: true, format: count },
  { name: "cost", label: "Cost", numeric: true, format: dollars },
  { name: "ttft", label: "First token", numeric: true, format: duration },
  { name: "duration", label: "Duration", numeric: true, format: duration },
  { name: "ending", label: "Ended by" },
  { name: "purpose", label: "Purpose" },
  { name: "model", label: "Model" },
];

export class Calls {
  constructor(panel, store) {
    this.panel = panel;
    this.store = store;
    this.session = null;
    this.table = new Table("Calls");
    this.table.setColumns(COLUMNS);
    this.asides = element("input", { type: "checkbox", on: { change: () => this.draw() } });
    panel.append(
      element("label", { class: "choice" }, this.asides, "titles, warm-ups and the like too"),
      this.table.node,
    );
    this.update = atMostEvery(DRAW_MS, () => this.draw());
  }

  watch(session) {
    this.session = session;
    this.draw();
  }

  search(text) {
    this.table.setFilter(text);
  }

  draw() {
    if (!this.panel.offsetParent) return;
    const calls = this.store.calls(this.session, this.asides.checked).reverse();
    this.table.setRows(
      calls.map((call) => ({
        ...call,
        sessionNumber: this.session === null ? this.store.sessions.get(call.session)?.number : undefined,
        agentNumber: this.store.agentOf(call)?.number,
        ending: call.error ?? call.stop ?? call.end,
      })),
    );
  }
}
