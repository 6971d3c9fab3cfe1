/** Light, dark, or as the system has it. The choice is kept on this device; static/start.js takes it up before anything is drawn. */

export type Theme = "system" | "light" | "dark";

const KEY = "theme";
const THEMES: readonly Theme[] = ["system", "light", "dark"];
const WORDS: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };

/** The sign of each choice, drawn in a box of 20 by 20. */
export const THEME_SIGNS: Record<Theme, string> = {
  system: "M10 1.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17zM10 4.500v11a5.500 5.500 0 0 0 0-11z",
  light:
    "M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 1v2M10 17v2M1 10h2M17 10h2M3.6 3.6 5 5M15 15l1.4 1.4M16.4 3.6 15 5M5 15l-1.4 1.4",
  dark: "M16.5 12.5A7.5 7.5 0 0 1 7.5 3.5a7.5 7.5 0 1 0 9 9z",
};

let current: Theme = "system";
const watchers = new Set<() => void>();

export const currentTheme = (): Theme => current;
export const nextTheme = (): Theme => THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? "system";

/** What the switch is called while a theme is chosen. */
export const switchWords = (theme: Theme, next: Theme): string => `Colours: ${WORDS[theme]}. Change to ${WORDS[next]}`;

/** Be told when the choice changes; what is given back ends it. */
export function watchTheme(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function show(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Take up the kept choice. */
export function startTheme(): void {
  try {
    const kept = localStorage.getItem(KEY);
    current = THEMES.find(theme => theme === kept) ?? "system";
  } catch {
    current = "system";
  }
  show(current);
}

export function setTheme(theme: Theme): void {
  current = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed to us (private window): the choice holds for this visit.
  }
  show(theme);
  for (const watcher of watchers) watcher();
}
