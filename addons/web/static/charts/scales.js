// Scales and ticks: from values to pixels, at round numbers.

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map(
  (s) => s * 1000,
);

export function linear([from, to], [begin, end]) {
  const span = to - from || 1;
  return (value) => begin + ((value - from) / span) * (end - begin);
}

/** Round values from zero to at least `most`; about so many. */
export function ticks(most, wanted = 4) {
  const rough = (most || 1) / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= rough);
  return Array.from({ length: Math.ceil((most || 1) / step - 1e-9) + 1 }, (_, index) => index * step);
}

/** The least round step of time that divides a span into at most so many. */
export function timeStep(span, most) {
  return TIME_STEPS.find((step) => span / step <= most) ?? 86_400_000 * Math.ceil(span / 86_400_000 / most);
}

/** Round times within a span, in the reader's own time zone; at most so many. */
export function timeTicks(from, to, most) {
  const step = timeStep(to - from, most);
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const found = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) found.push(at);
  return { step, at: found };
}

/**
 * A time line without the pauses: busy stretches keep their scale, each pause longer than `pause` becomes a gap of
 * `gap` pixels. `spans` are [begin, end]. Gives the place of a time, and the gaps with how long each was.
 */
export function withoutPauses(spans, [begin, end], { pause, gap }) {
  const sorted = spans.filter(([from, to]) => to >= from).sort((one, other) => one[0] - other[0]);
  const busy = [];
  for (const [from, to] of sorted) {
    const last = busy.at(-1);
    if (last && from - last.to <= pause) last.to = Math.max(last.to, to);
    else busy.push({ from, to });
  }
  const total = busy.reduce((sum, stretch) => sum + stretch.to - stretch.from, 0) || 1;
  const scale = Math.max(1, end - begin - gap * (busy.length - 1)) / total;
  let place = begin;
  const gaps = [];
  busy.forEach((stretch, index) => {
    stretch.at = place;
    place += (stretch.to - stretch.from) * scale;
    const next = busy[index + 1];
    if (next) gaps.push({ at: place, width: gap, lasted: next.from - stretch.to });
    place += gap;
  });
  const place_of = (time) => {
    const stretch = busy.findLast((one) => one.from <= time) ?? busy[0];
    return stretch ? stretch.at + (Math.min(Math.max(time, stretch.from), stretch.to) - stretch.from) * scale : begin;
  };
  return { place: place_of, gaps, scale };
}
