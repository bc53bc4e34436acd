// The head of the page: the chosen session in figures, or all of them together.

import { element, setText } from "./dom.js";
import { count, dollars, plural, share } from "./format.js";
import { gauge } from "./sessions.js";
import { stateWords } from "./states.js";

export class Summary {
  constructor(node) {
    this.node = node;
    this.title = element("h2");
    this.state = element("span", { class: "state" });
    this.gauge = gauge();
    this.figures = element("dl");
    this.cells = new Map();
    node.append(this.title, this.state, this.gauge.node, this.figures);
  }

  /** `session` is undefined where all are meant. */
  show(session, sessions) {
    this.node.hidden = !session && !sessions.length;
    setText(
      this.title,
      session ? `${session.number === undefined ? "" : `#${session.number} `}${session.client}` : "All sessions",
    );
    setText(this.state, session ? stateWords(session) : "");
    this.state.dataset.state = session?.state ?? "";
    this.gauge.show(session?.context, session?.window);
    this.gauge.node.hidden = !session || session.context === undefined;
    for (const [name, value] of figures(session ? [session] : sessions)) this.cell(name, value);
  }

  cell(name, value) {
    let cell = this.cells.get(name);
    if (!cell) {
      cell = element("dd");
      this.cells.set(name, cell);
      this.figures.append(element("div", {}, element("dt", { text: name }), cell));
    }
    setText(cell, value);
  }
}

function figures(sessions) {
  const sum = (name) => sessions.reduce((total, session) => total + (session[name] ?? 0), 0);
  const priced = sessions.filter((session) => session.cost !== undefined);
  const unpriced = sum("unpriced");
  const cost = priced.length ? dollars(sum("cost")) : unpriced ? "not known" : "–";
  return [
    ["cost", priced.length && unpriced ? `${cost} + ${plural(unpriced, "call")} of unknown price` : cost],
    ["input", `${count(sum("input"))}${sum("cached") ? ` (${share(sum("cached"), sum("input"))} cached)` : ""}`],
    ["output", count(sum("output"))],
    ["turns", count(sum("turns"))],
    ["calls", count(sum("exchanges"))],
    ["errors", count(sum("errors"))],
  ];
}
