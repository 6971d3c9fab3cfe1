import { useState, type ReactNode } from "react";
import { number } from "../lib/format";

/** The first rows of a long list, and the button that shows the others. */
export function useMore<Row>(rows: readonly Row[], first: number, what = "rows"): [readonly Row[], ReactNode] {
  const [isOpen, setOpen] = useState(false);
  if (rows.length <= first + 2) return [rows, null];
  const button = (
    <p className="more">
      <button type="button" className="quiet-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Show fewer" : `Show all ${number(rows.length)} ${what}`}
      </button>
    </p>
  );
  return [isOpen ? rows : rows.slice(0, first), button];
}
