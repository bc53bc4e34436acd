// One block of a conversation: a prompt, a thought, text, a call, a result.

import { element, setText } from "./dom.js";
import { plural } from "./format.js";
import { TextFlow } from "./text_flow.js";

const LOOKS = {
  prompt: { label: "Prompt", foldable: false },
  thinking: { label: "Thinking", foldable: true, open: true },
  text: { label: null, foldable: false },
  refusal: { label: "Refusal", foldable: false },
  call: { label: null, foldable: false },
  result: { label: "Result", foldable: true, open: false },
};

const SUMMARY_CHARS = 160;

export class Block {
  /** `folds` says by kind whether blocks are open, where the reader has said so. */
  constructor(message, folds) {
    const { kind } = message;
    const look = LOOKS[kind];
    this.kind = kind;
    this.end = 0;
    this.chars = 0;
    this.body = element("div", { class: "body" });
    this.flow = new TextFlow(this.body);
    this.title = element("span", { class: "title" });
    this.hint = element("span", { class: "hint" });
    const heading = [this.title, this.hint];
    if (look.foldable) {
      this.node = element("details", {}, element("summary", {}, ...heading), this.body);
      this.node.open = folds[kind] ?? look.open;
    } else {
      this.node = element("div", {}, look.label ? element("div", { class: "heading" }, ...heading) : null, this.body);
    }
    this.node.setAttribute("class", `block ${kind}`);
  }

  take(message) {
    if (message.fresh) {
      this.flow.clear();
      this.end = this.chars = 0;
    }
    this.flow.lacks(message.begin - this.end);
    this.end = message.end;
    if (message.spans) this.write(message.spans);
    else this.flow.append(message.text ?? "");
    this.describe(message);
    this.node.classList.toggle("streaming", !message.done);
    this.node.classList.toggle("failed", Boolean(message.failed));
  }

  write(spans) {
    for (const [what, role, text] of spans) {
      if (what === "write") this.flow.append(text, role);
      else if (what === "provisional") this.flow.guess(text, role);
      else if (what === "erase") this.flow.erase();
      else this.flow.line();
    }
  }

  describe(message) {
    const { label } = LOOKS[this.kind];
    if (this.kind === "result") {
      if (message.fresh) this.about = message.about;
      const about = [message.name ? ` of ${message.name}` : "", this.about ? ` · ${this.about}` : ""].join("");
      setText(this.title, `${message.failed ? "✗ Failed" : "◀ Result"}${about}`);
    } else if (label) setText(this.title, label);
    if (this.node.localName !== "details") return;
    const beginning = (this.flow.pieces[0]?.node.textContent ?? "").slice(0, 4 * SUMMARY_CHARS).trim();
    const first = beginning.split("\n", 1)[0].slice(0, SUMMARY_CHARS);
    const chars = this.flow.chars + this.flow.dropped;
    setText(this.hint, chars > first.length + 1 ? `${first} … ${plural(chars, "character")}` : first || "(nothing)");
  }
}
