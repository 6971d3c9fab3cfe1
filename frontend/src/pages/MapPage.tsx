/**
 * Parks by score on a map of our own, with the same parks as a list. Asks first for `/api/parks?limit=500` and
 * `/api/parks/downtime?limit=500` with the period and the filters of the address.
 */
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { prefetchApi, useApi } from "../api/client";
import type { CatalogPark, ParkRow } from "../api/rows";
import { Globe } from "../art/Vignettes";
import { PageHead } from "../art/PageHead";
import { BandLegend, Empty, Failure, FILTER_PARAMETERS, isFiltered, ParkFilters, PeriodPicker, Skeleton, StaleNotice } from "../components";
import { PERIOD_PARAMETERS, periodWords } from "../lib/periods";
import { usePageMeta } from "../lib/title";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import { ParkList } from "./map/ParkList";
import { placesOf } from "./map/places";
import { fit, readView, writeView, type View } from "./map/projection";
import { WorldMap } from "./map/WorldMap";

const NO_PARKS: CatalogPark[] = [];
const NO_ROWS: ParkRow[] = [];

export default function MapPage() {
  const [state, set] = useQueryState();
  const words = periodWords(state);
  usePageMeta(`Map, ${words}`, "Theme parks on the map, each with the sign of its shame score.");
  const filters = pick(state, FILTER_PARAMETERS);
  const period: Record<string, string> = pick(state, PERIOD_PARAMETERS);
  const catalogue = useApi<CatalogPark[]>("/api/parks", { limit: 500 });
  const ranking = useApi<ParkRow[]>("/api/parks/downtime", { ...filters, ...period, limit: 500 }, { live: period["period"] === "live" });
  const parks = catalogue.data?.data ?? NO_PARKS;
  const rows = ranking.data?.data ?? NO_ROWS;
  const places = useMemo(() => placesOf(parks, rows), [parks, rows]);
  const [active, setActive] = useState<number | null>(null);
  const asked = useMemo(() => readView(state["view"]), [state]);
  const chosen = isFiltered(state);
  const viewFor = (aspect: number): View => asked ?? fit(chosen ? places : [], aspect);
  const regions = [...new Set(parks.flatMap((park) => (park.region ? [park.region] : [])))].sort();
  const failed = [catalogue, ranking].find((answer) => answer.data === undefined && answer.error !== null);
  const stale = [catalogue, ranking].find((answer) => answer.isStale);
  const isReady = catalogue.data !== undefined && ranking.data !== undefined;

  return (
    <div className="page map-page">
      <PageHead title="The map of shame" art={<Globe />}>
        <p>Every park on the map, with the sign of its band.</p>
      </PageHead>
      <PeriodPicker onHint={(name) => prefetchApi("/api/parks/downtime", { ...filters, period: name, limit: 500 })} />
      <ParkFilters />
      {stale && <StaleNotice isStale asOf={stale.data?.data_as_of} error={stale.error} retry={stale.refetch} />}
      <nav className="periods regions" aria-label="Part of the world">
        <ul>
          {[null, ...regions].map((region) => (
            <li key={region ?? ""}>
              <Link
                href={addressWith("/map", state, { region, view: null })}
                aria-current={(state["region"] ?? null) === region ? "page" : undefined}
              >
                {region ?? "The world"}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {failed?.error ? (
        <Failure error={failed.error} retry={failed.refetch} />
      ) : !isReady ? (
        <Skeleton rows={12} label="Loading the map" />
      ) : rows.length === 0 ? (
        <Empty title="No park matches">
          <p>
            No park fits these filters. <Link href="/map">Show every park</Link>.
          </p>
        </Empty>
      ) : (
        <div className="map-columns">
          <WorldMap
            places={places}
            viewFor={viewFor}
            active={active}
            onActive={setActive}
            onView={(view, isStep) => set({ view: view === null ? null : writeView(view) }, { replace: !isStep })}
            addressOf={(place) => addressWith(`/parks/${place.row.park_slug}`, {}, period)}
          />
          <ParkList
            rows={rows}
            placed={places}
            active={active}
            onActive={setActive}
            onShow={(place) => set({ view: writeView({ x: place.x, y: place.y, width: 40 }) })}
            addressOf={(row) => addressWith(`/parks/${row.park_slug}`, {}, period)}
            isBusy={ranking.isPrevious}
          />
        </div>
      )}
      <section aria-labelledby="map-legend">
        <h2 id="map-legend">The signs</h2>
        <BandLegend />
        <p className="small">
          A hatched disc is a park without a score in this period; that is no good score and no bad one. A disc with a number stands for several
          parks and carries the sign of the worst. Drag the map or use the arrow keys to move it; + and −, two fingers, or the wheel with Ctrl scale it. The land is drawn from{" "}
          <a href="https://www.naturalearthdata.com/">Natural Earth</a>; nothing is fetched from elsewhere.
        </p>
      </section>
    </div>
  );
}
