import { LocalTime, NoData } from "../../components";
import type { RideRow } from "../../api/rows";
import { capital } from "../../lib/format";

/** What a ride is doing now, and since when. */
export function LiveStatus({ row }: { row: RideRow }) {
  if (row.status === null) return <NoData words="not known" />;
  const status = row.is_down ? "down" : row.status;
  return (
    <>
      <span className={`status ${status}`}>{capital(status)}</span>
      {row.status_since !== null && (
        <span className="sub">
          {" "}
          since <LocalTime iso={row.status_since} zone={row.timezone} style="day" />
        </span>
      )}
    </>
  );
}
