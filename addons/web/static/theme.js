// Light or dark: as the system has it, unless the reader says otherwise.

import { setText } from "./dom.js";

const CHOICES = [
  ["auto", "◐", "as the system"],
  ["light", "☀", "light"],
  ["dark", "☾", "dark"],
];
const KEY = "mitmagent-theme";

export function startTheme(button) {
  let place = Math.max(
    0,
    CHOICES.findIndex(([name]) => name === remembered()),
  );
  const show = () => {
    const [name, mark, words] = CHOICES[place];
    document.documentElement.dataset.theme = name;
    setText(button, mark);
    button.setAttribute("aria-label", `Colours: ${words}`);
    button.title = `Colours: ${words}`;
  };
  button.addEventListener("click", () => {
    place = (place + 1) % CHOICES.length;
    try {
      localStorage.setItem(KEY, CHOICES[place][0]);
    } catch {
      // A browser that keeps nothing: it holds for this page only.
    }
    show();
  });
  show();
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
