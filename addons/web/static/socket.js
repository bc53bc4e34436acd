// The connection to the proxy: messages come one at a time, the next one when this page has shown the last.
//
// A hidden tab gets no animation frames, so it asks for nothing and costs the proxy nothing until it is seen again.

const SOONEST_MS = 500;
const LATEST_MS = 15_000;
const TOO_MANY = 1013;

/** Whether the proxy is there but lets nobody in: it was started anew, and knows this browser no more. */
async function isShutOut() {
  try {
    return (await fetch(new URL("agent/static/icon.svg", document.baseURI), { cache: "no-store" })).status === 403;
  } catch {
    return false;
  }
}

export class Connection {
  /** `onMessage` gets each message, `onState` a word for people and whether it is live. */
  constructor(onMessage, onState) {
    this.onMessage = onMessage;
    this.onState = onState;
    this.wait = SOONEST_MS;
    this.watched = null;
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${new URL("agent/updates", document.baseURI).pathname}`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.wait = SOONEST_MS;
      this.onState("live", true);
      if (this.watched !== null) this.send({ watch: this.watched });
    });
    socket.addEventListener("message", (event) => {
      this.onMessage(JSON.parse(event.data));
      requestAnimationFrame(() => this.send({ shown: true }));
    });
    socket.addEventListener("close", (event) => this.closed(event));
  }

  watch(session) {
    this.watched = session;
    this.send({ watch: session });
  }

  earlier(number) {
    this.send({ earlier: number });
  }

  send(object) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(object));
  }

  async closed(event) {
    if (event.code === TOO_MANY) {
      this.onState("closed: too many pages are open; load this one anew to see it again", false);
      return;
    }
    if (await isShutOut()) {
      this.onState("the proxy asks for its password again: load this page anew", false);
      return;
    }
    this.onState(`no connection to the proxy; trying again in ${Math.max(1, Math.round(this.wait / 1000))} s`, false);
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(LATEST_MS, this.wait * 2);
  }
}
