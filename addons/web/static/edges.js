// What scrolls says at its edges that there is more: the style sheet lets it fade out there.

/** Marks `node` with `data-more-right` and `data-more-below`, as it stands. */
export function markEdges(node) {
  const mark = () => {
    node.toggleAttribute("data-more-right", node.scrollWidth - node.clientWidth - node.scrollLeft > 1);
    node.toggleAttribute("data-more-below", node.scrollHeight - node.clientHeight - node.scrollTop > 1);
  };
  node.addEventListener("scroll", mark, { passive: true });
  const observer = new ResizeObserver(mark);
  observer.observe(node);
  for (const child of node.children) observer.observe(child);
}
