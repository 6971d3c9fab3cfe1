import { useId } from "react";
import { Link } from "wouter";
import type { ParkRow, RideRow } from "../../api/rows";
import { AtSource, Duration, Percent, TrendMark } from "../../components";
import { counted } from "../../lib/format";
import { parkPath, ridePath } from "../../lib/paths";
import { addressWith } from "../../lib/urlState";
import { Bound } from "../ranking/cells";

interface TrendTableProps {
  title: string;
  /** What to say where the table is empty. */
  none: string;
  rows: readonly (ParkRow | RideRow)[];
  /** How many there are in all. */
  total: number;
  /** The period in force, for the links. */
  period: Record<string, string>;
}

/** One of the four tables: the greatest change first. */
export function TrendTable({ title, none, rows, total, period }: TrendTableProps) {
  const id = useId();
  const address = (row: ParkRow | RideRow) => addressWith("ride_id" in row ? ridePath(row) : parkPath(row), {}, period);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} <span className="of">{total > rows.length ? `${rows.length} of ${total}` : total > 0 && counted(total, "entry", "entries")}</span>
      </h2>
      {rows.length === 0 ? (
        <p className="small">{none}</p>
      ) : (
        <div className="table-wrap">
          <table className="plain trend-table" role="table" aria-labelledby={id}>
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">{"ride_id" in rows[0]! ? "Ride" : "Park"}</th>
                <th role="columnheader" scope="col" className="num">
                  Change
                </th>
                <th role="columnheader" scope="col" className="num">
                  Uptime
                </th>
                <th role="columnheader" scope="col" className="num">
                  Time lost
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {rows.map((row) => (
                <tr key={"ride_id" in row ? `r${row.ride_id}` : `p${row.park_id}`} role="row">
                  <th role="rowheader" scope="row">
                    <Link href={address(row)}>{"ride_id" in row ? row.ride_name : row.park_name}</Link>
                    <span className="sub">
                      {"ride_id" in row ? row.park_name : [row.operator, row.country].filter(Boolean).join(" · ")}
                      <AtSource row={row} name={"ride_id" in row ? row.ride_name : row.park_name} />
                    </span>
                  </th>
                  <td role="cell" className="num change">
                    <TrendMark points={row.trend_points} reason={row.trend_reason} />
                  </td>
                  <td role="cell" className="num" data-label="Uptime">
                    {row.uptime_percent !== null && <Bound row={row} isMost />}
                    <Percent value={row.uptime_percent} />
                  </td>
                  <td role="cell" className="num" data-label="Time lost">
                    <Bound row={row} />
                    <Duration seconds={row.downtime_seconds} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
