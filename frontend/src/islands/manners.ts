/** Small manners of every page: the reader's own time on hover, nothing folded on paper, copying and sharing. */

export function startManners(): void {
  openNamed();
  window.addEventListener("hashchange", openNamed);
  showChosenPeriod();
  document.addEventListener("pointerover", ({ target }) => {
    const time = target instanceof Element ? target.closest<HTMLTimeElement>("time[datetime*=T]") : null;
    if (time !== null && time.dataset["own"] === undefined) tellOwnTime(time);
  });
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")) {
      folded.open = true;
      folded.dataset["unfolded"] = "";
    }
  });
  window.addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll<HTMLDetailsElement>("details[data-unfolded]")) {
      folded.open = false;
      delete folded.dataset["unfolded"];
    }
  });
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy], [data-share]") : null;
    if (button === null) return;
    import("./share").then(
      ({ copyOrShare }) => copyOrShare(button),
      (problem: unknown) => console.warn("Copying could not be loaded:", problem),
    );
  });
}

/** A link to something folded opens it. */
function openNamed(): void {
  const named = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let folded = named?.closest("details"); folded; folded = folded.parentElement?.closest("details"))
    folded.open = true;
}

/** On narrow screens the periods are a row that scrolls: bring the chosen one into it. */
function showChosenPeriod(): void {
  const chosen = document.querySelector<HTMLElement>(".periods [aria-current]");
  const row = chosen?.closest<HTMLElement>(".periods");
  if (!chosen || !row || row.scrollWidth <= row.clientWidth) return;
  const { left, right } = chosen.getBoundingClientRect();
  const box = row.getBoundingClientRect();
  if (right > box.right) row.scrollLeft += left - box.left - box.width / 3;
}

/** The instant on the reader's own clock and in the reader's language, as the title of its time. */
function tellOwnTime(time: HTMLTimeElement): void {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const own = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(at);
  time.dataset["own"] = "";
  time.title = `${own}, your time (${time.dateTime})`;
}
