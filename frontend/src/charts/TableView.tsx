import type { ChartTable } from "./types";

/** The figures behind a chart. Rows are named by their first column. */
export function TableView({ table }: { table: ChartTable }) {
  const kind = (at: number) => (table.columns[at]?.isNumber ? "num" : undefined);
  return (
    <table className="plain">
      <caption>{table.caption}</caption>
      <thead>
        <tr>
          {table.columns.map((column, at) => (
            <th key={column.label} scope="col" className={kind(at)}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, at) =>
              at === 0 ? (
                <th key={at} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={at} className={kind(at)}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
