// One exchange on the page: who is asked, what came of it, how long it took, what it cost.

import { element, setText } from "./dom.js";
import { count, dollars, duration, lasting, share, timeOfDay } from "./format.js";
import { callWords } from "./states.js";
import { isOpen } from "./store.js";

export class Card {
  constructor(exchange) {
    this.flow = exchange.flow;
    this.number = exchange.number;
    this.keys = [];
    this.who = element("span", { class: "who" });
    this.state = element("span", { class: "state" });
    this.link = element("a", {
      class: "to-flow",
      href: `.#/flows/${encodeURIComponent(exchange.flow.split(":")[0])}/response`,
      target: "mitmweb",
      text: "flow",
      title: "Open this flow in mitmweb",
      "aria-label": `Open flow of call ${exchange.number} in mitmweb`,
    });
    this.notes = element("div", { class: "notes" });
    this.body = element("div", { class: "blocks" });
    this.end = element("footer", {});
    this.node = element(
      "article",
      {
        class: exchange.agent ? "card of-agent" : "card",
        "aria-label": `Call ${exchange.number}`,
        data: { number: exchange.number },
      },
      element("header", {}, this.who, this.state, this.link),
      this.notes,
      this.body,
      this.end,
    );
  }

  /** Calls are counted within their session; reports count those of the whole log: so it is said whose number this is. */
  show(exchange, session, agent, now) {
    this.exchange = exchange;
    const name = agent ? `⤷${agent.number} ` : "";
    const whose = session?.number === undefined ? "" : ` of #${session.number}`;
    setText(
      this.who,
      `${name}call ${exchange.number}${whose} · ${timeOfDay(exchange.started)} · ${exchange.model ?? "model not told"}`,
    );
    this.node.dataset.state = exchange.state;
    setText(this.notes, (exchange.notes ?? []).join("\n"));
    setText(this.end, isOpen(exchange) ? "" : ending(exchange));
    this.tick(now);
  }

  tick(now) {
    const { exchange } = this;
    this.state.dataset.state = exchange.state;
    const since = isOpen(exchange) ? ` · ${lasting(now - exchange.started)}` : "";
    setText(this.state, exchange.silence ? `‖ ${exchange.silence}` : `${callWords(exchange)}${since}`);
  }
}

/** Its end in one line, in the order of the terminal's. */
function ending(exchange) {
  const cached = share(exchange.cached, exchange.input);
  const parts = [
    exchange.end === "complete" ? exchange.stop : exchange.end.replaceAll("_", " "),
    exchange.error,
    exchange.input === undefined ? "" : `${count(exchange.input)} in${exchange.cached ? ` (${cached} cached)` : ""}`,
    exchange.output === undefined ? "" : `${count(exchange.output)} out`,
    exchange.ttft === undefined ? "" : `first token ${duration(exchange.ttft)}`,
    duration(exchange.duration),
    dollars(exchange.cost),
  ];
  return parts.filter(Boolean).join(" · ");
}
