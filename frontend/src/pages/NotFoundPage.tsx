/** An address that no page has, with what may have been meant. */
import { Link } from "wouter";
import { useApi } from "../api/client";
import type { NearMatch, SearchIndex } from "../api/rows";
import { BrokenRide } from "../art/BrokenRide";
import { entriesOf, findEntries } from "../app/search";
import { usePageMeta } from "../lib/title";

const SHOWN = 5;

/** The park or ride that an address seems to name: its last part, in words. */
export function wordsOf(path: string): string {
  const last = path.split("/").filter(Boolean).at(-1) ?? "";
  let words = last;
  try {
    words = decodeURIComponent(last);
  } catch {
    // A broken escape stays as it is.
  }
  return words.replace(/^\d+-/, "").replace(/\.\w{2,4}$/, "").replace(/[-_+]+/g, " ").trim();
}

/** The endpoint that knows what is near to a park's or ride's address; null for other addresses. */
function judgeOf(path: string): string | null {
  const [kind, name, ...rest] = path.split("/").filter(Boolean);
  if (name === undefined || rest.length > 0) return null;
  if (kind === "parks") return `/api/parks/${encodeURIComponent(name)}/rides`;
  return kind === "rides" ? `/api/rides/${encodeURIComponent(name.split("-")[0] ?? name)}/details` : null;
}

export default function NotFoundPage({ path }: { path: string }) {
  usePageMeta("Not found");
  const judge = judgeOf(path);
  const judged = useApi<unknown>(judge ?? "/api/parks", {}, { enabled: judge !== null });
  const index = useApi<SearchIndex>("/api/search-index");
  const near = (judged.error?.nearMatches ?? []).flatMap(linkOf);
  const alike = index.data === undefined ? [] : findEntries(entriesOf(index.data.data), wordsOf(path), SHOWN);
  const known = new Set(near.map((link) => link.path));
  const links = [...near, ...(wordsOf(path) === "" ? [] : alike.filter((entry) => !known.has(entry.path)))].slice(0, SHOWN);
  return (
    <div className="page error">
      <BrokenRide />
      <div>
        <p className="code">404</p>
        <h1>No such place in this park</h1>
        <p>There is no page at {path}.</p>
        {links.length > 0 && (
          <>
            <p>Did you mean</p>
            <ul className="near">
              {links.map((link) => (
                <li key={link.path}>
                  <Link href={link.path}>{link.name}</Link> {link.detail && <span className="sub">{link.detail}</span>}
                </li>
              ))}
            </ul>
          </>
        )}
        <p>
          <Link href="/">Go to all parks</Link>, or search with the button at the top.
        </p>
      </div>
    </div>
  );
}

function linkOf(match: NearMatch): { path: string; name: string; detail: string }[] {
  if (match.path === undefined || match.path.startsWith("/api/")) return [];
  const name = match.ride_name ?? match.park_name ?? match.path;
  return [{ path: match.path, name, detail: match.ride_name ? (match.park_name ?? "") : "" }];
}
