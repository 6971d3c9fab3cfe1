/** Pages that only the server can show, about an error or the API: the script adds its frame and keeps what was served. */
import { useLayoutEffect, useRef } from "react";

interface Served {
  address: string;
  title: string;
  content: Node[];
}

let held: Served | null = null;

/** Take up what was served, before the script clears it away; nothing where the page has a script of its own. */
export function holdServed(): void {
  const main = document.getElementById("main");
  // A page that was kept for offline use may stand at another address than its own.
  if (main?.dataset["served"] !== window.location.pathname) return;
  held = { address: window.location.pathname + window.location.search, title: document.title, content: [...main.childNodes] };
}

/** What was served at an address, or null. */
export const servedAt = (path: string, query: string): Served | null => {
  const address = path + (query === "" ? "" : `?${query.replace(/^\?/, "")}`);
  return held?.address === address ? held : null;
};

/** The served content itself, as it was left. */
export function ServedPage({ served }: { served: Served }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    document.title = served.title;
    place.current?.append(...served.content);
  }, [served]);
  return <div ref={place} />;
}
