// Search in the conversation. Matches are painted by the browser's highlights: nothing in the page is changed for them.

import { setText } from "./dom.js";

const MOST_MATCHES = 1_000;
const canPaint = typeof Highlight !== "undefined" && "highlights" in CSS;

export class Search {
  constructor(root, output) {
    this.root = root;
    this.output = output;
    this.text = "";
    this.ranges = [];
    this.place = -1;
  }

  /** Looks for another text; an empty one ends the search. */
  look(text) {
    this.text = text.toLowerCase();
    this.place = -1;
    this.refresh();
    if (this.ranges.length) this.step(1);
  }

  /** The conversation has grown. */
  refresh() {
    this.ranges = this.text ? this.find() : [];
    if (this.place >= this.ranges.length) this.place = this.ranges.length - 1;
    this.paint();
  }

  step(by) {
    if (this.text) this.refresh();
    if (!this.ranges.length) return false;
    this.place = (this.place + by + this.ranges.length) % this.ranges.length;
    const node = this.ranges[this.place].startContainer.parentElement;
    for (let folded = node.closest("details"); folded; folded = folded.parentElement.closest("details"))
      folded.open = true;
    node.scrollIntoView({ block: "center" });
    this.paint();
    return true;
  }

  find() {
    const found = [];
    // A folded block's summary repeats its beginning.
    const isText = (node) =>
      node.parentElement.className === "hint" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    const walker = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT, isText);
    while (walker.nextNode() && found.length < MOST_MATCHES) {
      const text = walker.currentNode.data.toLowerCase();
      // A letter whose small form is longer would move all that follows.
      if (text.length !== walker.currentNode.data.length) continue;
      for (
        let at = text.indexOf(this.text);
        at >= 0 && found.length < MOST_MATCHES;
        at = text.indexOf(this.text, at + this.text.length)
      ) {
        const range = new StaticRange({
          startContainer: walker.currentNode,
          startOffset: at,
          endContainer: walker.currentNode,
          endOffset: at + this.text.length,
        });
        found.push(range);
      }
    }
    return found;
  }

  paint() {
    const many = this.ranges.length === MOST_MATCHES ? "+" : "";
    setText(this.output, this.text ? `${this.place + 1} / ${this.ranges.length}${many}` : "");
    if (!canPaint) return;
    CSS.highlights.set("found", new Highlight(...this.ranges));
    const current = this.ranges[this.place];
    CSS.highlights.set("current", current ? new Highlight(current) : new Highlight());
  }
}
