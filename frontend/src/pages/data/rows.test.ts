import { expect, it } from "vitest";
import { byDataset, type DownloadRow } from "./rows";

const file = (dataset: DownloadRow["dataset"], month: string, format: DownloadRow["format"]): DownloadRow => ({ dataset, month, format, is_partial: false, is_open: false, day: null, rows: null, bytes: null, sha256: null, url: `/api/downloads/${dataset}-${month}.${format}` });

it("gathers files by data set and month, the newest first", () => {
  const found = byDataset([
    file("park-days", "2026-07", "csv"),
    file("park-days", "2026-08", "parquet"),
    file("park-days", "2026-08", "csv"),
    file("outages", "2026-08", "csv"),
  ]);
  expect([...found.keys()]).toEqual(["park-days", "outages"]);
  expect(found.get("park-days")?.map((month) => [month.month, month.files.length])).toEqual([
    ["2026-08", 2],
    ["2026-07", 1],
  ]);
});
