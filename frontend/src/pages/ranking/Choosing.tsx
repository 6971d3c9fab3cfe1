import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { apiUrl, type ApiParameters } from "../../api/client";
import { FILTER_PARAMETERS, ParkFilters, PeriodPicker } from "../../components";
import { PERIOD_PARAMETERS } from "../../lib/periods";
import { addressWith, pick, useQueryState } from "../../lib/urlState";

/** Parks or rides: the same period and filters on the other page. */
export function RankingSwitch() {
  const [path] = useLocation();
  const [state] = useQueryState();
  const kept = pick(state, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS]);
  return (
    <nav className="switch" aria-label="What is ranked">
      {[
        ["/", null, "Parks"] as const,
        ["/rides", null, "Rides"] as const,
        ["/rides", "coaster", "Coasters"] as const,
      ].map(([href, type, words]) => (
        <Link key={words} href={addressWith(href, kept, { type })} aria-current={path === href && (type === "coaster") === (state["type"] === "coaster") ? "page" : undefined}>
          {words}
        </Link>
      ))}
    </nav>
  );
}

/** Period, filters and, on the rankings, the switch between parks and rides. */
export function Choosing({ onHint, children }: { onHint: (period: string) => void; children?: ReactNode }) {
  return (
    <div className="choosing">
      {children}
      <PeriodPicker onHint={onHint} />
      <ParkFilters />
    </div>
  );
}

/** Links to the same view as JSON, as CSV and as CSV for Excel. */
export function SameView({ path, asked, of }: { path: string; asked: ApiParameters; of: string }) {
  return (
    <p className="same-view small">
      The same view to take along:{" "}
      <a href={apiUrl(path, asked)}>
        JSON<span className="visually-hidden"> of {of}</span>
      </a>{" "}
      ·{" "}
      <a href={apiUrl(path, { ...asked, format: "csv" })} download>
        CSV<span className="visually-hidden"> of {of}</span>
      </a>{" "}
      ·{" "}
      <a href={apiUrl(path, { ...asked, format: "excel" })} download>
        CSV for Excel<span className="visually-hidden"> of {of}</span>
      </a>
    </p>
  );
}
