/** Pages pointed at are fetched ahead where the browser knows no speculation rules, which the server sends along. */

const POINTED_AT_MS = 65;
const NOT_AHEAD = /^\/(api|admin|static|cards|badges|feeds)(\/|$)|\.[a-z]+$/;

export function startPrefetch(): void {
  const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
  if (HTMLScriptElement.supports?.("speculationrules") || connection?.saveData) return;
  const fetched = new Set([location.href]);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("pointerover", ({ target }) => {
    clearTimeout(waiting);
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
    if (link === null || link.origin !== location.origin || link.hash !== "" || NOT_AHEAD.test(link.pathname)) return;
    if (fetched.has(link.href)) return;
    waiting = setTimeout(() => {
      fetched.add(link.href);
      const hint = document.createElement("link");
      hint.rel = "prefetch";
      hint.href = link.href;
      document.head.append(hint);
    }, POINTED_AT_MS);
  });
}
