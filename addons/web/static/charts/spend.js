// Tokens and cost over time: bars of tokens by stretch of time, and above them what it has cost so far.

import { svg } from "../dom.js";
import { count, dollars, plural, short, tickTime, timeOfDay } from "../format.js";
import { axisBottom, axisLeft, Figure } from "./frame.js";
import { linear, ticks, timeStep, timeTicks } from "./scales.js";

const MOST_BARS = 60;
const KINDS = [
  ["cached", "input from the cache"],
  ["fresh", "other input"],
  ["output", "output"],
];

export const tokensFigure = () =>
  new Figure({
    title: "Tokens over time",
    about: "Tokens of the calls that ended in each stretch of time.",
    legend: KINDS,
    height: 200,
    draw: drawTokens,
  });

export const costFigure = () =>
  new Figure({
    title: "Cost so far",
    about: "Sum of the costs of all calls until then, in US dollars, at list prices.",
    height: 160,
    draw: drawCost,
  });

/** Calls that have ended, as both charts need them; null where there is none with tokens. */
export function spendOf(calls) {
  const ended = calls
    .filter((call) => call.duration !== undefined && (call.input !== undefined || call.output !== undefined))
    .map((call) => ({ call, at: call.started + call.duration }))
    .sort((one, other) => one.at - other.at);
  if (!ended.length) return null;
  const from = Math.min(...ended.map(({ call }) => call.started));
  return { ended, from, to: Math.max(ended.at(-1).at, from + 1000) };
}

/** Only calls whose cost was told. */
export function costOf(spend) {
  const priced = spend?.ended.filter(({ call }) => call.cost !== undefined) ?? [];
  return priced.length ? { ...spend, priced, unpriced: spend.ended.length - priced.length } : null;
}

function drawTokens({ root, width, height, point }, { ended, from, to }) {
  const [left, right, top, bottom] = [52, width - 12, 22, height - 26];
  const step = timeStep(to - from, Math.min(MOST_BARS, Math.floor((right - left) / 8)));
  const begin = Math.floor(from / step) * step;
  const bars = Array.from({ length: Math.floor((to - begin) / step) + 1 }, (_, index) => ({
    at: begin + index * step,
    calls: 0,
    cached: 0,
    fresh: 0,
    output: 0,
  }));
  for (const { call, at } of ended) {
    const bar = bars[Math.floor((at - begin) / step)];
    bar.calls += 1;
    bar.cached += call.cached ?? 0;
    bar.fresh += (call.input ?? 0) - (call.cached ?? 0);
    bar.output += call.output ?? 0;
  }
  const marks = ticks(Math.max(...bars.map((bar) => bar.cached + bar.fresh + bar.output)));
  const y = linear([0, marks.at(-1)], [bottom, top]);
  const x = linear([begin, begin + bars.length * step], [left, right]);
  axisLeft(root, { ticks: marks, y, left, right, format: short, unit: "tokens" });
  timeAxis(root, x, begin, begin + bars.length * step, { left, right, top, bottom });
  const wide = Math.max(1, x(begin + step) - left - 1);
  for (const bar of bars) {
    let sum = 0;
    for (const [kind] of KINDS) {
      if (!bar[kind]) continue;
      const [low, high] = [y(sum), y(sum + bar[kind])];
      sum += bar[kind];
      root.append(svg("rect", { class: kind, x: x(bar.at), y: high, width: wide, height: Math.max(0.5, low - high) }));
    }
    if (!bar.calls) continue;
    const lines = KINDS.map(([kind, name]) => [name, count(bar[kind]), kind]);
    point({
      x: x(bar.at),
      y: top,
      width: wide + 1,
      height: bottom - top,
      title: `from ${timeOfDay(bar.at)} · ${plural(bar.calls, "call")}`,
      lines,
    });
  }
}

function drawCost({ root, width, height, point }, { priced, from, to }) {
  const [left, right, top, bottom] = [52, width - 12, 22, height - 26];
  let sum = 0;
  const steps = priced.map(({ call, at }) => ({ call, at, sum: (sum += call.cost) }));
  const marks = ticks(sum, 3);
  const y = linear([0, marks.at(-1)], [bottom, top]);
  const x = linear([from, to], [left, right]);
  axisLeft(root, { ticks: marks, y, left, right, format: dollars, unit: "US$" });
  timeAxis(root, x, from, to, { left, right, top, bottom });
  const line = steps.map((step) => `H${x(step.at).toFixed(1)}V${y(step.sum).toFixed(1)}`).join("");
  root.append(
    svg("path", { class: "area", d: `M${left} ${bottom}${line}H${right}V${bottom}Z` }),
    svg("path", { class: "line", d: `M${left} ${bottom}${line}H${right}` }),
  );
  steps.forEach((step, index) => {
    const begin = x(step.at);
    const end = index + 1 < steps.length ? x(steps[index + 1].at) : right;
    const lines = [
      ["this call", dollars(step.call.cost)],
      ["so far", dollars(step.sum)],
    ];
    point({
      x: begin,
      y: top,
      width: Math.max(1, end - begin),
      height: bottom - top,
      title: `${timeOfDay(step.at)} · ${step.call.model ?? "model not told"}`,
      lines,
    });
  });
}

function timeAxis(root, x, from, to, { left, right, top, bottom }) {
  const { step, at } = timeTicks(from, to, Math.max(2, Math.floor((right - left) / 90)));
  axisBottom(root, {
    ticks: at.filter((tick) => x(tick) > left + 20 && x(tick) < right - 20),
    x,
    top,
    bottom,
    format: (tick) => tickTime(tick, step),
  });
}
