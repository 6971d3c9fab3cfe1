import { type RefObject, useLayoutEffect, useRef, useState } from "preact/compat";

/** No chart is drawn narrower than this, so that no length in it can fall below zero. */
const NARROWEST = 200;

/** The room inside an element's padding, in whole pixels. */
function roomIn(element: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return Math.floor(element.clientWidth - (parseFloat(paddingLeft) || 0) - (parseFloat(paddingRight) || 0));
}

/** The width a chart has, kept up to date; `fallback` before it is laid out. */
export function useWidth(fallback = 640): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(fallback);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      const room = roomIn(element);
      setWidth(before => (room > 0 ? Math.max(room, NARROWEST) : before));
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
