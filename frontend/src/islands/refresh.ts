/**
 * Live pages: each minute, while it is looked at, the page asks for itself and takes over what changed in its main part. Focus,
 * opened details, forms, scroll and what islands drew stay.
 */
import { Idiomorph } from "idiomorph";
import { age, inWords, lateWords } from "./age";
import { updateIslands } from "./mount";
import { announce, say } from "./notices";

const EVERY_MS = 60_000;
const MOST_SPOKEN = 3;
/** What the script itself puts on elements of the page. */
const OWN_ATTRIBUTES = new Set(["data-shown", "data-own", "data-unfolded", "data-words"]);

export function startRefresh(main: HTMLElement): void {
  let last = Date.now();
  let isAsking = false;
  let before: string | null = null;
  const turn = async () => {
    if (document.hidden || isAsking) return;
    isAsking = true;
    last = Date.now();
    try {
      const text = await ownPage();
      if (text !== before) takeOver(main, text);
      before = text;
      say("late", lateWords());
    } catch (problem) {
      console.warn("The page could not be refreshed:", problem);
      const old = age();
      say(
        "late",
        `The server cannot be reached. These figures are ${old === null ? "some minutes" : inWords(old)} old; ` +
          "they are asked for again every minute.",
      );
    }
    isAsking = false;
  };
  setInterval(() => void turn(), EVERY_MS);
  window.addEventListener("online", () => void turn());
  document.addEventListener("visibilitychange", () => {
    if (Date.now() - last >= EVERY_MS) void turn();
  });
}

async function ownPage(): Promise<string> {
  const answer = await fetch(location.pathname + location.search, {
    headers: { Accept: "text/html" },
    cache: "no-cache",
  });
  if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
  return answer.text();
}

function takeOver(main: HTMLElement, text: string): void {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  if (fresh === null) throw new Error("the answer is not this page");
  takeOverNotices(page);
  const words = main.innerText;
  const before = eventsIn(main);
  Idiomorph.morph(main, fresh.innerHTML, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      // What islands drew is theirs, and what is being chosen in a form is the reader's.
      beforeNodeMorphed: old => !(old instanceof HTMLFormElement) && !isOfIsland(old),
      beforeNodeRemoved: old => !isOfIsland(old),
      beforeAttributeUpdated: (name, element) =>
        !OWN_ATTRIBUTES.has(name) &&
        !(name === "open" && element instanceof HTMLDetailsElement) &&
        !(name === "title" && element instanceof HTMLTimeElement),
    },
  });
  const asOf = document.getElementById("as-of");
  const freshAsOf = page.getElementById("as-of");
  if (asOf !== null && freshAsOf !== null) asOf.replaceChildren(...freshAsOf.childNodes);
  document.title = page.title;
  updateIslands(main);
  const news = newsSince(before, eventsIn(main));
  if (news !== "") announce(news);
  else if (main.innerText !== words) announce(`The figures were updated. ${asOf?.textContent?.trim() ?? ""}`);
}

/** What elements of the page tell as events, each in a sentence. */
const eventsIn = (main: HTMLElement) =>
  [...main.querySelectorAll<HTMLElement>("[data-event]")].map(one => one.dataset["event"] ?? "");

/** The events that were not there before, to be read out: the first few, and how many more. */
function newsSince(before: readonly string[], after: readonly string[]): string {
  const fresh = after.filter(event => !before.includes(event));
  const rest = fresh.length - MOST_SPOKEN;
  return fresh
    .slice(0, MOST_SPOKEN)
    .concat(rest > 0 ? [`And ${rest} more.`] : [])
    .join(" ");
}

const isOfIsland = (node: Node) => node instanceof HTMLElement && node.dataset["islandView"] !== undefined;

/** Notices of the server about feeds that are late come and go with the page. */
function takeOverNotices(page: Document): void {
  const place = document.getElementById("notices");
  const fresh = page.querySelector('#notices [data-notice="feeds"]');
  const shown = place?.querySelector('[data-notice="feeds"]');
  if (fresh === null) shown?.remove();
  else if (shown === null || shown === undefined) place?.append(document.importNode(fresh, true));
  else if (shown.textContent !== fresh.textContent) shown.replaceWith(document.importNode(fresh, true));
}
