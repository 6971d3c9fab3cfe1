import type { NearMatch, SearchIndex } from "../../api/rows";

/** What is put side by side: up to six parks, or up to six rides, as the address holds them. */

export const MOST = 6;

export type CompareKind = "parks" | "rides";

export interface Selection {
  kind: CompareKind;
  /** Park slugs or ids, or ride ids, in the order of choosing. */
  chosen: string[];
}

/** The selection an address asks for. Rides count where both are given; twice the same counts once. */
export function readSelection(state: Readonly<Record<string, string>>): Selection {
  const kind: CompareKind = state["rides"] !== undefined || state["kind"] === "rides" ? "rides" : "parks";
  const names = (state[kind] ?? "").split(",").map((name) => name.trim());
  return { kind, chosen: [...new Set(names.filter((name) => name !== ""))].slice(0, MOST) };
}

/** The change of the address that makes a selection. */
export function writeSelection({ kind, chosen }: Selection): Record<string, string | null> {
  const text = chosen.length > 0 ? chosen.join(",") : null;
  return {
    parks: kind === "parks" ? text : null,
    rides: kind === "rides" ? text : null,
    kind: kind === "rides" && text === null ? "rides" : null,
  };
}

/** With one more, or unchanged where it is there or there is no room. */
export function withAdded(selection: Selection, name: string): Selection {
  const { kind, chosen } = selection;
  return chosen.includes(name) || chosen.length >= MOST ? selection : { kind, chosen: [...chosen, name] };
}

/** Without one. */
export function without({ kind, chosen }: Selection, name: string): Selection {
  return { kind, chosen: chosen.filter((other) => other !== name) };
}

export const AGAINST = [
  { name: "none", label: "Nothing" },
  { name: "previous", label: "The period before" },
  { name: "last_year", label: "The same days last year" },
  { name: "range", label: "Other dates" },
] as const;

export type Against = (typeof AGAINST)[number]["name"];

/** What the address compares with. */
export function readAgainst(text: string | undefined): Against {
  return AGAINST.find((choice) => choice.name === text)?.name ?? "none";
}

/** The chosen names that nothing is called by. */
export function unknownOf({ kind, chosen }: Selection, index: SearchIndex): string[] {
  const known = new Set(
    kind === "rides"
      ? index.rides.map((ride) => String(ride.ride_id))
      : index.parks.flatMap((park) => [park.slug, String(park.park_id)]),
  );
  return chosen.filter((name) => !known.has(name));
}

/** The name under which a near match is put into the address, or null where its page does not say. */
export function keyOfMatch(match: NearMatch): string | null {
  const [kind, name] = (match.path ?? "").split("/").filter(Boolean);
  if (name === undefined) return null;
  return kind === "rides" ? (name.split("-")[0] ?? null) : name;
}
