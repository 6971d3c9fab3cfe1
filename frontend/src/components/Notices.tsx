import type { ReactNode } from "react";
import { Link } from "wouter";
import { UNREACHABLE, type ApiError } from "../api/client";
import { capital } from "../lib/format";
import { BrokenRide } from "../art/BrokenRide";
import { KeptViews } from "./KeptViews";
import { RelativeTime } from "./Times";

/** The place of something that is still loading, in its shape. */
export function Skeleton({ rows = 8, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={`skeleton-row w${index % 4}`} />
      ))}
    </div>
  );
}

/** Nothing to show: the cause as title, the next step as content. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

const CAUSES: Record<string, string> = {
  unreachable: "The server cannot be reached",
  database_unreachable: "The server is having a rest",
  not_found: "No such place in this park",
  bad_parameter: "That cannot be asked like this",
  unknown_parameter: "That cannot be asked like this",
};

/** A failure without any data to show instead: its cause, near matches, and what to do. */
export function Failure({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div className="failure" role="alert">
      <BrokenRide />
      <div>
        <h2>{CAUSES[error.code] ?? "This ride is out of order"}</h2>
        {error.code === "unreachable" && error.message === UNREACHABLE ? <KeptViews /> : <p>{capital(error.message)}.</p>}
        {error.nearMatches.length > 0 && (
          <>
            <p>Did you mean</p>
            <ul className="near">
              {error.nearMatches.map((match) =>
                match.path === undefined ? null : (
                  <li key={match.path}>
                    <Link href={match.path}>{match.ride_name ?? match.park_name ?? match.path}</Link>
                  </li>
                ),
              )}
            </ul>
          </>
        )}
        {error.isPassing && retry !== undefined && (
          <p>
            <button type="button" onClick={retry}>
              Try again
            </button>
          </p>
        )}
        {!error.isPassing && (
          <p>
            <Link href="/">Go to all parks</Link>
          </p>
        )}
      </div>
    </div>
  );
}

interface StaleNoticeProps {
  isStale: boolean;
  asOf: string | null | undefined;
  error?: ApiError | null;
  retry?: () => void;
}

/** Says that the data shown is the last good one, and how old it is. */
export function StaleNotice({ isStale, asOf, error, retry }: StaleNoticeProps) {
  if (!isStale) return null;
  return (
    <div className="notice stale" role="status">
      <span>
        {error ? `${capital(error.message)}.` : "You are offline."} Shown is the last good data
        {asOf && (
          <>
            , <RelativeTime iso={asOf} />
          </>
        )}
        .
      </span>
      {retry !== undefined && (
        <button type="button" className="quiet-button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
