import { number } from "../lib/format";

/** The sign for missing data: never a zero. */
export function NoData({ words = "no data" }: { words?: string }) {
  return (
    <span className="no-data" title={words}>
      –<span className="visually-hidden"> {words}</span>
    </span>
  );
}

interface FigureProps {
  value: number | null | undefined;
  digits?: number;
  unit?: string;
}

/** A number with its unit, or the sign for no data. */
export function Figure({ value, digits = 0, unit = "" }: FigureProps) {
  return value === null || value === undefined ? <NoData /> : <>{number(value, digits, unit)}</>;
}

/** A percentage, or the sign for no data. */
export function Percent({ value, digits = 1 }: { value: number | null | undefined; digits?: number }) {
  return <Figure value={value} digits={digits} unit="%" />;
}
