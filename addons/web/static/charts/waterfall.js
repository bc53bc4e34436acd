// The waterfall: each call on the time line, with what its time went into. Pauses between turns are cut short.

import { svg } from "../dom.js";
import { duration, timeOfDay } from "../format.js";
import { isOpen } from "../store.js";
import { callWords } from "../states.js";
import { Figure, fitted } from "./frame.js";
import { withoutPauses } from "./scales.js";

const MOST_CALLS = 24;
const MOST_CALLS_NARROW = 12;
const NARROW = 500;
const ROW = 20;
const BAR = 12;
const TOP = 10;
const BOTTOM = 26;

const KINDS = [
  ["waiting", "waiting"],
  ["thinking", "thinking"],
  ["text", "text"],
  ["arguments", "arguments"],
  ["tools", "tools run"],
];

export const waterfallFigure = () =>
  new Figure({
    title: "Where the time went",
    about:
      "The latest calls on one time line, each with its number and its last tool. " +
      "Pauses longer than ten seconds are cut out (//).",
    legend: [...KINDS, ["untold", "not told apart"]],
    height: (data, width) => TOP + BOTTOM + ROW * latest(data.rows, width).length,
    draw,
  });

/** The latest calls with their phases in epoch milliseconds; null where there is none. `label` names the agent. */
export function waterfallOf(calls, now, label) {
  const rows = calls.slice(-MOST_CALLS).map((call) => ({ call, label: label(call), phases: phasesOf(call, now) }));
  return rows.length ? { rows } : null;
}

function phasesOf(call, now) {
  const phases = call.phases.map(([kind, begin, end]) => ({
    kind,
    from: call.started + begin,
    to: call.started + end,
  }));
  const last = phases.at(-1);
  if (isOpen(call)) {
    if (last) last.to = Math.max(last.to, Math.min(now, last.to + 86_400_000));
  } else if (!last) phases.push({ kind: "untold", from: call.started, to: call.started + call.duration });
  return phases;
}

const latest = (rows, width) => rows.slice(-(width < NARROW ? MOST_CALLS_NARROW : MOST_CALLS));

function draw({ root, width, height, point }, data) {
  const rows = latest(data.rows, width);
  const left = Math.min(150, Math.max(96, width * 0.18));
  const [right, bottom] = [width - 80, height - BOTTOM];
  const spans = rows.flatMap((row) => row.phases.map((phase) => [phase.from, phase.to]));
  const { place, gaps, scale } = withoutPauses(spans, [left, right], { pause: 10_000, gap: 18 });
  for (const gap of gaps) {
    root.append(svg("rect", { class: "pause", x: gap.at + 2, y: TOP, width: gap.width - 4, height: bottom - TOP }));
    root.append(
      svg("text", { class: "pause", x: gap.at + gap.width / 2, y: bottom + 12, "text-anchor": "middle", text: "//" }),
    );
    point({
      x: gap.at,
      y: bottom,
      width: gap.width,
      height: BOTTOM,
      title: "a pause",
      lines: [["lasted", duration(gap.lasted)]],
    });
  }
  rows.forEach((row, index) => drawRow(root, row, { y: TOP + index * ROW, left, right, place, point }));
  ruler(root, { left, bottom, scale });
}

function drawRow(root, { call, label, phases }, { y, left, right, place, point }) {
  root.append(
    svg("text", {
      class: "label",
      x: left - 6,
      y: y + BAR - 2,
      "text-anchor": "end",
      text: fitted(label, left - 10),
    }),
  );
  for (const phase of phases) {
    const x = place(phase.from);
    root.append(svg("rect", { class: phase.kind, x, y, width: Math.max(1, place(phase.to) - x), height: BAR }));
  }
  const total = call.duration ?? (phases.length ? phases.at(-1).to - call.started : 0);
  const end = place(phases.at(-1)?.to ?? call.started);
  const failed = call.state === "error";
  root.append(
    svg("text", {
      class: failed ? "total failed" : "total",
      x: end + 5,
      y: y + BAR - 2,
      text: `${duration(total)}${failed ? " ✗" : ""}`,
    }),
  );
  const begin = place(call.started);
  const lines = KINDS.map(([kind, name]) => [kind, name, sum(phases, kind)])
    .filter(([, , time]) => time > 0)
    .map(([kind, name, time]) => [name, duration(time), kind]);
  if (call.error) lines.push(["error", call.error.slice(0, 80)]);
  const title = `call ${call.number} · ${timeOfDay(call.started)} · ${isOpen(call) ? callWords(call) : duration(total)}`;
  point({ x: Math.min(begin, right), y, width: Math.max(12, end - begin), height: ROW, title, lines });
}

const sum = (phases, kind) =>
  phases.filter((phase) => phase.kind === kind).reduce((total, phase) => total + phase.to - phase.from, 0);

/** How long a stretch of this width lasts. */
function ruler(root, { left, bottom, scale }) {
  const wanted = 80 / scale;
  const size = 10 ** Math.floor(Math.log10(wanted));
  const lasts = [1, 2, 5, 10].map((factor) => factor * size).findLast((one) => one <= wanted) ?? size;
  const end = left + lasts * scale;
  root.append(
    svg("path", { class: "ruler", d: `M${left} ${bottom + 6}v6h${(end - left).toFixed(1)}v-6` }),
    svg("text", { class: "label", x: end + 6, y: bottom + 14, text: duration(lasts) }),
  );
}
