/** The API's stable words as the ride page says them. */

/** Who decided the tier. */
export const TIER_SOURCES: Record<string, string> = {
  override: "set by hand",
  curated: "from our curated list",
  pattern: "by its kind",
  typical_wait: "by its typical wait within the park",
  unrated: "no rule knows it",
};

const QUEUES: Record<string, string> = {
  single_rider: "Single rider",
  return_time: "Return time",
  paid_return_time: "Paid return time",
  boarding_group: "Boarding group",
  paid_standby: "Paid standby",
};

export const queueWords = (kind: string): string => QUEUES[kind.toLowerCase()] ?? kind.replaceAll("_", " ");

/** A price in the currency's own way: 1500 USD as "$15.00". */
export function priceWords(minor: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
