// The watched session's conversation: a card an exchange, blocks in it, results under their calls. Only the latest.

import { Block } from "./blocks.js";
import { Card } from "./cards.js";
import { element, setText } from "./dom.js";
import { isAside } from "./store.js";

const MOST_CARDS = 60;
const NEAR_PX = 40;

export class Conversation {
  constructor(log, latest, store, onEarlier) {
    this.log = log;
    this.latest = latest;
    this.store = store;
    this.onEarlier = onEarlier;
    this.cards = new Map();
    this.blocks = new Map();
    this.calls = new Map();
    this.folds = {};
    this.follows = true;
    this.anchor = null;
    this.top = 0;
    this.earlier = element("button", { class: "earlier", type: "button", on: { click: () => this.askEarlier() } });
    this.note = element("p", { class: "empty" });
    this.list = element("div", {}, this.earlier, this.note);
    log.append(this.list);
    // Cards get their height when they come into sight, so that the end moves once more after a scroll to it.
    new ResizeObserver(() => this.follows && this.toEnd()).observe(this.list);
    log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    latest.addEventListener("click", () => this.follow(true));
    this.watch(null);
  }

  /** Another session, from its beginning. */
  watch(session) {
    this.session = session;
    for (const card of this.cards.values()) card.node.remove();
    this.cards.clear();
    this.blocks.clear();
    this.calls.clear();
    this.first = Infinity;
    this.earlier.hidden = true;
    const none = this.store.conversations().length ? "Choose a session to read its conversation." : "No conversation yet.";
    setText(this.note, session === null ? none : "Nothing has been said yet.");
    this.note.hidden = false;
    this.follow(true);
  }

  apply(message) {
    if (message.watched === undefined || message.watched !== this.session) return;
    if (message.from !== undefined) {
      this.first = message.from;
      this.update(this.store.calls(this.session));
    }
    for (const block of message.blocks ?? []) this.take(block);
    this.trim();
    const oldest = this.store.sessions.get(this.session)?.first ?? 1;
    this.earlier.hidden = this.first <= oldest;
    setText(this.earlier, `Earlier calls (${this.first - oldest})`);
    if (this.follows) this.toEnd();
    else if (this.anchor !== null) this.log.scrollTop = this.log.scrollHeight - this.anchor;
    this.anchor = null;
  }

  /** What the exchanges have become. */
  update(exchanges) {
    for (const exchange of exchanges) {
      const card = this.cards.get(exchange.flow) ?? (this.belongs(exchange) ? this.addCard(exchange) : null);
      card?.show(exchange, this.store.sessions.get(exchange.session), this.store.agentOf(exchange), this.store.now());
    }
    if (this.follows) this.toEnd();
  }

  /** Time has passed for what is open. */
  tick() {
    for (const card of this.cards.values()) card.tick(this.store.now());
  }

  belongs(exchange) {
    return exchange.session === this.session && exchange.number >= this.first && !isAside(exchange);
  }

  take(message) {
    const exchange = this.store.exchanges.get(message.flow);
    if (!exchange || !this.belongs(exchange)) return;
    const card = this.cards.get(message.flow) ?? this.addCard(exchange);
    const key = `${message.number} ${message.flow}`;
    let block = this.blocks.get(key);
    if (!block) {
      block = new Block(message, this.folds);
      this.blocks.set(key, block);
      card.keys.push(key);
      this.place(card, block, message);
    }
    block.take(message);
  }

  place(card, block, message) {
    const id = message.call && `${card.exchange.agent ?? ""} ${message.call}`;
    if (message.kind === "call" && id) this.calls.set(id, block);
    const call = message.kind === "result" && id ? this.calls.get(id) : null;
    if (call) call.node.append(block.node);
    else card.body.append(block.node);
  }

  addCard(exchange) {
    const card = new Card(exchange);
    card.show(exchange, this.store.sessions.get(exchange.session), this.store.agentOf(exchange), this.store.now());
    this.cards.set(exchange.flow, card);
    const next = [...this.list.querySelectorAll(":scope > article")].find(
      (node) => Number(node.dataset.number) > exchange.number,
    );
    this.list.insertBefore(card.node, next ?? null);
    this.note.hidden = true;
    return card;
  }

  /** The page holds so many cards; who reads further back is not disturbed. */
  trim() {
    if (!this.follows) return;
    const inOrder = [...this.cards.values()].sort((one, other) => one.number - other.number);
    for (const card of inOrder.slice(0, -MOST_CARDS)) {
      card.node.remove();
      this.cards.delete(card.flow);
      for (const key of card.keys) this.blocks.delete(key);
      this.first = card.number + 1;
    }
    if (this.calls.size > 20 * MOST_CARDS)
      for (const [id, call] of this.calls) if (!call.node.isConnected) this.calls.delete(id);
  }

  askEarlier() {
    this.follow(false);
    // Keeps what is read where it is while cards come in above it.
    this.anchor = this.log.scrollHeight - this.log.scrollTop;
    this.onEarlier(this.first);
  }

  follow(follows) {
    this.follows = follows;
    this.latest.hidden = follows || this.session === null;
    if (follows) this.toEnd();
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.top = this.log.scrollTop;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    // Away from the end only by the reader's hand: what is laid out anew may move it too, but never up.
    if (isAtEnd !== this.follows && (isAtEnd || scrollTop < this.top)) this.follow(isAtEnd);
    this.top = scrollTop;
  }

  /** Opens all blocks of a kind, or folds them if one is open. */
  fold(kind) {
    const nodes = [...this.log.querySelectorAll(`details.${kind}`)];
    this.folds[kind] = nodes.length ? !nodes.some((node) => node.open) : !(this.folds[kind] ?? kind === "thinking");
    for (const node of nodes) node.open = this.folds[kind];
  }
}
