// Reports as sortable tables.

import { element } from "./dom.js";
import { Table } from "./table.js";

export class Reports {
  constructor(panel) {
    this.panel = panel;
    this.table = new Table("Report");
    this.note = element("p", { class: "empty" });
    panel.append(this.note, this.table.node);
  }

  open() {}

  search(text) {
    this.table.setFilter(text);
  }
}
