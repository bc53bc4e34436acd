// What this page knows: sessions and exchanges, as the proxy tells them. Bounded by it: it tells what it forgets, too.

const SIDE_PURPOSES = new Set(["title", "router", "warmup", "count_tokens", "other"]);

/** No conversation: titles, warm-ups and the like. */
export const isAside = (exchange) => SIDE_PURPOSES.has(exchange.purpose);

export const isOpen = (exchange) => exchange.end === undefined;

export class Store {
  constructor() {
    this.sessions = new Map();
    this.exchanges = new Map();
    this.bySession = new Map();
    this.skew = 0;
  }

  /** Returns which sessions and exchanges are others than before. */
  apply(message) {
    if (message.now) this.skew = message.now - Date.now();
    if (message.whole) {
      this.sessions.clear();
      this.exchanges.clear();
      this.bySession.clear();
    }
    for (const session of message.sessions ?? []) this.sessions.set(session.id, session);
    for (const exchange of message.exchanges ?? []) this.put(exchange);
    for (const flow of message.gone_exchanges ?? []) this.drop(flow);
    for (const id of message.gone_sessions ?? []) {
      for (const flow of this.bySession.get(id)?.keys() ?? []) this.exchanges.delete(flow);
      this.bySession.delete(id);
      this.sessions.delete(id);
    }
  }

  put(exchange) {
    this.exchanges.set(exchange.flow, exchange);
    if (!this.bySession.has(exchange.session)) this.bySession.set(exchange.session, new Map());
    this.bySession.get(exchange.session).set(exchange.flow, exchange);
  }

  drop(flow) {
    const exchange = this.exchanges.get(flow);
    this.exchanges.delete(flow);
    if (exchange) this.bySession.get(exchange.session)?.delete(flow);
  }

  /** The proxy's clock, in epoch milliseconds. */
  now() {
    return Date.now() + this.skew;
  }

  /** Those that are conversations, the latest first. */
  conversations() {
    const found = [...this.sessions.values()].filter((session) => session.conversation);
    return found.sort((one, other) => (other.number ?? 0) - (one.number ?? 0) || other.started - one.started);
  }

  /** In order of their beginning; of all sessions where `session` is null. */
  calls(session, withAsides = false) {
    const all = session === null ? this.exchanges : (this.bySession.get(session) ?? new Map());
    const found = [...all.values()].filter((exchange) => withAsides || !isAside(exchange));
    return found.sort((one, other) => one.started - other.started || one.number - other.number);
  }

  agentOf(exchange) {
    return this.sessions.get(exchange.session)?.agents.find((agent) => agent.id === exchange.agent);
  }
}
