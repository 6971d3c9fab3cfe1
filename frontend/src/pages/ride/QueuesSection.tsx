import { useApi } from "../../api/client";
import { DataTable, Failure, Figure, LocalTime, NoData, RelativeTime, Skeleton, type Column } from "../../components";
import { capital } from "../../lib/format";
import type { QueueRow } from "./answers";
import { priceWords, queueWords } from "./words";

/** Ways to wait besides the standby line, as last posted. */
export function QueuesSection({ rideId, name, zone }: { rideId: number; name: string; zone: string }) {
  const answer = useApi<QueueRow[]>(`/api/rides/${rideId}/queues`, {}, { live: true });
  if (answer.data === undefined) {
    return answer.error === null ? <Skeleton rows={3} /> : <Failure error={answer.error} retry={answer.refetch} />;
  }
  const rows = answer.data.data;
  if (rows.length === 0) return <p>No other queue than standby has been posted for {name}.</p>;
  return (
    <DataTable
      columns={columns(zone)}
      rows={rows}
      rowKey={(row) => row.queue_type}
      caption={`As last posted. Times of the park (${zone}).`}
      className="plain cards"
        isSorted
    />
  );
}

function columns(zone: string): Column<QueueRow>[] {
  return [
    { id: "type", header: "Queue", isRowHeader: true, cell: (row) => queueWords(row.queue_type) },
    { id: "state", header: "State", numeric: false, cell: (row) => (row.state === null ? <NoData words="not said" /> : capital(row.state.replaceAll("_", " ").toLowerCase())) },
    { id: "wait", header: "Wait", cell: (row) => <Figure value={row.wait_minutes} unit="min" /> },
    {
      id: "return",
      header: "Come back",
      numeric: false,
      cell: (row) =>
        row.return_start !== null ? (
          <>
            <LocalTime iso={row.return_start} zone={zone} style="zoned" />
            {row.return_end !== null && (
              <>
                {" "}
                to <LocalTime iso={row.return_end} zone={zone} />
              </>
            )}
          </>
        ) : row.group_start !== null ? (
          `groups ${row.group_start}${row.group_end === null ? "" : ` to ${row.group_end}`}`
        ) : (
          <NoData words="not said" />
        ),
    },
    {
      id: "price",
      header: "Price",
      cell: (row) =>
        row.price_minor !== null && row.currency !== null ? priceWords(row.price_minor, row.currency) : <NoData words="no price posted" />,
    },
    { id: "seen", header: "Seen", numeric: false, cell: (row) => <RelativeTime iso={row.observed_at} /> },
  ];
}
