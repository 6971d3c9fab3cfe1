/** The figures of an island from the cells of the table that it enhances. */

export interface TableCell {
  /** What it says. */
  text: string;
  /** Its exact value, of `data-value`; null where the cell says that there is none. */
  value: number | null;
  /** Its other `data-` attributes. */
  data: DOMStringMap;
}

export interface TableFigures {
  heads: string[];
  rows: TableCell[][];
}

const words = (cell: Element) => (cell.textContent ?? "").replace(/\s+/g, " ").trim();

/** The head and the rows of the first table in an island. Throws where there is none. */
export function readTable(host: HTMLElement): TableFigures {
  const table = host.querySelector("table");
  if (table === null) throw new Error("the island has no table");
  const cellOf = (cell: HTMLTableCellElement): TableCell => {
    const given = cell.dataset["value"];
    const value = given === undefined || given === "" ? null : Number(given);
    return { text: words(cell), value: Number.isNaN(value) ? null : value, data: cell.dataset };
  };
  return {
    heads: [...(table.tHead?.rows[0]?.cells ?? [])].map(words),
    rows: [...table.tBodies].flatMap(body => [...body.rows].map(row => [...row.cells].map(cellOf))),
  };
}

/** An attribute that an island needs. Throws where it is missing. */
export function attribute(host: HTMLElement, name: string): string {
  const value = host.dataset[name];
  if (value === undefined || value === "") throw new Error(`the island lacks data-${name}`);
  return value;
}
