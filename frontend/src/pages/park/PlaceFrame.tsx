/** What a park's and a ride's page share: asking for the details, waiting, failing, and the frame around them. */
import { lazy, useEffect, type ReactNode } from "react";
import { prefetchApi, useApi, type ApiResult } from "../../api/client";
import { Failure, PeriodPicker, Skeleton, StaleNotice } from "../../components";
import { neighbours } from "../../lib/periods";
import { spanOf } from "../../lib/time";
import { pick } from "../../lib/urlState";
import type { View } from "./useView";

const NotFound = lazy(() => import("../NotFoundPage"));

/** The days that details are about. */
interface Dated {
  summary: { start_date: string; end_date: string };
}

/** The details of a place in the view's period; those of the neighbouring periods are fetched ahead. */
export function useDetails<Details>(path: string, view: View): ApiResult<Details> {
  const answer = useApi<Details>(path, { ...view.period, ...pick(view.state, ["non_rides"]) }, { live: view.isRunning });
  useEffect(() => {
    for (const name of neighbours(view.name)) prefetchApi(path, { period: name });
  }, [path, view.name]);
  return answer;
}

interface PlaceFrameProps<Details> {
  /** "park" or "ride". */
  kind: string;
  path: string;
  answer: ApiResult<Details>;
  /** The details that belong to the address; undefined until they are there. */
  details: Details | undefined;
  head: (details: Details) => ReactNode;
  children: (details: Details) => ReactNode;
}

export function PlaceFrame<Details extends Dated>({ kind, path, answer, details, head, children }: PlaceFrameProps<Details>) {
  if (answer.error?.status === 404 && !answer.isFetching) return <NotFound path={window.location.pathname} />;
  if (details === undefined) {
    return (
      <div className="page">
        <h1 className="visually-hidden">A {kind}</h1>
        {answer.error !== null && !answer.isFetching ? (
          <Failure error={answer.error} retry={answer.refetch} />
        ) : (
          <Skeleton rows={14} label={`Loading the ${kind}`} />
        )}
      </div>
    );
  }
  return (
    <div className="page place">
      {head(details)}
      <PeriodPicker onHint={(name) => prefetchApi(path, { period: name })} />
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      <div className={answer.isPrevious ? "view is-previous" : "view"} aria-busy={answer.isPrevious}>
        <p className="span-of">
          {spanOf(details.summary.start_date, details.summary.end_date)} <span className="sub">park-local days</span>
        </p>
        {children(details)}
      </div>
    </div>
  );
}
