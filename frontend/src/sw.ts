/// <reference lib="webworker" />
/**
 * The service worker: the last views also without a network.
 *
 * Built files have their content in their name and come from the cache; pages and answers come from the network first and
 * are kept for the time it is away. Errors are never kept. An answer from the cache says so in a header.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

/** The built files; the build writes their addresses in place of this name. */
declare const __SHELL__: readonly string[];
const SHELL = __SHELL__;
const BUILT = "built";
const SEEN = "seen";
const MOST_SEEN = 120;
const KEPT_HEADER = "X-Hallofshame-Kept";
const DEADLINE_MS = 8000;

worker.addEventListener("install", event => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(BUILT);
      await cache.addAll([...SHELL]);
      await worker.skipWaiting();
    })(),
  );
});

worker.addEventListener("activate", event => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(BUILT);
      const wanted = new Set(SHELL);
      for (const request of await cache.keys()) {
        if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
      }
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener("fetch", event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  // What only a signed-in administrator, or one follower, sees is kept nowhere.
  if (/^\/(admin|following)(\/|$)/.test(url.pathname)) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(builtFirst(request));
  else if (request.mode === "navigate") event.respondWith(networkFirst(request, event, true));
  else if (isKeepable(url.pathname)) event.respondWith(networkFirst(request, event, false));
});

/** Answers worth keeping: not files for download, not the health of the system, nothing of the administrator's. */
function isKeepable(path: string): boolean {
  return path.startsWith("/api/") && !/^\/api\/(admin|downloads\/|health|badges)/.test(path);
}

async function builtFirst(request: Request): Promise<Response> {
  const held = await caches.match(request);
  return held ?? fetch(request);
}

/**
 * The answer of the network; what was kept when there is none. A page that hangs or breaks off is as good as none if there
 * is a kept one, so it is read whole first; answers of the API may take their time.
 */
async function networkFirst(request: Request, event: FetchEvent, isPage: boolean): Promise<Response> {
  const network = fetch(request).then(async answer => {
    const response = isPage && answer.status === 200 && !answer.redirected ? await whole(answer) : answer;
    if (response.status === 200 && !response.redirected) event.waitUntil(keep(request, response.clone()));
    return response;
  });
  const held = () => kept(request, isPage);
  try {
    if (!isPage) return await network;
    const first = await Promise.race([network, later(DEADLINE_MS)]);
    return first ?? (await held()) ?? (await network);
  } catch (problem) {
    const found = await held();
    if (found !== undefined) return found;
    if (isPage) return offlinePage();
    throw problem;
  }
}

const later = (time: number) => new Promise<undefined>(resolve => setTimeout(() => resolve(undefined), time));

/** The kept answer, marked as such. */
async function kept(request: Request, isPage: boolean): Promise<Response | undefined> {
  const cache = await caches.open(SEEN);
  const held = await cache.match(request, { ignoreVary: true });
  if (held === undefined) return undefined;
  const headers = new Headers(held.headers);
  headers.set(KEPT_HEADER, "1");
  // The script of a page cannot read the headers it came with: the page itself says it.
  const body = isPage ? (await held.text()).replace("<html ", "<html data-kept ") : held.body;
  return new Response(body, { status: held.status, headers });
}

/** The pages that are kept, the latest first, each with its address. */
async function keptPages(cache: Cache): Promise<[string, Response][]> {
  const found: [string, Response][] = [];
  for (const request of [...(await cache.keys())].reverse()) {
    const { pathname, search } = new URL(request.url);
    const answer = pathname.startsWith("/api/") ? undefined : await cache.match(request);
    if (answer?.headers.get("Content-Type")?.startsWith("text/html")) found.push([pathname + search, answer]);
  }
  return found;
}

/** The answer with all of its body here; fails where the body breaks off. */
async function whole(response: Response): Promise<Response> {
  return new Response(await response.blob(), { status: response.status, headers: response.headers });
}

/**
 * Put it in the place of what was kept before, in one step. It is there for this one reader, so that the headers that an
 * answer may depend on do not count: a request that the browser makes by itself may lack some.
 */
async function keep(request: Request, response: Response): Promise<void> {
  const copy = await whole(response);
  copy.headers.delete("Vary");
  const cache = await caches.open(SEEN);
  await cache.put(request, copy);
  const held = await cache.keys();
  await Promise.all(held.slice(0, Math.max(0, held.length - MOST_SEEN)).map(oldest => cache.delete(oldest)));
}

/** What is shown in place of a page that was not kept: those that were. */
async function offlinePage(): Promise<Response> {
  const links: string[] = [];
  for (const [address, answer] of await keptPages(await caches.open(SEEN))) {
    const title = /<title>([^<]*)</.exec(await answer.text())?.[1] ?? address;
    links.push(
      `<li><a href="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">${title.replace(/ · [^·]*$/, "")}</a></li>`,
    );
  }
  const there =
    links.length === 0
      ? "No page was kept from an earlier visit."
      : "This page was not kept from an earlier visit. These were, and can be read now:";
  const text =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
    `<title>Offline · Theme Park Hall of Shame</title><link rel=stylesheet href="${SHELL.find(path => path.endsWith(".css")) ?? ""}">` +
    `<main class=page><h1>You are offline</h1><p>${there}</p><ul class=near>${links.join("")}</ul>` +
    "<p>It will be here again with the network. <a href='/'>All parks</a></p></main></html>";
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/** What a message holds; the server makes it (news_texts.py). */
interface Message {
  title: string;
  body: string;
  url: string;
  tag: string;
  at: string;
  token: string;
  places: { park_id: number; ride_id: number }[];
}

/** Actions are shown where the system has them; no type says so yet. */
type Shown = NotificationOptions & {
  actions?: { action: string; title: string }[];
  timestamp?: number;
  renotify?: boolean;
};

worker.addEventListener("push", event => {
  event.waitUntil(show(event.data));
});

async function show(data: PushMessageData | null): Promise<void> {
  // A browser that is sent a message has to show something, or shows words of its own.
  const message = (data?.json() ?? {
    title: "Theme Park Hall of Shame",
    body: "",
    url: "/",
    tag: "message",
    at: "",
    token: "",
    places: [],
  }) as Message;
  const options: Shown = {
    body: message.body,
    tag: message.tag,
    renotify: true,
    icon: "/icons/192.png",
    timestamp: Date.parse(message.at) || Date.now(),
    data: message,
    actions: message.places.length > 0 ? [{ action: "stop", title: "Stop these messages" }] : [],
  };
  await worker.registration.showNotification(message.title, options);
}

worker.addEventListener("notificationclick", event => {
  event.notification.close();
  const message = event.notification.data as Message;
  event.waitUntil(event.action === "stop" ? stop(message) : open(message.url));
});

async function stop({ token, places }: Message): Promise<void> {
  const answer = await post("stop", { token, places });
  const { stopped, left } = answer.data as { stopped: number; left: number };
  if (left === 0) await (await worker.registration.pushManager.getSubscription())?.unsubscribe();
  const body = stopped > 0 ? "No more messages about this will come." : "This was stopped already.";
  await worker.registration.showNotification("Stopped", {
    body,
    tag: "stopped",
    icon: "/icons/192.png",
    data: { url: "/" },
  });
}

/** Show a page of ours: in the window that has it, or in a new one. */
async function open(path: string): Promise<void> {
  const address = new URL(path, worker.location.origin);
  for (const client of await worker.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (new URL(client.url).pathname === address.pathname) return void (await client.focus());
  }
  await worker.clients.openWindow(address.href);
}

/** The push service renewed the subscription: the server sends to the new one from now on. */
worker.addEventListener("pushsubscriptionchange", event => {
  const { oldSubscription } = event as PushSubscriptionChangeEvent;
  if (oldSubscription === null) return;
  event.waitUntil(renew(oldSubscription));
});

async function renew(old: PushSubscription): Promise<void> {
  const fresh = await worker.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: old.options.applicationServerKey,
  });
  await post("renew", { old_endpoint: old.endpoint, subscription: fresh.toJSON() });
}

async function post(path: string, body: unknown): Promise<{ data: unknown }> {
  const answer = await fetch(`/api/push/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`/api/push/${path} answered with status ${answer.status}`);
  return (await answer.json()) as { data: unknown };
}
