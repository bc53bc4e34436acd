// Reports: questions about the whole log, answered by the proxy's machine as tables that can be sorted, and as files.

import { element, setText } from "./dom.js";
import { Table } from "./table.js";

const FILES = ["csv", "jsonl", "md"];

/** Filters whose names are short for a shell. */
const LABELS = { tz: "time zone" };

/** A cell is a text, or a number with its text. */
const textOf = (cell) => (Array.isArray(cell) ? cell[1] : cell);
const valueOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);

export class Reports {
  constructor(panel) {
    this.panel = panel;
    this.fields = new Map();
    this.asked = 0;
    this.modes = element("select", { name: "mode", on: { change: () => this.choose() } });
    this.filters = element("div", { class: "filters" });
    const more = element("details", {}, element("summary", { text: "Filters" }), this.filters);
    more.open = matchMedia("(min-width: 761px)").matches;
    this.summary = element("p", { class: "about" });
    this.files = element("p", { class: "files" });
    this.note = element("p", { class: "note", role: "status" });
    this.table = new Table("Report");
    const form = element(
      "form",
      { class: "ask", on: { submit: (event) => this.submitted(event) } },
      element("label", {}, "Report", this.modes),
      element("button", { text: "Show" }),
      more,
    );
    panel.append(form, this.summary, this.note, this.files, this.table.node);
    this.table.node.hidden = true;
  }

  /** Asks what there is, once. What had no answer yet may have one now. */
  async open() {
    if (this.catalogue) {
      if (this.asked && !this.table.rows.length) this.ask();
      return;
    }
    try {
      this.catalogue = await fetched(new URL("agent/reports", document.baseURI));
    } catch (error) {
      setText(this.note, error.message);
      return;
    }
    this.modes.append(
      ...this.catalogue.reports.map((report) => element("option", { value: report.name, text: report.name })),
    );
    this.addField({ name: "argument", value: "", help: "" });
    for (const filter of this.catalogue.filters) this.addField(filter);
    this.choose();
  }

  addField({ name, value, help, choices }) {
    const hints = choices?.length
      ? element("datalist", { id: `choices-${name}` }, ...choices.map((one) => element("option", { value: one })))
      : null;
    const input = element("input", {
      name,
      placeholder: value.toLowerCase(),
      title: help,
      list: hints?.id,
      size: 10,
      spellcheck: "false",
      autocomplete: "off",
    });
    const label = element("label", {}, LABELS[name] ?? name.replaceAll("-", " "), input, hints);
    this.fields.set(name, { input, label });
    this.filters.append(label);
  }

  choose() {
    const report = this.catalogue.reports.find((one) => one.name === this.modes.value);
    setText(this.summary, report.summary);
    const argument = this.fields.get("argument");
    argument.label.hidden = !report.argument;
    argument.input.placeholder = report.argument;
    argument.input.value = "";
    this.fields.get("group-by").label.hidden = !report.grouped;
    if (!report.grouped) this.fields.get("group-by").input.value = "";
    if (!report.argument || report.argument.startsWith("[")) this.ask();
  }

  submitted(event) {
    event.preventDefault();
    this.ask();
  }

  address(format) {
    const url = new URL(`agent/reports/${encodeURIComponent(this.modes.value)}`, document.baseURI);
    for (const [name, { input }] of this.fields) if (input.value.trim()) url.searchParams.set(name, input.value.trim());
    if (format) url.searchParams.set("format", format);
    return url;
  }

  async ask() {
    const number = ++this.asked;
    setText(this.note, "The log is being read …");
    this.panel.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetched(this.address());
    } catch (error) {
      answer = { error: error.message };
    }
    if (number !== this.asked) return;
    this.panel.removeAttribute("aria-busy");
    setText(this.note, answer.error ?? answer.notes.join("\n"));
    this.table.node.hidden = this.files.hidden = Boolean(answer.error);
    if (answer.error) return;
    this.table.setColumns(
      answer.columns.map((column, index) => ({
        name: index,
        label: column.heading,
        title: column.heading === column.name ? null : `${column.name} in the files`,
        numeric: column.numeric,
        optional: column.minor,
        format: textOf,
        key: valueOf,
      })),
    );
    this.table.setTotals(answer.totals);
    this.table.setRows(answer.rows);
    const links = FILES.map((kind) =>
      element("a", { href: this.address(kind).href, download: `${this.modes.value}.${kind}`, text: kind }),
    );
    this.files.replaceChildren("All rows as ", ...links.flatMap((link, index) => (index ? [" · ", link] : [link])));
  }

  search(text) {
    this.table.setFilter(text);
  }
}

/** The answer's JSON. Throws an Error with the proxy's own words where it refuses. */
async function fetched(url) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error("There is no connection to the proxy.");
  }
  if (response.status === 403) throw new Error("The proxy asks for its password again: load this page anew.");
  const answer = await response.json().catch(() => ({ error: `The proxy answered with status ${response.status}.` }));
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
