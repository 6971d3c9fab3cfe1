import { Link, useLocation } from "wouter";
import { number } from "../../lib/format";
import { addressWith, useQueryState } from "../../lib/urlState";

/** Earlier and further rows of a long list. */
export function Pager({ total, offset, limit }: { total: number; offset: number; limit: number }) {
  const [path] = useLocation();
  const [state] = useQueryState();
  if (total <= limit && offset === 0) return null;
  const to = (start: number) => addressWith(path, state, { offset: Math.max(0, start) });
  return (
    <nav className="pager" aria-label="Pages of the list">
      {offset > 0 ? <Link href={to(offset - limit)}>← The {number(Math.min(limit, offset))} before</Link> : <span />}
      {offset + limit < total && (
        <Link href={to(offset + limit)}>The next {number(Math.min(limit, total - offset - limit))} →</Link>
      )}
    </nav>
  );
}
