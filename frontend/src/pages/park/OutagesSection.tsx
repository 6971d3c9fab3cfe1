import { Link } from "wouter";
import { OutageLegend } from "../../charts/Legends";
import { OutageBars } from "../../charts/lazy";
import { TableView } from "../../charts/TableView";
import { kindWords } from "../../charts/geometry/lengths";
import { lengthTable } from "../../charts/tables";
import { ChartFrame, DataTable, Duration, LocalTime, useMore, type Column } from "../../components";
import { counted } from "../../lib/format";
import { notCountedWords } from "../../lib/wording";
import type { Outage } from "./answers";
import type { View } from "./useView";

interface OutagesSectionProps {
  outages: readonly Outage[];
  total: number;
  name: string;
  zone: string;
  /** Why there could be none: then none is not the same as none known. */
  without: string | undefined;
  /** Slugs of the rides, to link to them; without it the ride is the page's own. */
  slugs?: ReadonlyMap<number, string>;
  view: View;
}

export const NOTHING_WATCHED = "Not known: nothing was watched in this period.";

/** The outages that began in the period: by length and kind, and one by one. */
export function OutagesSection({ outages, total, name, zone, without, slugs, view }: OutagesSectionProps) {
  const [shown, more] = useMore(outages, 8, "outages");
  if (outages.length === 0) {
    return <p>{without ?? `None began: ${name} ran without an outage in this period.`}</p>;
  }
  const title = `Outages of ${name} by length, ${view.words}`;
  const cut = outages.length < total ? `; the latest ${outages.length} are shown` : "";
  return (
    <>
      <DataTable
        columns={columns(zone, slugs, view)}
        rows={shown}
        rowKey={(outage) => `${outage.ride_id}-${outage.started_at}`}
        caption={`${counted(total, "outage")} began in this period${cut}. Times of the park (${zone}).`}
        className="plain cards"
        isSorted
      />
      {more}
      {outages.length >= 3 && (
        <ChartFrame title="How long they were" level={3} legend={<OutageLegend />} table={<TableView table={lengthTable(outages, title)} />}>
          <OutageBars outages={outages} title={title} />
        </ChartFrame>
      )}
    </>
  );
}

function columns(zone: string, slugs: ReadonlyMap<number, string> | undefined, view: View): Column<Outage>[] {
  const began: Column<Outage> = {
    id: "began",
    header: "Began",
    className: "wide",
    numeric: false,
    isRowHeader: slugs === undefined,
    cell: (outage) => <LocalTime iso={outage.started_at} zone={zone} style="day" />,
  };
  const rest: Column<Outage>[] = [
    {
      id: "ended",
      header: "Ended",
      className: "wide",
      numeric: false,
      cell: (outage) =>
        outage.ended_at === null ? <span className="status down">still down</span> : <LocalTime iso={outage.ended_at} zone={zone} style="day" />,
    },
    {
      id: "lost",
      header: "Open time lost",
      cell: (outage) => (
        <>
          {outage.ended_by === "lost" && "at least "}
          <Duration seconds={outage.downtime_seconds} />
        </>
      ),
    },
    {
      id: "kind",
      header: "Kind",
      numeric: false,
      cell: (outage) => (
        <>
          <span className={`kind-mark kind-mark-${outage.kind}`} aria-hidden="true" /> {kindWords(outage.kind)}
          {outage.not_counted !== null && <span className="sub"> closure, not counted: {notCountedWords(outage.not_counted)}</span>}
          {outage.ended_words !== null && <span className="sub"> {outage.ended_words}</span>}
          {outage.flaps > 0 && <span className="sub"> with {counted(outage.flaps, "short flap")}</span>}
        </>
      ),
    },
  ];
  if (slugs === undefined) return [began, ...rest];
  const ride: Column<Outage> = {
    id: "ride",
    header: "Ride",
    isRowHeader: true,
    cell: (outage) => {
      const slug = slugs.get(outage.ride_id);
      const words = outage.ride_name ?? "a ride no longer known";
      return slug === undefined ? words : <Link href={`/rides/${outage.ride_id}-${slug}${view.query}`}>{words}</Link>;
    },
  };
  return [ride, began, ...rest];
}
