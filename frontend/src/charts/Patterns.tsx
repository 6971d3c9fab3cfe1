import type { CSSProperties, ReactNode } from "react";

/** What is told by a pattern besides its colour. */
const NAMES = ["missing", "down", "counted", "refurbishment", "delay", "never", "wide"] as const;

/** The drawing's own patterns as variables, which the style sheet fills with: `fill: var(--hatch-down)`. */
export function patternNames(id: string): CSSProperties {
  return Object.fromEntries(NAMES.map((name) => [`--hatch-${name}`, `url("#${id}-${name}")`])) as CSSProperties;
}

/** The patterns, under names of the drawing's own. */
export function Patterns({ id }: { id: string }) {
  return (
    <defs>
      <Hatch id={`${id}-missing`} size={7} turn={45}>
        <path className="hatch-line" d="M0 0V7" />
      </Hatch>
      <Hatch id={`${id}-down`} size={6} turn={-45}>
        <rect className="down-ground" width="6" height="6" />
        <path className="down-line" d="M1 0V6" />
      </Hatch>
      <Hatch id={`${id}-counted`} size={5}>
        <rect className="counted-ground" width="5" height="5" />
        <path className="counted-line" d="M0 1H5" />
      </Hatch>
      <Hatch id={`${id}-refurbishment`} size={6}>
        <rect className="refurbishment-ground" width="6" height="6" />
        <circle className="refurbishment-dot" cx="3" cy="3" r="1.4" />
      </Hatch>
      <Hatch id={`${id}-delay`} size={6} turn={45}>
        <rect className="delay-ground" width="6" height="6" />
        <path className="delay-line" d="M1 0V6" />
      </Hatch>
      <Hatch id={`${id}-never`} size={7} turn={45}>
        <rect className="never-ground" width="7" height="7" />
        <path className="never-line" d="M0 1H7M1 0V7" />
      </Hatch>
      <Hatch id={`${id}-wide`} size={7}>
        <rect className="wide-ground" width="7" height="7" />
        <circle className="wide-dot" cx="3.5" cy="3.5" r="1.7" />
      </Hatch>
    </defs>
  );
}

interface HatchProps {
  id: string;
  size: number;
  turn?: number;
  children: ReactNode;
}

function Hatch({ id, size, turn = 0, children }: HatchProps) {
  return (
    <pattern id={id} width={size} height={size} patternUnits="userSpaceOnUse" patternTransform={`rotate(${turn})`}>
      {children}
    </pattern>
  );
}
