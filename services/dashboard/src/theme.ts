/** Dark or light: the system's choice unless somebody chose here. `public/theme.js` applies it before the first paint. */
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const PLACE = "toccata.theme";

function stored(): Theme {
  try {
    const theme = localStorage.getItem(PLACE);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

export const theme = signal<Theme>(stored());

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = chosen;
  try {
    if (chosen === "system") localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, chosen);
  } catch {
    // Without storage the choice holds until the page is left.
  }
  themeChanged.value += 1;
}

/** Counts changes of the theme in force, for what is drawn on a canvas. */
export const themeChanged = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (themeChanged.value += 1));
