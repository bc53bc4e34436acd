// Sorts a table by a click on a column's head, or Enter on it. Without it the rows stay in their order.
"use strict";

const number = (text) => {
  const size = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 }[text.match(/ ([kMGT])B$/)?.[1]] ?? 1;
  const unit = / min$/.test(text) ? 60_000 : / s$/.test(text) ? 1_000 : 1;
  const value = parseFloat(text.replace(/[$,%]/g, ""));
  return Number.isNaN(value) ? -Infinity : value * size * unit;
};

for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    const sort = () => {
      const down = head.ariaSort === "ascending";
      const numeric = head.classList.contains("number");
      const text = (row) => row.cells[column].textContent;
      const order = numeric ? (a, b) => number(text(a)) - number(text(b)) : (a, b) => text(a).localeCompare(text(b));
      const rows = [...table.tBodies[0].rows].sort(order);
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
      heads.forEach((other) => { other.ariaSort = null; });
      head.ariaSort = down ? "descending" : "ascending";
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
}

// An address with only what was filled in is one that can be passed on.
document.querySelector("form")?.addEventListener("submit", (event) => {
  for (const input of event.target.elements) if (input.name && !input.value) input.disabled = true;
});

// Where the reports are a row that scrolls, the current one is to be seen.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
