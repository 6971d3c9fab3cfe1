import { duration } from "../lib/format";
import { NoData } from "./Figure";

/** Seconds as "2 h 05 min", or the sign for no data. */
export function Duration({ seconds }: { seconds: number | null | undefined }) {
  return seconds === null || seconds === undefined ? <NoData /> : <>{duration(seconds)}</>;
}
