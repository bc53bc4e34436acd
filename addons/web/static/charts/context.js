// Context growth: how much each call sends, what of it the cache had, and how near the model's window it comes.

import { svg } from "../dom.js";
import { count, share, short, timeOfDay } from "../format.js";
import { axisBottom, axisLeft, Figure } from "./frame.js";
import { linear, ticks } from "./scales.js";

const MOST_CALLS = 80;
const KINDS = [
  ["cached", "read from the cache"],
  ["written", "written to the cache"],
  ["fresh", "neither"],
  ["output", "output"],
];

export const contextFigure = () =>
  new Figure({
    title: "Context growth",
    about: "Tokens of each call of the session's own agent; the line is the share that came from the cache.",
    legend: [...KINDS, ["share", "cache share"], ["window", "context window"]],
    height: 220,
    draw,
  });

/** The latest calls of a session's own agent that told their usage; null where there is none. */
export function contextOf(calls) {
  const told = calls.filter((call) => !call.agent && call.input !== undefined).slice(-MOST_CALLS);
  return told.length ? told : null;
}

function draw({ root, width, height, point }, calls) {
  const [left, right, top, bottom] = [52, width - 44, 22, height - 30];
  const bars = calls.map((call) => {
    const [cached, written, output] = [call.cached ?? 0, call.written ?? 0, call.output ?? 0];
    return { call, cached, written, fresh: Math.max(0, call.input - cached - written), output };
  });
  const most = Math.max(...bars.map((bar) => bar.call.input + bar.output));
  const window = calls.findLast((call) => call.window !== undefined)?.window;
  // The window is shown where the context has come near enough for both to be seen.
  const showsWindow = window !== undefined && most > window / 4;
  const marks = ticks(showsWindow ? Math.max(most, window) : most);
  const y = linear([0, marks.at(-1)], [bottom, top]);
  const percent = linear([0, 1], [bottom, top]);
  const step = (right - left) / bars.length;
  const wide = Math.max(1, Math.min(40, step - 2));
  const x = (index) => left + step * (index + 0.5);
  axisLeft(root, { ticks: marks, y, left, right, format: short, unit: "tokens" });
  const every = Math.ceil(bars.length / Math.max(2, Math.floor((right - left) / 60)));
  axisBottom(root, {
    ticks: bars.map((_, index) => index).filter((index) => index % every === 0),
    x,
    top: bottom,
    bottom,
    format: (index) => bars[index].call.number,
  });
  root.append(svg("text", { class: "label", x: left - 6, y: bottom + 16, "text-anchor": "end", text: "call" }));
  const axis = svg("g", { class: "axis" });
  for (const tick of [0, 0.5, 1])
    axis.append(svg("text", { x: right + 6, y: percent(tick) + 4, text: `${100 * tick} %` }));
  root.append(axis);
  bars.forEach((bar, index) => {
    let sum = 0;
    for (const [kind] of KINDS) {
      if (!bar[kind]) continue;
      const [low, high] = [y(sum), y(sum + bar[kind])];
      sum += bar[kind];
      root.append(
        svg("rect", { class: kind, x: x(index) - wide / 2, y: high, width: wide, height: Math.max(0.5, low - high) }),
      );
    }
    const lines = KINDS.map(([kind, name]) => [name, count(bar[kind]), kind]);
    lines.push(["cache share", share(bar.cached, bar.call.input), "share"]);
    if (bar.call.window) lines.push(["of the window", share(bar.call.input + bar.output, bar.call.window), "window"]);
    point({
      x: x(index) - step / 2,
      y: top,
      width: step,
      height: bottom - top,
      title: `call ${bar.call.number} · ${timeOfDay(bar.call.started)}`,
      lines,
    });
  });
  const line = bars.map(
    (bar, index) => `${x(index).toFixed(1)},${percent(bar.call.input ? bar.cached / bar.call.input : 0).toFixed(1)}`,
  );
  root.append(svg("polyline", { class: "share", points: line.join(" ") }));
  for (const place of line) {
    const [cx, cy] = place.split(",");
    root.append(svg("circle", { class: "share", cx, cy, r: 2.5 }));
  }
  if (showsWindow) root.append(svg("line", { class: "window", x1: left, x2: right, y1: y(window), y2: y(window) }));
}
