import { useApi } from "../../api/client";
import { MeasureLegend } from "../../charts/Legends";
import { PointsChart } from "../../charts/lazy";
import { TableView } from "../../charts/TableView";
import { pointsTable } from "../../charts/tables";
import { ChartFrame, Empty, Failure, Skeleton } from "../../components";
import { dateIn } from "../../lib/time";
import type { RideDetails, Series } from "../park/answers";

/** The first of the month eleven months before a date. */
export function aYearOfMonths(today: string): string {
  const at = new Date(`${today.slice(0, 7)}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() - 11);
  return at.toISOString().slice(0, 10);
}

/** Uptime of each of the last twelve months. */
export function MonthsSection({ details }: { details: RideDetails }) {
  const { ride, park } = details;
  const today = dateIn(park.timezone);
  const answer = useApi<Series>(`/api/rides/${ride.ride_id}/series`, { grain: "month", start: aYearOfMonths(today), end: today });
  const points = answer.data?.data.points;
  if (points === undefined) {
    return (
      <>
        <h2>Uptime by month</h2>
        {answer.error === null ? <Skeleton rows={6} /> : <Failure error={answer.error} retry={answer.refetch} />}
      </>
    );
  }
  const title = `Uptime of ${ride.ride_name} by month`;
  return (
    <ChartFrame
      title="Uptime by month"
      note="The axis begins just below the lowest month, so that small differences show."
      legend={<MeasureLegend measure="uptime" />}
      table={<TableView table={pointsTable(points, ["uptime", "downtime", "wait"], title)} />}
    >
      {points.some((point) => (point.uptime_percent ?? null) !== null) ? (
        <PointsChart points={points} measure="uptime" title={title} />
      ) : (
        <Empty title="No month has a value">
          <p>The ride was not seen running in the last twelve months.</p>
        </Empty>
      )}
    </ChartFrame>
  );
}
