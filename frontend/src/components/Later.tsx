import { useEffect, useRef, useState, type ReactNode } from "react";
import { Skeleton } from "./Notices";

interface LaterProps {
  children: ReactNode;
  /** How many rows the placeholder has. */
  rows?: number;
}

/** Something further down the page: it is made, and asks for its data, when it comes near the window. */
export function Later({ children, rows = 8 }: LaterProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const element = ref.current;
    if (element === null || isNear) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isNear]);
  return isNear ? children : (
    <div ref={ref}>
      <Skeleton rows={rows} />
    </div>
  );
}
