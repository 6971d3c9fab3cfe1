import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { DataTable, parseSort, type Column, type SortState } from "./DataTable";

interface Row {
  id: number;
  name: string;
  wait: number | null;
  group: string | null;
}

const ROWS: Row[] = [
  { id: 1, name: "Écume", wait: 10, group: null },
  { id: 2, name: "alpha", wait: null, group: null },
  { id: 3, name: "Beta", wait: 35, group: "Not ranked" },
];
const COLUMNS: Column<Row>[] = [
  { id: "name", header: "Name", isRowHeader: true, value: (row) => row.name, cell: (row) => row.name },
  { id: "wait", header: "Wait", value: (row) => row.wait, cell: (row) => row.wait ?? "–" },
];

function rendered(sort: SortState | null, more: Partial<Parameters<typeof DataTable<Row>>[0]> = {}): Document {
  const markup = renderToStaticMarkup(
    <DataTable columns={COLUMNS} rows={ROWS} rowKey={(row) => row.id} caption="Waits" sort={sort} onSort={() => undefined} {...more} />,
  );
  return new DOMParser().parseFromString(markup, "text/html");
}

const names = (page: Document) => [...page.querySelectorAll("tbody th[scope=row]")].map((cell) => cell.textContent);

it("sorts as readers sort, with what is missing last whichever way", () => {
  expect(names(rendered({ id: "name", descending: false }))).toEqual(["alpha", "Beta", "Écume"]);
  expect(names(rendered({ id: "wait", descending: true }))).toEqual(["Beta", "Écume", "alpha"]);
  expect(names(rendered({ id: "wait", descending: false }))).toEqual(["Écume", "Beta", "alpha"]);
});

it("leaves rows alone that the server has sorted", () => {
  expect(names(rendered({ id: "name", descending: false }, { isSorted: true }))).toEqual(["Écume", "alpha", "Beta"]);
});

it("says its order to screen readers, and sorts by buttons", () => {
  const heads = [...rendered({ id: "wait", descending: true }).querySelectorAll("thead th")];
  expect(heads.map((head) => head.getAttribute("aria-sort"))).toEqual([null, "descending"]);
  expect(heads.every((head) => head.querySelector("button") !== null)).toBe(true);
});

it("sets groups apart under a heading of their own", () => {
  const page = rendered(null, { groupOf: (row) => row.group });
  expect(page.querySelector(".divider th")?.textContent).toBe("Not ranked");
  expect(page.querySelectorAll("tbody")).toHaveLength(2);
});

it("reads a sort from an address", () => {
  expect(parseSort("-uptime")).toEqual({ id: "uptime", descending: true });
  expect(parseSort("name")).toEqual({ id: "name", descending: false });
  expect(parseSort(undefined)).toBeNull();
});
