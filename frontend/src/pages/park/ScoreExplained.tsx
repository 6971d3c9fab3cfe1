import { Link } from "wouter";
import { DataTable, Figure, NoData, useMore, type Column } from "../../components";
import { counted as countedWords, number } from "../../lib/format";
import type { ParkDetails, ScoreExplained as Explained } from "./answers";
import type { View } from "./useView";

type Share = Explained["rides"][number];

/** The score to the minute: the formula filled in, and what each ride puts into it. */
export function ScoreExplained({ details, view }: { details: ParkDetails; view: View }) {
  const explained = details.score_explained;
  const slugs = new Map(details.rides.map((ride) => [ride.ride_id, ride.ride_slug]));
  const withLoss = explained.rides.filter((share) => share.weighted_downtime > 0);
  const [shown, more] = useMore(explained.rides, Math.max(4, Math.min(withLoss.length, 8)), "rides that count");
  const worst = withLoss[0];
  if (explained.rides.length === 0) {
    return <p>No ride was seen while the park was open in this period, so there is nothing to divide and no score.</p>;
  }
  const digits = hasParts(explained) ? 1 : 0;
  const amount = (value: number) => (view.isLive ? number(value) : number(value / 60, digits));
  return (
    <>
      <p className="formula">
        10 × <b>{amount(explained.weighted_downtime)}</b> ÷ <b>{amount(explained.weighted_exposure)}</b> ={" "}
        <b>
          <Figure value={explained.shame_score} digits={2} />
        </b>
        <span className="small">
          {view.isLive
            ? "weights of the rides down now ÷ weights of all rides that count"
            : "weighted minutes lost ÷ weighted minutes in which the rides should have run"}
        </span>
      </p>
      <p>
        Every minute a ride is down in open hours counts with the ride&apos;s weight: three for a flagship, two for a standard or
        unrated ride, one for a minor one.
        {worst !== undefined && worst.downtime_seconds !== null && (
          <>
            {" "}
            The largest share: {worst.ride_name} ({worst.tier_label}) lost {number(worst.downtime_seconds / 60, digits)} min, times{" "}
            {worst.weight} makes {amount(worst.weighted_downtime)} weighted minutes, which is{" "}
            <Figure value={worst.score_points} digits={2} /> of the score.
          </>
        )}{" "}
        <Link href="/data">All formulas</Link>
      </p>
      {explained.adds_up ? (
        <p className="adds-up">
          <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d="M4 10.5 8.5 15 16 5.5" />
          </svg>
          The {countedWords(explained.rides.length, "ride")} below add up to exactly the score above.
        </p>
      ) : (
        <p className="notice">
          A ride&apos;s tier has changed and this period is being recomputed: for the moment the table and the score differ.
        </p>
      )}
      <DataTable
        columns={columns(view, digits, slugs)}
        rows={shown}
        rowKey={(share) => share.ride_id}
        caption="What each ride adds to the score"
        rowClass={(share) => (share.weighted_downtime === 0 ? "quiet" : undefined)}
        className="plain cards"
        isSorted
      />
      {more}
    </>
  );
}

const hasParts = (explained: Explained): boolean =>
  explained.rides.some((share) => ((share.downtime_seconds ?? 0) % 60) + ((share.exposure_seconds ?? 0) % 60) > 0);

function columns(view: View, digits: number, slugs: ReadonlyMap<number, string>): Column<Share>[] {
  const minutes = (seconds: number | null) => (seconds === null ? <NoData /> : number(seconds / 60, digits));
  const slug = (share: Share) => slugs.get(share.ride_id);
  const name: Column<Share> = {
    id: "ride",
    header: "Ride",
    isRowHeader: true,
    cell: (share) =>
      slug(share) === undefined ? share.ride_name : <Link href={`/rides/${share.ride_id}-${slug(share)}${view.query}`}>{share.ride_name}</Link>,
  };
  const tier: Column<Share> = { id: "tier", header: "Tier", numeric: false, cell: (share) => share.tier_label };
  const weight: Column<Share> = { id: "weight", header: "Weight", cell: (share) => `×${share.weight}` };
  const adds: Column<Share> = {
    id: "adds",
    header: "Adds to the score",
    cell: (share) => <Figure value={share.score_points} digits={2} />,
  };
  if (view.isLive) {
    const down: Column<Share> = { id: "down", header: "Down now", cell: (share) => (share.weighted_downtime > 0 ? share.weighted_downtime : 0) };
    return [name, tier, weight, down, adds];
  }
  return [
    name,
    tier,
    { id: "lost", header: "Minutes lost", cell: (share) => minutes(share.downtime_seconds) },
    weight,
    { id: "weighted", header: "Weighted minutes lost", cell: (share) => minutes(share.weighted_downtime) },
    { id: "due", header: "Weighted minutes due", cell: (share) => minutes(share.weighted_exposure) },
    adds,
  ];
}
