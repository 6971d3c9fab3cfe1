/** The API's stable words as people say them. */
import { NOT_COUNTED } from "../api/words";

/** Why a stretch in which a ride did not run is no downtime. */
export const notCountedWords = (reason: string): string => NOT_COUNTED[reason] ?? reason.replaceAll("_", " ");
