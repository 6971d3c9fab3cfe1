/** Asking the API: one shape of refusal. */
import type { Envelope, ErrorBody } from "./rows";

async function refusal(response: Response): Promise<Error> {
  let body: ErrorBody | null = null;
  try {
    body = (await response.json()) as ErrorBody;
  } catch {
    // Not JSON: a proxy in between answered. The status alone has to do.
  }
  return new Error(body?.error.message ?? `the server answered with status ${response.status}`);
}

/** Fetch the body of an answer. Throws where it is refused, or the server is out of reach. */
export async function fetchAnswer(url: string, signal?: AbortSignal): Promise<Envelope<unknown>> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, signal: signal ?? null });
  } catch (problem) {
    if (signal?.aborted) throw problem;
    throw new Error("the server could not be reached");
  }
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as Envelope<unknown>;
}
