/** The API's stable words as people say them. */

import { NON_RIDES, NOT_COUNTED, TREND, TYPE_PLURALS as PLURALS, UNRANKED } from "../api/words";

/** Why a row is not compared with another period, in the middle of a sentence. */
export function trendWords(reason: string): string {
  const words = TREND[reason] ?? reason.replaceAll("_", " ");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** Why a row has no rank. */
export const unrankedWords = (reason: string): string => UNRANKED[reason] ?? reason.replaceAll("_", " ");

/** The types of attractions among which readers choose, in the plural: rides first. */
export const TYPE_PLURALS: Record<string, string> = PLURALS;

/** Those of them that are rides: of others there is no downtime. */
export const RIDE_PLURALS = Object.fromEntries(Object.entries(TYPE_PLURALS).filter(([type]) => !NON_RIDES.includes(type)));

/** The one type of ride that an address asks for, in the plural; undefined for rides of any type. */
export const typePlural = (type: string | undefined): string | undefined => (type === undefined ? undefined : TYPE_PLURALS[type]);

/** Why a stretch in which a ride did not run is no downtime. */
export const notCountedWords = (reason: string): string => NOT_COUNTED[reason] ?? reason.replaceAll("_", " ");
