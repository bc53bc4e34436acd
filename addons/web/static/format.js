// Numbers and times for people. What was not told is an empty text, never a zero.

const whole = new Intl.NumberFormat("en-US");
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const clockShort = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit" });

const isTold = (value) => value !== null && value !== undefined;

export const count = (value) => (isTold(value) ? whole.format(value) : "");

/** 950, 12.4k, 1.2M */
export function short(value) {
  if (!isTold(value)) return "";
  if (value < 1000) return String(Math.round(value));
  const [size, unit] = value < 999_950 ? [1e3, "k"] : [1e6, "M"];
  const scaled = value / size;
  return `${scaled < 10 ? scaled.toFixed(1).replace(/\.0$/, "") : Math.round(scaled)}${unit}`;
}

export function dollars(value) {
  if (!isTold(value)) return "";
  if (value === 0) return "$0";
  if (Math.abs(value) < 0.01) return `$${value.toFixed(4)}`;
  return `$${value.toFixed(value < 1 ? 3 : 2)}`;
}

/** In per cent; little is not nothing. */
export const share = (part, total) =>
  isTold(part) && total ? `${part > 0 && part / total < 0.01 ? "<1" : Math.round((100 * part) / total)} %` : "";

export function duration(milliseconds) {
  if (!isTold(milliseconds)) return "";
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** What still lasts, in whole seconds. */
export const lasting = (milliseconds) =>
  milliseconds < 60_000 ? `${Math.max(0, Math.floor(milliseconds / 1000))} s` : duration(milliseconds);

export const timeOfDay = (epoch) => clock.format(epoch);

/** 2026-11-26 15:25:36, as reports have it. */
export const dateAndTime = (epoch) => `${date.format(epoch)} ${clock.format(epoch)}`;

/** The time; of another day, the date too. */
export const moment = (epoch) =>
  date.format(epoch) === date.format(Date.now()) ? timeOfDay(epoch) : dateAndTime(epoch);

/** For an axis whose ticks are so far apart. */
export function tickTime(epoch, step) {
  if (step >= 86_400_000) return day.format(epoch);
  return step >= 60_000 ? clockShort.format(epoch) : clock.format(epoch);
}

export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
