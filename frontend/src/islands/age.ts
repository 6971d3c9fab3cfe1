/** How old the figures on the page are, by the reader's clock, and whether that is late. */

const asOf = (): HTMLTimeElement | null => document.querySelector("#as-of time");

/** The age in seconds; null where nothing was collected yet. */
export function age(now = Date.now()): number | null {
  const at = Date.parse(asOf()?.dateTime ?? "");
  return Number.isNaN(at) ? null : Math.max(0, Math.round((now - at) / 1000));
}

/** A length of time in words: "4 min", "2 h 05 min", "3 days". */
export function inWords(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.round(minutes / (24 * 60))} days`;
}

/** What is said of late figures; null while they are fresh, and where the page does not say when they would be late. */
export function lateWords(now = Date.now()): string | null {
  const seconds = age(now);
  const after = Number(document.getElementById("as-of")?.dataset["lateAfter"]);
  if (seconds === null || !(after > 0) || seconds <= after) return null;
  return `The newest figures are ${inWords(seconds)} old by your clock: a source of this site, or the site itself, is late.`;
}
