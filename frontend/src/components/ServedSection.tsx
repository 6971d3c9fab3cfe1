import { useEffect, useState, useSyncExternalStore } from "react";
import { seedAsOf, useFreshness } from "../api/client";
import { Skeleton } from "./Notices";

/** A section as the server drew it, empty where its page has none, and how new its figures are. */
interface Held {
  html: string;
  asOf: string | null;
}

/** By the address of its page and its id, each section that the server alone draws. */
const held = new Map<string, Held>();
/** The pages that are being fetched, by address. */
const fetching = new Map<string, Promise<Held>>();
const watchers = new Set<() => void>();

const key = (path: string, id: string) => `${path}#${id}`;
const isOlder = (one: Held, asOf: string | null | undefined) => (one.asOf ?? "") < (asOf ?? "");

/** Keep what was served of these sections at an address, before the script clears the page away: those of a period with its query. */
export function holdSections(page: Document, address: string, asOf = seedAsOf(page)): void {
  const [path = address] = address.split("?");
  for (const section of page.querySelectorAll<HTMLElement>("[data-drawn=server]")) {
    held.set(key(section.dataset.of === "period" ? address : path, section.id), { html: section.outerHTML, asOf });
  }
  for (const watcher of watchers) watcher();
}

interface ServedSectionProps {
  id: string;
  /** Address of the page that has it: with its query for a section of a period. */
  path: string;
}

/**
 * A section of a page that the server alone draws: as it was served, else taken from its page; nothing where that has none. It is
 * taken anew once any answer is of a later look, so that no older figure stands beside a newer one.
 */
export function ServedSection({ id, path }: ServedSectionProps) {
  const { asOf } = useFreshness();
  const [html, setHtml] = useState(() => held.get(key(path, id))?.html);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const known = held.get(key(path, id));
    setHtml(known?.html);
    setFailed(false);
    if (known !== undefined && !isOlder(known, asOf)) return;
    let isWanted = true;
    sectionOf(path, id, asOf ?? null).then(
      (found) => isWanted && setHtml(found),
      () => isWanted && setFailed(true),
    );
    return () => {
      isWanted = false;
    };
  }, [path, id, asOf]);
  return (
    <>
      {hasFailed && (
        <p>
          This part could not be fetched{html === undefined ? "" : " again: its figures are older than those above"}. <a href={`${path}#${id}`}>Load the page again</a>
        </p>
      )}
      {html !== undefined ? <div dangerouslySetInnerHTML={{ __html: html }} /> : hasFailed || <Skeleton rows={4} />}
    </>
  );
}

/** Of the sections of a menu those that are there: all but what the server draws and the page at that address has not. */
export function useSectionsThere<Section extends readonly [id: string, words: string, served?: string]>(sections: readonly Section[]): Section[] {
  const there = () => sections.filter(([id, , path]) => path === undefined || held.get(key(path, id))?.html).map(([id]) => id).join();
  const ids = useSyncExternalStore(watch, there).split(",");
  return sections.filter(([id]) => ids.includes(id));
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The section as its page has it now; one request for all sections of a page. */
async function sectionOf(path: string, id: string, asOf: string | null): Promise<string> {
  const asked = fetching.get(path) ?? fetchPage(path, asOf).finally(() => fetching.delete(path));
  fetching.set(path, asked);
  const page = await asked;
  const found = held.get(key(path, id));
  if (found !== undefined && !isOlder(found, page.asOf)) return found.html;
  held.set(key(path, id), page);
  for (const watcher of watchers) watcher();
  return page.html;
}

/** Fetch a page and keep its sections; what stands for those that it has not. */
async function fetchPage(path: string, asOf: string | null): Promise<Held> {
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = seedAsOf(page) ?? asOf;
  holdSections(page, path, seen);
  return { html: "", asOf: seen };
}
