/** Where the days of a calendar go: pure geometry. */

/** ISO weekday of a date, Monday = 1. */
export function weekdayOf(date: string): number {
  return ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

/** Whole days from one date to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** A day's place: the column is the week (from 0), the row the weekday (Monday = 0). */
export interface DayPlace {
  block: number;
  column: number;
  row: number;
}

/** How many months each block has when the months from `from` (1 to 12) to December are cut into `blocks`. */
function monthsOfBlock(blocks: number, from: number): number {
  return Math.ceil((13 - from) / blocks);
}

/**
 * Where a day of a year stands when its months from `from` on are cut into blocks of equally many, each a run of weeks; the last
 * block may have fewer.
 */
export function placeOfDay(date: string, blocks: number, from = 1): DayPlace {
  const monthsEach = monthsOfBlock(blocks, from);
  const block = Math.floor((Number(date.slice(5, 7)) - from) / monthsEach);
  const firstMonth = String(block * monthsEach + from).padStart(2, "0");
  const first = `${date.slice(0, 4)}-${firstMonth}-01`;
  const offset = weekdayOf(first) - 1;
  return {
    block,
    column: Math.floor((daysBetween(first, date) + offset) / 7),
    row: weekdayOf(date) - 1,
  };
}

/** How many blocks there are: fewer than asked for where too few months are left. */
export function blocksOf(blocks: number, from = 1): number {
  return Math.ceil((13 - from) / monthsOfBlock(blocks, from));
}

/** How many weeks the widest block of a year needs. */
export function widestBlock(year: number, blocks: number, from = 1): number {
  const monthsEach = monthsOfBlock(blocks, from);
  const lasts = Array.from({ length: blocksOf(blocks, from) }, (_, block) =>
    lastOfMonth(year, Math.min(12, from - 1 + (block + 1) * monthsEach)),
  );
  return Math.max(...lasts.map(last => placeOfDay(last, blocks, from).column)) + 1;
}

/** The last day of a month (1 to 12). */
export function lastOfMonth(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
