import { useApi } from "../../api/client";
import { Failure, Skeleton } from "../../components";
import { counted } from "../../lib/format";
import { byDataset, type DownloadRow, type MonthFiles } from "./rows";

const DATASETS: Record<string, { title: string; words: string }> = {
  "park-days": { title: "Park days", words: "One row per park and day: open time, score, downtime, waits, coverage." },
  "ride-days": { title: "Ride days", words: "One row per ride and day: time operating, down and closed, waits, outages." },
  "park-hours": { title: "Park hours", words: "One row per park and hour of its own clock." },
  snapshots: { title: "Raw readings", words: "What the feeds said of each ride at each look, as sealed; months and days are those of UTC." },
  queues: { title: "Raw queues", words: "Single rider lines, return times and their prices, as posted." },
  cycles: { title: "Looks at parks", words: "One row per park and look: feed, cadence, rides by status." },
  polls: { title: "Polls", words: "How each request to a feed ended." },
  outages: { title: "Outages", words: "Every outage: ride, start, end, kind, open time lost." },
};

const SHOWN = 6;

/** The record by month, as files. */
export function DownloadsSection() {
  const answer = useApi<DownloadRow[]>("/api/downloads");
  const files = answer.data?.data.filter((file) => !file.is_open);
  return (
    <section id="downloads" aria-labelledby="downloads-title">
      <h2 id="downloads-title">Downloads</h2>
      <p>The whole record, one file for each month: CSV for spreadsheets, Parquet for everything larger. The running month grows day by day.</p>
      {files === undefined ? (
        answer.error ? <Failure error={answer.error} retry={answer.refetch} /> : <Skeleton rows={4} label="Loading the files" />
      ) : files.length === 0 ? (
        <p className="notice">There is nothing to download yet: files appear with the first day of data.</p>
      ) : (
        <div className="datasets">
          {[...byDataset(files)].map(([dataset, months]) => (
            <Dataset key={dataset} dataset={dataset} months={months} />
          ))}
        </div>
      )}
    </section>
  );
}

function Dataset({ dataset, months }: { dataset: string; months: readonly MonthFiles[] }) {
  const words = DATASETS[dataset];
  return (
    <div className="dataset">
      <h3>{words?.title ?? dataset}</h3>
      {words && <p className="small">{words.words}</p>}
      <MonthList dataset={dataset} months={months.slice(0, SHOWN)} />
      {months.length > SHOWN && (
        <details>
          <summary>{counted(months.length - SHOWN, "earlier month")}</summary>
          <MonthList dataset={dataset} months={months.slice(SHOWN)} />
        </details>
      )}
    </div>
  );
}

function MonthList({ dataset, months }: { dataset: string; months: readonly MonthFiles[] }) {
  return (
    <ul>
      {months.map(({ month, files }) => (
        <li key={month}>
          <span>
            {month}
            {files.some((file) => file.is_partial) && <span className="sub"> so far</span>}
          </span>
          {files.map((file) => (
            <a key={file.format} href={file.url} download>
              {file.format === "csv" ? "CSV" : (file.day ?? "Parquet")}
              <span className="visually-hidden">
                {" "}
                of {dataset}, {month}
              </span>
            </a>
          ))}
        </li>
      ))}
    </ul>
  );
}
