import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type RowData,
} from "@tanstack/react-table";
import { useMemo, type ReactNode } from "react";

/** One column. */
export interface Column<Row> {
  id: string;
  header: ReactNode;
  /** What the heading means, on hover. */
  title?: string;
  cell: (row: Row) => ReactNode;
  /** What is sorted by; null goes to the end whichever way. Without it the column does not sort. */
  value?: (row: Row) => number | string | null;
  /** True where a large value comes first on the first click. Default: for numbers. */
  largestFirst?: boolean;
  /** Right-aligned figures. Default: true. */
  numeric?: boolean;
  /** The column that names the row. */
  isRowHeader?: boolean;
  /** Words above the figure where narrow screens show rows as cards. Default: `header`, if it is a text. */
  label?: string;
  className?: string;
}

export interface SortState {
  id: string;
  descending: boolean;
}

/** Read a sort from an address: "uptime" or "-uptime". */
export function parseSort(text: string | undefined): SortState | null {
  if (!text) return null;
  return text.startsWith("-") ? { id: text.slice(1), descending: true } : { id: text, descending: false };
}

export interface DataTableProps<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** A heading above the table; inside the caption a heading would break the table's roles. */
  title?: ReactNode;
  caption: ReactNode;
  /** The order in force; kept in the address by the page. */
  sort?: SortState | null;
  onSort?: (sort: SortState) => void;
  /** The rows come in order already (the server sorted them). */
  isSorted?: boolean;
  /** Rows are set apart under a heading of their own, such as the unranked. Order of groups = order of appearance. */
  groupOf?: (row: Row) => string | null;
  /** Extra classes of the table; "ranking" turns rows into cards on narrow screens, "plain" scrolls. */
  className?: string;
  rowClass?: (row: Row) => string | undefined;
  /** True while other rows are on their way. */
  isBusy?: boolean;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

function compare(one: number | string | null, other: number | string | null): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { sensitivity: "base", numeric: true });
}

/** A table that sorts by its headings, can be used by keyboard, and says its order to screen readers. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { columns, rows, sort, onSort, isSorted = false } = props;
  const definitions = useMemo(() => {
    return columns.map(
      (column): ColumnDef<typeof features, Row> => ({
        id: column.id,
        accessorFn: (row): unknown => column.value?.(row) ?? undefined,
        enableSorting: column.value !== undefined,
        sortUndefined: "last",
        sortFn: (one, other, id) =>
          compare(one.getValue<number | string | null>(id), other.getValue<number | string | null>(id)),
      }),
    );
  }, [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const sorting = useMemo(() => (sort ? [{ id: sort.id, desc: sort.descending }] : []), [sort]);
  const table = useTable({ features, columns: definitions, data, state: { sorting }, manualSorting: isSorted });
  const ordered = table.getRowModel().rows.map((row) => row.original);
  const groups = groupRows(ordered, props.groupOf);
  return (
    <>
    {props.title !== undefined && <h2 className="table-title">{props.title}</h2>}
    <div className="table-wrap" aria-busy={props.isBusy ?? false}>
      <table className={props.className ?? "plain"} role="table">
        <caption>{props.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={sort ?? null} onSort={onSort} />
            ))}
          </tr>
        </thead>
        {groups.map(([name, members]) => (
          <tbody key={name ?? ""} role="rowgroup" className={name === null ? undefined : "unranked"}>
            {name !== null && (
              <tr role="row" className="divider">
                <th role="rowheader" scope="rowgroup" colSpan={columns.length}>
                  {name}
                </th>
              </tr>
            )}
            {members.map((row) => (
              <tr key={props.rowKey(row)} role="row" className={props.rowClass?.(row)}>
                {columns.map((column) => (
                  <Cell key={column.id} column={column} row={row} />
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
    </>
  );
}

function groupRows<Row>(rows: readonly Row[], groupOf?: (row: Row) => string | null): [string | null, Row[]][] {
  if (groupOf === undefined) return [[null, [...rows]]];
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) {
    const name = groupOf(row);
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [row]);
    else members.push(row);
  }
  // What stands in no group comes first, whatever the order of the rows.
  return [...groups].sort(([one], [other]) => Number(one !== null) - Number(other !== null));
}

const isNumeric = <Row,>(column: Column<Row>) => column.numeric ?? column.isRowHeader !== true;

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: SortState | null;
  onSort: ((sort: SortState) => void) | undefined;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const isActive = sort?.id === column.id;
  const classes = [isNumeric(column) ? "num" : "", column.className ?? ""].join(" ").trim();
  const common = { role: "columnheader", scope: "col", className: classes || undefined } as const;
  if (column.value === undefined || onSort === undefined) {
    return (
      <th {...common} title={column.title}>
        {column.header}
      </th>
    );
  }
  const largestFirst = column.largestFirst ?? isNumeric(column);
  const descending = isActive ? !sort.descending : largestFirst;
  return (
    <th {...common} aria-sort={isActive ? (sort.descending ? "descending" : "ascending") : undefined}>
      <button
        type="button"
        className="sort-button"
        title={column.title}
        onClick={() => onSort({ id: column.id, descending })}
      >
        {column.header}
        <span className="sort-arrow" aria-hidden="true">
          {isActive ? (sort.descending ? "▾" : "▴") : ""}
        </span>
      </button>
    </th>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const classes = [isNumeric(column) ? "num" : "", column.className ?? ""].join(" ").trim() || undefined;
  if (column.isRowHeader) {
    return (
      <th role="rowheader" scope="row" className={classes}>
        {column.cell(row)}
      </th>
    );
  }
  const label = column.label ?? (typeof column.header === "string" ? column.header : undefined);
  return (
    <td role="cell" className={classes} data-label={label}>
      {column.cell(row)}
    </td>
  );
}
