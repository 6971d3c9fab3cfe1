import { Link } from "wouter";
import type { ParkRow } from "../../api/rows";
import { AtSource, NoData, ScoreBadge } from "../../components";
import { counted } from "../../lib/format";
import type { Place } from "./places";

interface ParkListProps {
  rows: readonly ParkRow[];
  placed: readonly Place[];
  active: number | null;
  onActive: (id: number | null) => void;
  onShow: (place: Place) => void;
  addressOf: (row: ParkRow) => string;
  isBusy: boolean;
}

/** The map's parks as a list in order of rank: what can be pointed at there can be read here. */
export function ParkList({ rows, placed, active, onActive, onShow, addressOf, isBusy }: ParkListProps) {
  const places = new Map(placed.map((place) => [place.id, place]));
  return (
    <section className="map-list" aria-labelledby="map-list-title" aria-busy={isBusy}>
      <h2 id="map-list-title">
        The same as a list <span className="of">{counted(rows.length, "park")}</span>
      </h2>
      <ol tabIndex={0} aria-labelledby="map-list-title">
        {rows.map((row) => {
          const place = places.get(row.park_id);
          return (
            <li
              key={row.park_id}
              className={row.park_id === active ? "active" : undefined}
              onPointerEnter={() => onActive(row.park_id)}
              onPointerLeave={() => onActive(null)}
              onFocus={() => onActive(row.park_id)}
              onBlur={() => onActive(null)}
            >
              <span className="rank">{row.rank ?? <NoData words="not ranked" />}</span>
              <span className="who">
                <Link href={addressOf(row)}>{row.park_name}</Link>
                <span className="sub">
                  {row.country}
                  <AtSource row={row} name={row.park_name} />
                </span>{" "}
                {place === undefined ? (
                  <span className="small">(its place is not known)</span>
                ) : (
                  <button type="button" className="text-button" onClick={() => onShow(place)}>
                    show on the map<span className="visually-hidden">: {row.park_name}</span>
                  </button>
                )}
              </span>
              {row.comparable_score === null ? <span className="hatched small">no score</span> : <ScoreBadge score={row.comparable_score} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
