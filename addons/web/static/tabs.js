// The views: tabs as the ARIA practices have them, and one of them in the page's address.

import { element } from "./dom.js";

const VIEWS = [
  ["live", "Live"],
  ["charts", "Charts"],
  ["calls", "Calls"],
  ["reports", "Reports"],
];

export class Tabs {
  constructor(bar, onChange) {
    this.onChange = onChange;
    this.tabs = new Map(VIEWS.map(([name, label]) => [name, this.tab(name, label)]));
    bar.append(...this.tabs.values());
    bar.addEventListener("keydown", (event) => this.keyed(event));
  }

  tab(name, label) {
    return element("button", {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": `panel-${name}`,
      text: label,
      on: { click: () => this.show(name) },
    });
  }

  show(name) {
    if (!this.tabs.has(name)) name = "live";
    this.current = name;
    document.body.dataset.view = name;
    for (const [one, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
    }
    this.onChange(name);
  }

  keyed(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = [...this.tabs.keys()];
    const next = names[(names.indexOf(this.current) + step + names.length) % names.length];
    this.show(next);
    this.tabs.get(next).focus();
  }
}
