/** The API's stable words as people say them. */

import { NOT_COUNTED, TREND, UNRANKED } from "../api/words";

/** Why a row is not compared with another period, in the middle of a sentence. */
export function trendWords(reason: string): string {
  const words = TREND[reason] ?? reason.replaceAll("_", " ");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** Why a row has no rank. */
export const unrankedWords = (reason: string): string => UNRANKED[reason] ?? reason.replaceAll("_", " ");

/** Why a stretch in which a ride did not run is no downtime. */
export const notCountedWords = (reason: string): string => NOT_COUNTED[reason] ?? reason.replaceAll("_", " ");
