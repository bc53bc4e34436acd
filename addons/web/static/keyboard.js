// Keys: one table, which the help shows too.

import { element } from "./dom.js";

/** A row: the keys, what they do, and the action's name. */
const KEYS = [
  [["j", "k"], "next, previous session", ["nextSession", "previousSession"]],
  [["a"], "all sessions", ["allSessions"]],
  [["1", "2", "3", "4"], "live, charts, calls, reports", ["live", "charts", "calls", "reports"]],
  [["f"], "follow the latest, or stop", ["follow"]],
  [["t"], "fold or open thinking", ["thinking"]],
  [["r"], "fold or open results", ["results"]],
  [["e"], "earlier calls", ["earlier"]],
  [["/"], "search, or filter the table", ["search"]],
  [["n", "N"], "next, previous match", ["nextMatch", "previousMatch"]],
  [["?"], "this help", ["help"]],
];

const ACTION_OF = new Map(KEYS.flatMap(([keys, , actions]) => keys.map((key, index) => [key, actions[index]])));

const isTyping = (target) =>
  target instanceof HTMLElement && Boolean(target.closest("input:not([type=checkbox]), textarea, select"));

export function startKeyboard(actions) {
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event.target) ||
      document.querySelector("dialog[open]")
    )
      return;
    const action = ACTION_OF.get(event.key);
    if (!action) return;
    event.preventDefault();
    actions[action]();
  });
}

export function fillHelp(table) {
  const row = ([keys, words]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, ...keys.map((key) => element("kbd", { text: key }))),
      element("td", { text: words }),
    );
  table.replaceChildren(...KEYS.map(row));
}
