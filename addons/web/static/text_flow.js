// Text that grows, in pieces that each have a layout of their own: only the last is laid out anew when more comes, so
// that 5 MB in one line do not freeze the page. The oldest pieces go when there is too much.

import { element } from "./dom.js";

const PIECE_CHARS = 2_000;
const LONGEST_PIECE_CHARS = 4_000;
export const MOST_CHARS = 120_000;

export class TextFlow {
  constructor(node) {
    this.node = node;
    this.pieces = [];
    this.chars = 0;
    this.dropped = 0;
    this.isFresh = true;
    this.provisional = null;
  }

  clear() {
    this.node.replaceChildren();
    this.pieces = [];
    this.chars = this.dropped = 0;
    this.isFresh = true;
    this.provisional = null;
    this.note = null;
  }

  /** Text of a role, which is a class; it may hold line feeds. */
  append(text, role = null) {
    while (text) {
      let piece = this.pieces.at(-1);
      if (!piece || piece.chars >= LONGEST_PIECE_CHARS || (piece.chars >= PIECE_CHARS && this.isFresh))
        piece = this.addPiece();
      const part = beginning(text, piece.chars);
      text = text.slice(part.length);
      this.write(piece, part, role);
    }
    if (this.chars > MOST_CHARS) this.dropOldest();
  }

  /** What follows begins at the start of a line. */
  line() {
    if (!this.isFresh) this.append("\n");
  }

  /** Shown until it is erased; on a line of its own. */
  guess(text, role) {
    if (!this.provisional) {
      this.line();
      this.provisional = element("div", { class: "piece provisional" });
      this.node.append(this.provisional);
    }
    this.provisional.append(element("span", { class: role, text }));
  }

  erase() {
    this.provisional?.remove();
    this.provisional = null;
  }

  /** So many characters at its beginning are not here, and never will be. */
  lacks(chars) {
    if (chars <= 0) return;
    this.dropped += chars;
    if (!this.note) {
      this.note = element("div", { class: "lacking" });
      this.node.prepend(this.note);
    }
    this.note.textContent = `… ${this.dropped.toLocaleString("en-US")} characters before this are not shown`;
  }

  addPiece() {
    const piece = { node: element("div", { class: "piece" }), chars: 0, role: undefined, text: null };
    this.pieces.push(piece);
    this.node.insertBefore(piece.node, this.provisional);
    return piece;
  }

  write(piece, text, role) {
    if (piece.text === null || piece.role !== role) {
      piece.text = document.createTextNode("");
      piece.role = role;
      piece.node.append(role === null ? piece.text : element("span", { class: role }, piece.text));
    }
    piece.text.appendData(text);
    piece.chars += text.length;
    this.chars += text.length;
    this.isFresh = text.endsWith("\n");
  }

  dropOldest() {
    let dropped = 0;
    while (this.chars > MOST_CHARS && this.pieces.length > 1) {
      const piece = this.pieces.shift();
      piece.node.remove();
      this.chars -= piece.chars;
      dropped += piece.chars;
    }
    this.lacks(dropped);
  }
}

/** As much of the text as the piece takes: up to a line's end where there is one, never within a surrogate pair. */
function beginning(text, held) {
  const room = LONGEST_PIECE_CHARS - held;
  const least = Math.max(0, PIECE_CHARS - held);
  const lineEnd = text.indexOf("\n", least) + 1;
  let length = lineEnd > 0 && lineEnd <= room ? lineEnd : Math.min(text.length, room);
  const last = text.charCodeAt(length - 1);
  if (length > 1 && length < text.length && last >= 0xd800 && last < 0xdc00) length -= 1;
  return text.slice(0, length);
}
