/** How a stretch of a timeline looks and what that is called. */
import { LOOK_WORDS } from "../api/words";
import type { Segment, SegmentStatus } from "./types";

/** Its status; but time that counts as a breakdown though it is called closed is a look of its own. */
export type Look = SegmentStatus | "counted";

export const lookOf = (segment: Segment): Look =>
  segment.counts_as_down && segment.status !== "down" ? "counted" : segment.status;

export { LOOK_WORDS };
