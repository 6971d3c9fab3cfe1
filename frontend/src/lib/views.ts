/** The views seen of late, on this device only: what can be offered while the network is away. */

export interface View {
  /** Path and query. */
  address: string;
  title: string;
  /** The answers of the API that it rests on. */
  answers: string[];
}

const KEY = "views";
const MOST = 12;

/** The views noted, the latest first. */
export function notedViews(): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as View[]) : [];
  } catch {
    // Storage is closed to us, or holds something else: no view is known.
    return [];
  }
}

/** Note a view that is all there. */
export function noteView(view: View): void {
  const others = notedViews().filter((other) => other.address !== view.address);
  try {
    localStorage.setItem(KEY, JSON.stringify([view, ...others].slice(0, MOST)));
  } catch {
    // Storage is closed to us: nothing is offered.
  }
}

/** Those of the noted views that can be shown without a network: the page itself is kept, or every answer it needs. */
export async function keptViews(isKept: (address: string) => Promise<boolean>): Promise<View[]> {
  const views = notedViews();
  const found = await Promise.all(
    views.map(async ({ address, answers }) => {
      if (await isKept(address)) return true;
      return answers.length > 0 && (await Promise.all(answers.map(isKept))).every(Boolean);
    }),
  );
  return views.filter((_, at) => found[at]);
}
