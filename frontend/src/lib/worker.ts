/** The service worker, which keeps the pages seen for the time without a network. */

const SEEN = "seen";

/** Register it once the browser has nothing better to do, and let it keep the page that came before it was there. */
export function startWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  whenIdle(() => {
    keepFirst().catch((problem: unknown) => {
      // The pages work without it; only nothing is kept for offline use.
      console.warn("The service worker could not be registered:", problem);
    });
  });
}

async function keepFirst(): Promise<void> {
  const isFirst = navigator.serviceWorker.controller === null;
  await navigator.serviceWorker.register("/sw.js");
  if (!isFirst || document.documentElement.dataset["kept"] !== undefined) return;
  const cache = await caches.open(SEEN);
  const address = location.pathname + location.search;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (answer.status !== 200 || answer.redirected) return;
  // As the worker keeps pages: for this one reader, whatever headers a later request has.
  const headers = new Headers(answer.headers);
  headers.delete("Vary");
  await cache.put(address, new Response(answer.body, { headers }));
}

/** Run a task when the browser is idle. */
function whenIdle(task: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(task, { timeout: 4000 });
  else setTimeout(task, 300);
}
