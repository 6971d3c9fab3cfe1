import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { wholeAnswers } from "../api/client";
import { keptViews, noteView, type View } from "../lib/views";
import { SITE_NAME } from "../lib/title";

/** How long a view has to stand before it counts as seen. */
const SEEN_AFTER_MS = 1500;

/** Notes each view once it is all there. */
export function useSeenViews(): void {
  const [path] = useLocation();
  const search = useSearch();
  useEffect(() => {
    const timer = setTimeout(() => {
      const answers = wholeAnswers();
      if (answers === null || !navigator.onLine) return;
      const title = document.title.replace(` · ${SITE_NAME}`, "");
      noteView({ address: path + (search === "" ? "" : `?${search}`), title, answers });
    }, SEEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [path, search]);
}

const isKept = async (address: string): Promise<boolean> => (await caches.match(address)) !== undefined;

/** While the network is away: the views that can be read all the same. */
export function KeptViews() {
  const [views, setViews] = useState<View[] | null>(null);
  useEffect(() => {
    const none = () => setViews([]);
    // Without a secure address a browser keeps nothing.
    if (!("caches" in window)) none();
    else keptViews(isKept).then(setViews, none);
  }, []);
  if (views === null) return null;
  const here = window.location.pathname + window.location.search;
  const others = views.filter((view) => view.address !== here);
  return (
    <>
      <p>
        This view was not kept from an earlier visit.{" "}
        {others.length === 0 ? "Views that you open while connected can be read here later." : "These were, and can be read now:"}
      </p>
      {others.length > 0 && (
        <ul className="near">
          {others.map((view) => (
            <li key={view.address}>
              {/* Loaded anew: the page may be kept whole, its answers not. */}
              <a href={view.address}>{view.title}</a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
