// The charts of the chosen session, or of all. Drawn anew at most twice a second, and only while they can be seen.

import { atMostEvery, element } from "../dom.js";
import { isOpen } from "../store.js";
import { contextFigure, contextOf } from "./context.js";
import { costFigure, costOf, spendOf, tokensFigure } from "./spend.js";
import { waterfallFigure, waterfallOf } from "./waterfall.js";

const DRAW_MS = 500;

export class Charts {
  constructor(panel, store) {
    this.panel = panel;
    this.store = store;
    this.session = null;
    this.tokens = tokensFigure();
    this.cost = costFigure();
    this.context = contextFigure();
    this.waterfall = waterfallFigure();
    const figures = [this.waterfall, this.context, this.tokens, this.cost].map((figure) => figure.node);
    panel.append(element("h2", { class: "unseen", text: "Charts" }), element("div", { class: "charts" }, ...figures));
    this.update = atMostEvery(DRAW_MS, () => this.draw());
    new ResizeObserver(() => this.update()).observe(panel);
  }

  watch(session) {
    this.session = session;
    this.draw();
  }

  /** Something is going on that grows by itself. */
  get isMoving() {
    return this.store.calls(this.session).some(isOpen);
  }

  draw() {
    if (!this.panel.offsetParent) return;
    const calls = this.store.calls(this.session);
    const spend = spendOf(this.store.calls(this.session, true));
    const nothing = "No call has ended yet.";
    this.waterfall.update(
      waterfallOf(calls, this.store.now(), (call) => this.label(call)),
      "No call has been made yet.",
    );
    const context = this.session === null ? null : contextOf(calls);
    this.context.update(context, this.session === null ? "Choose a session to see its context grow." : nothing);
    this.tokens.update(spend, nothing);
    this.cost.update(costOf(spend), spend ? "The cost of these calls is not known." : nothing);
  }

  label(call) {
    const session = this.session === null ? `#${this.store.sessions.get(call.session)?.number ?? "?"} · ` : "";
    const agent = this.store.agentOf(call);
    const what = call.tool || (call.stop ?? "");
    return `${session}${call.number}${agent ? ` ⤷${agent.number}` : ""} ${what}`;
  }
}
