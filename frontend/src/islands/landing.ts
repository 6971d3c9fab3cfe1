/** A link to a section lands on it, though what stands above still grows: islands come in, fonts arrive. */

const MOVES = ["wheel", "touchstart", "keydown", "pointerdown"] as const;

export function startLanding(main: HTMLElement): void {
  const target = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  // Whoever comes back reads on where the page was left.
  if (
    target === null ||
    performance.getEntriesByType("navigation").some(entry => (entry as PerformanceNavigationTiming).type !== "navigate")
  )
    return;
  const observer = new ResizeObserver(() => target.scrollIntoView({ behavior: "instant" }));
  observer.observe(main);
  const stop = () => observer.disconnect();
  // From then on it is the reader who says where to look.
  for (const move of MOVES) window.addEventListener(move, stop, { once: true, passive: true });
  window.addEventListener("hashchange", stop, { once: true });
}
