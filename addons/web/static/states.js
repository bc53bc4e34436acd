// What an agent is doing, in words. A colour is never the only sign.

const WORDS = {
  waiting: ["○", "waiting"],
  thinking: ["✻", "thinking"],
  answering: ["✎", "answering"],
  calling: ["▶", "calling"],
  running: ["⚙", "running"],
  idle: ["●", "idle"],
  interrupted: ["■", "interrupted"],
  stalled: ["‖", "stalled"],
  error: ["✗", "error"],
};

export function stateWords({ state, tool }) {
  const [mark, word] = WORDS[state] ?? ["?", state];
  const about = tool && (state === "calling" || state === "running") ? ` ${tool}` : "";
  return `${mark} ${word}${about}`;
}

/** Of an exchange: one that has ended well does not idle, it is done. */
export const callWords = (exchange) => (exchange.state === "idle" ? "✓ done" : stateWords(exchange));

/** Of the context window, from 0 to 1; null where it is not told. */
export function fullness(tokens, window) {
  return tokens === undefined || !window ? null : Math.min(1, tokens / window);
}
