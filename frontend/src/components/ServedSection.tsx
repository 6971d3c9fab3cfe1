import { useEffect, useState } from "react";
import { Skeleton } from "./Notices";

/** By the path of its page and its id, what the server drew of each section that it alone draws. */
const held = new Map<string, string>();

const key = (path: string, id: string) => `${path}#${id}`;

/** Keep what was served of these sections at an address, before the script clears the page away: those of a period with its query. */
export function holdSections(page: Document, address: string): void {
  const [path = address] = address.split("?");
  for (const section of page.querySelectorAll<HTMLElement>("[data-drawn=server]")) {
    held.set(key(section.dataset.of === "period" ? address : path, section.id), section.outerHTML);
  }
}

interface ServedSectionProps {
  id: string;
  /** Path of the page that has it. */
  path: string;
}

/** A section of a page that the server alone draws: as it was served, else taken from its page; nothing where that has none. */
export function ServedSection({ id, path }: ServedSectionProps) {
  const [html, setHtml] = useState(() => held.get(key(path, id)));
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const known = held.get(key(path, id));
    setHtml(known);
    setFailed(false);
    if (known !== undefined) return;
    const stop = new AbortController();
    sectionOf(path, id, stop.signal).then(setHtml, () => stop.signal.aborted || setFailed(true));
    return () => stop.abort();
  }, [path, id]);
  if (hasFailed) {
    return (
      <p>
        This part could not be fetched. <a href={`${path}#${id}`}>Load the page again</a>
      </p>
    );
  }
  return html === undefined ? <Skeleton rows={4} /> : <div dangerouslySetInnerHTML={{ __html: html }} />;
}

async function sectionOf(path: string, id: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(path, { signal });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  holdSections(new DOMParser().parseFromString(await answer.text(), "text/html"), path);
  const found = held.get(key(path, id)) ?? "";
  held.set(key(path, id), found);
  return found;
}
