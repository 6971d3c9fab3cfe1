/** The masthead's tools: search, light or dark, the menu of narrow screens; and the notice of a page that was kept. */
import { listenForSearchKeys } from "../lib/searchKeys";
import { currentTheme, nextTheme, setTheme, startTheme, switchWords, THEME_SIGNS, watchTheme } from "../lib/theme";
import { lateWords } from "./age";
import { say } from "./notices";

export function startFrame(): void {
  startSearch(document.querySelector<HTMLButtonElement>(".search-button"));
  startSwitch(document.querySelector<HTMLButtonElement>(".theme-button"));
  startMenu(document.querySelector<HTMLButtonElement>(".menu-button"));
  window.addEventListener("online", sayWhetherKept);
  window.addEventListener("offline", sayWhetherKept);
  sayWhetherKept();
  if (document.documentElement.dataset["kept"] === undefined) say("late", lateWords());
}

function startSearch(button: HTMLButtonElement | null): void {
  const open = () => {
    import("./search").then(
      ({ openSearch }) => openSearch(),
      (problem: unknown) => {
        console.warn("The search could not be loaded:", problem);
        say("search", "The search cannot be loaded just now. All parks are listed under “Parks”.");
      },
    );
  };
  button?.addEventListener("click", open);
  listenForSearchKeys(open);
}

function startSwitch(button: HTMLButtonElement | null): void {
  startTheme();
  if (button === null) return;
  const show = () => {
    const theme = currentTheme();
    const words = switchWords(theme, nextTheme());
    button.title = words;
    button.ariaLabel = words;
    const svg = button.querySelector("svg");
    svg?.setAttribute("class", `theme-${theme}`);
    svg?.querySelector("path")?.setAttribute("d", THEME_SIGNS[theme]);
  };
  watchTheme(show);
  button.addEventListener("click", () => setTheme(nextTheme()));
  show();
}

function startMenu(button: HTMLButtonElement | null): void {
  const menu = document.getElementById("site-nav");
  if (button === null || menu === null) return;
  button.addEventListener("click", () => {
    const isOpen = menu.classList.toggle("open");
    button.ariaExpanded = String(isOpen);
    button.querySelector("path")?.setAttribute("d", isOpen ? "M4 4l12 12M16 4 4 16" : "M2 5h16M2 10h16M2 15h16");
  });
}

/** That the page is one that the service worker kept, and of when its figures are. */
function sayWhetherKept(): void {
  const isKept = document.documentElement.dataset["kept"] !== undefined;
  if (!isKept && navigator.onLine) {
    say("kept", null);
    return;
  }
  const asOf = document.querySelector<HTMLTimeElement>("#as-of time");
  const cause = navigator.onLine ? "The server cannot be reached." : "You are offline.";
  const of = asOf === null ? "" : `: data as of ${asOf.textContent}`;
  say(
    "kept",
    `${cause} ${isKept ? `What you see was kept from your last visit${of}.` : "Pages that you have seen can still be opened."}`,
  );
}
