/** The answers only the ride page reads. */
import type { OpenWindow, Segment } from "../../charts/types";

/** `/rides/<ride>/timeline`. */
export interface RideTimeline {
  starts_at: string;
  ends_at: string;
  windows: OpenWindow[];
  segments: Segment[];
}

/** One row of `/rides/<ride>/queues`. */
export interface QueueRow {
  queue_type: string;
  state: string | null;
  observed_at: string;
  wait_minutes: number | null;
  return_start: string | null;
  return_end: string | null;
  price_minor: number | null;
  currency: string | null;
  price_text?: string | null;
  group_start: number | null;
  group_end: number | null;
}
