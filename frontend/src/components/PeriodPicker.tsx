import { useEffect, useRef, useState, type FormEvent } from "react";
import { Link, useLocation } from "wouter";
import { addDays } from "../lib/time";
import { choose, FIRST_YEAR, NAMED_PERIODS, periodLabel, periodName } from "../lib/periods";
import { addressWith, useQueryNow, useQueryState } from "../lib/urlState";

interface PeriodPickerProps {
  /** Leave out "Right now", where a moment makes no sense. */
  withoutLive?: boolean;
  /** The period where the address names none. */
  fallback?: string;
  /** Called with the name of a period that is pointed at, to fetch it ahead. */
  onHint?: (name: string) => void;
}

/** Choosing a period: the named ones as links, any year, and any range of dates. It lives in the address. */
export function PeriodPicker({ withoutLive = false, fallback = "today", onHint }: PeriodPickerProps) {
  const [path] = useLocation();
  const state = useQueryNow();
  const current = periodName(state, fallback);
  const isOwn = current === "year" || current === "range";
  const list = useRef<HTMLUListElement>(null);
  // On narrow screens the periods are a row that scrolls: bring the chosen one into it.
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (!list.current || !chosen) return;
    const start = chosen.offsetLeft - list.current.offsetLeft;
    if (start + chosen.offsetWidth > list.current.clientWidth) list.current.scrollLeft = start - list.current.clientWidth / 3;
  }, [current]);
  return (
    <nav className="periods" aria-label="Period">
      <ul ref={list}>
        {NAMED_PERIODS.filter(({ name }) => !(withoutLive && name === "live")).map(({ name, label }) => (
          <li key={name}>
            <Link
              href={addressWith(path, state, choose({ name }, fallback))}
              aria-current={name === current ? "page" : undefined}
              onPointerEnter={() => onHint?.(name)}
              onFocus={() => onHint?.(name)}
            >
              {label}
            </Link>
          </li>
        ))}
        {isOwn && (
          <li>
            <Link href={addressWith(path, state, {})} aria-current="page">
              {periodLabel(state)}
            </Link>
          </li>
        )}
      </ul>
      <OtherDates key={JSON.stringify([state["start"], state["end"], state["year"]])} isOpen={isOwn} />
    </nav>
  );
}

function OtherDates({ isOpen }: { isOpen: boolean }) {
  const [state, set] = useQueryState();
  const today = new Date().toISOString().slice(0, 10);
  const [start, setStart] = useState(state["start"] ?? "");
  const [end, setEnd] = useState(state["end"] ?? "");
  const thisYear = Number(today.slice(0, 4));
  const years = Array.from({ length: thisYear - FIRST_YEAR + 1 }, (_, index) => String(thisYear - index));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [first, last] = start <= end ? [start, end] : [end, start];
    set(choose({ start: first, end: last }));
  };
  return (
    <details className="other-dates" open={isOpen}>
      <summary>Other dates</summary>
      <form onSubmit={submit}>
        <label>
          From{" "}
          <input type="date" name="start" required min={`${FIRST_YEAR}-01-01`} max={addDays(today, 1)} value={start} onChange={(event) => setStart(event.target.value)} />
        </label>
        <label>
          to{" "}
          <input type="date" name="end" required min={`${FIRST_YEAR}-01-01`} max={addDays(today, 1)} value={end} onChange={(event) => setEnd(event.target.value)} />
        </label>
        <button type="submit">Show</button>
        <label>
          or a year{" "}
          <select name="year" value={state["year"] ?? ""} onChange={(event) => event.target.value && set(choose({ year: event.target.value }))}>
            <option value="">choose</option>
            {years.map((year) => (
              <option key={year}>{year}</option>
            ))}
          </select>
        </label>
      </form>
    </details>
  );
}
