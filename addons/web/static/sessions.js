// The list of sessions: who does what, how full its context is, what it has cost. A row is kept and changed in place.

import { element, setText } from "./dom.js";
import { markEdges } from "./edges.js";
import { count, dollars, plural, share, short } from "./format.js";
import { fullness, stateWords } from "./states.js";

export class SessionList {
  /** `onChoose` gets a session's id, or null for all of them. */
  constructor(list, emptyNote, onChoose) {
    this.list = list;
    this.emptyNote = emptyNote;
    this.onChoose = onChoose;
    this.rows = new Map();
    this.all = new Row(() => onChoose(null));
    setText(this.all.name, "All sessions");
    this.all.gauge.node.hidden = true;
    this.list.append(this.all.node);
    markEdges(this.list.parentNode);
  }

  show(sessions, chosen) {
    this.emptyNote.hidden = sessions.length > 0;
    this.all.node.hidden = sessions.length < 2;
    this.all.choose(chosen === null);
    setText(this.all.figures, sum(sessions));
    const wanted = new Set(sessions.map((session) => session.id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    let before = this.all.node;
    for (const session of sessions) {
      let row = this.rows.get(session.id);
      if (!row) this.rows.set(session.id, (row = new Row(() => this.onChoose(session.id))));
      if (before.nextSibling !== row.node) before.after(row.node);
      before = row.node;
      row.show(session);
      row.choose(session.id === chosen);
    }
    this.order = sessions.map((session) => session.id);
  }

  /** The session after, or before, the chosen one, in the order of the list. */
  beside(chosen, step) {
    const order = this.order ?? [];
    const place = order.indexOf(chosen);
    return order[Math.max(0, Math.min(order.length - 1, place < 0 ? 0 : place + step))] ?? null;
  }

  focus(id) {
    const row = id === null ? this.all : this.rows.get(id);
    row?.button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

const sum = (sessions) =>
  [
    plural(sessions.length, "session"),
    dollars(total(sessions, "cost")),
    `${short(total(sessions, "input") ?? 0)} in`,
    `${short(total(sessions, "output") ?? 0)} out`,
  ]
    .filter(Boolean)
    .join(" · ");

function total(sessions, name) {
  const told = sessions.map((session) => session[name]).filter((value) => value !== undefined);
  return told.length ? told.reduce((one, other) => one + other, 0) : undefined;
}

class Row {
  constructor(onChoose) {
    this.name = element("span", { class: "name" });
    this.state = element("span", { class: "state" });
    this.prompt = element("span", { class: "prompt" });
    this.model = element("span", { class: "model" });
    this.figures = element("span", { class: "figures" });
    this.gauge = gauge();
    this.agents = element("span", { class: "agents" });
    this.button = element(
      "button",
      { type: "button", on: { click: onChoose } },
      element("span", { class: "first" }, this.name, this.state),
      this.prompt,
      this.model,
      this.figures,
      this.gauge.node,
      this.agents,
    );
    this.node = element("li", {}, this.button);
  }

  choose(isChosen) {
    if (isChosen) this.button.setAttribute("aria-current", "true");
    else this.button.removeAttribute("aria-current");
  }

  show(session) {
    setText(this.name, `${session.number === undefined ? "" : `#${session.number} `}${session.client}`);
    setText(this.state, stateWords(session));
    this.state.dataset.state = session.state;
    setText(this.prompt, session.silence ?? session.prompt ?? "");
    this.prompt.title = this.prompt.textContent;
    setText(this.model, session.model ?? "");
    setText(this.figures, figures(session));
    this.gauge.show(session.context, session.window);
    const busy = session.agents.filter((agent) => agent.state !== "idle" && agent.state !== "interrupted");
    setText(this.agents, busy.map((agent) => `⤷${agent.number} ${stateWords(agent)}`).join("\n"));
  }
}

const figures = (session) =>
  [
    dollars(session.cost),
    session.input || session.output ? `${short(session.input)} in` : "",
    session.output ? `${short(session.output)} out` : "",
    session.errors ? plural(session.errors, "error") : "",
  ]
    .filter(Boolean)
    .join(" · ");

/** How full the context is: a bar and its words. Shows only the number where the window is not told. */
export function gauge() {
  const fill = element("span", { class: "fill" });
  const bar = element(
    "span",
    { class: "bar", role: "meter", "aria-label": "Context", "aria-valuemin": 0, "aria-valuemax": 100 },
    fill,
  );
  const words = element("span", { class: "words" });
  const node = element("span", { class: "gauge" }, bar, words);
  return {
    node,
    show(tokens, window) {
      node.hidden = tokens === undefined;
      const full = fullness(tokens, window);
      bar.hidden = full === null;
      const percent = Math.round(100 * (full ?? 0));
      bar.setAttribute("aria-valuenow", percent);
      fill.style.width = `${percent}%`;
      node.dataset.level = full === null ? "" : full > 0.9 ? "high" : full > 0.7 ? "middle" : "low";
      setText(words, full === null ? `context ${count(tokens)} tokens` : `context ${share(tokens, window)} of ${short(window)}`);
    },
  };
}
