/** Light, dark, or as the system has it. The choice is kept on this device. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
const watchers = new Set<() => void>();
let current: Theme = "system";

function store(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed to us (private window): the choice holds for this visit.
  }
}

function show(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Take up the kept choice. */
export function startTheme(): void {
  try {
    const kept = localStorage.getItem(KEY);
    current = THEMES.find((theme) => theme === kept) ?? "system";
  } catch {
    current = "system";
  }
  show(current);
}

export function setTheme(theme: Theme): void {
  current = theme;
  store(theme);
  show(theme);
  for (const watcher of watchers) watcher();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}
