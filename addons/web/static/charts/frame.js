// What all charts share: a titled figure, a legend, an SVG of its width, axes with units, a tooltip for mouse and keys.

import { element, setText, svg } from "../dom.js";

const EMPTY_WIDTH = 600;

/** A chart: `draw(plot, data)` puts marks into `plot.root` and calls `plot.point(...)` for what can be looked at. */
export class Figure {
  constructor({ title, about, legend = [], height, draw }) {
    this.draw = draw;
    this.height = height;
    this.points = [];
    this.active = -1;
    this.root = svg("svg", { class: "plot", role: "img", tabindex: "0", "aria-label": title });
    this.empty = element("p", { class: "empty" });
    this.caption = element("p", { class: "about", text: about });
    this.legend = element("ul", { class: "legend", "aria-label": "Legend" }, ...legend.map(legendItem));
    this.node = element(
      "figure",
      { class: "chart" },
      element("h3", { text: title }),
      this.caption,
      this.legend,
      this.empty,
      this.root,
    );
    this.title = title;
    this.root.addEventListener("pointermove", (event) => this.lookAt(event));
    this.root.addEventListener("pointerleave", () => this.show(-1));
    this.root.addEventListener("blur", () => this.show(-1));
    this.root.addEventListener("keydown", (event) => this.keyed(event));
  }

  /** `data` is null where there is nothing to draw; `why` then says so. */
  update(data, why = "") {
    this.empty.hidden = data !== null;
    setText(this.empty, why);
    this.root.toggleAttribute("hidden", data === null);
    this.legend.hidden = data === null;
    this.points = [];
    if (data === null) return;
    const width = Math.max(240, Math.floor(this.caption.clientWidth || EMPTY_WIDTH));
    const height = typeof this.height === "function" ? this.height(data, width) : this.height;
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.setAttribute("height", height);
    const marks = svg("g");
    this.draw({ root: marks, width, height, point: (point) => this.points.push(point) }, data);
    this.cursor = svg("rect", { class: "cursor" });
    this.root.replaceChildren(marks, this.cursor);
    this.root.setAttribute("aria-label", `${this.title}. ${this.points.length} values; arrow keys read them.`);
    if (this.active >= 0) this.show(Math.min(this.active, this.points.length - 1));
  }

  lookAt(event) {
    const box = this.root.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.root.viewBox.baseVal.width;
    const y = ((event.clientY - box.top) / box.height) * this.root.viewBox.baseVal.height;
    this.show(
      this.points.findIndex((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height),
    );
  }

  keyed(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.show(-1);
    if (!step || !this.points.length) return;
    event.preventDefault();
    this.show(
      this.active < 0 ? this.points.length - 1 : Math.max(0, Math.min(this.points.length - 1, this.active + step)),
    );
  }

  show(index) {
    this.active = index;
    const point = this.points[index];
    const tooltip = document.getElementById("tooltip");
    tooltip.hidden = !point;
    this.cursor?.toggleAttribute("hidden", !point);
    if (!point) return;
    for (const name of ["x", "y", "width", "height"]) this.cursor.setAttribute(name, point[name]);
    tooltip.replaceChildren(
      element("strong", { text: point.title }),
      ...point.lines.map(([name, value, kind]) => tooltipLine(name, value, kind)),
    );
    const box = this.root.getBoundingClientRect();
    const scale = box.width / this.root.viewBox.baseVal.width;
    const left = box.left + (point.x + point.width / 2) * scale;
    const room = document.documentElement.clientWidth - tooltip.offsetWidth - 8;
    tooltip.style.left = `${Math.max(8, Math.min(room, left - tooltip.offsetWidth / 2))}px`;
    const above = box.top + point.y * scale - tooltip.offsetHeight - 8;
    tooltip.style.top = `${above > 8 ? above : box.top + (point.y + point.height) * scale + 8}px`;
  }
}

const legendItem = ([kind, text]) => element("li", {}, element("span", { class: `swatch ${kind}` }), text);

const tooltipLine = (name, value, kind) =>
  element(
    "span",
    { class: "row" },
    element("span", {}, kind ? element("span", { class: `swatch ${kind}` }) : null, name),
    element("b", { text: value }),
  );

const pen = document.createElement("canvas").getContext("2d");

/** A label's text, or as much of it as has room. */
export function fitted(text, room) {
  pen.font = `11px ${getComputedStyle(document.documentElement).getPropertyValue("--sans")}`;
  if (pen.measureText(text).width <= room) return text;
  let chars = text.length;
  while (chars > 1 && pen.measureText(`${text.slice(0, chars)}…`).width > room) chars -= 1;
  return `${text.slice(0, chars)}…`;
}

export function axisLeft(root, { ticks, y, left, right, format, unit }) {
  const group = svg("g", { class: "axis" });
  for (const tick of ticks) {
    group.append(
      svg("line", { x1: left, x2: right, y1: y(tick), y2: y(tick) }),
      svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: format(tick) }),
    );
  }
  group.append(svg("text", { class: "unit", x: left - 6, y: y(ticks.at(-1)) - 10, "text-anchor": "end", text: unit }));
  root.append(group);
}

export function axisBottom(root, { ticks, x, top, bottom, format }) {
  const group = svg("g", { class: "axis" });
  for (const tick of ticks) {
    group.append(
      svg("line", { class: "faint", x1: x(tick), x2: x(tick), y1: top, y2: bottom }),
      svg("text", { x: x(tick), y: bottom + 16, "text-anchor": "middle", text: format(tick) }),
    );
  }
  root.append(group);
}
