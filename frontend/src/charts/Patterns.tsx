import type { CSSProperties, ReactNode } from "preact/compat";

/** What is told by a pattern besides its colour. */
const NAMES = ["missing", "down", "counted", "refurbishment"] as const;

/** The drawing's own patterns as variables, which the style sheet fills with: `fill: var(--hatch-down)`. */
export function patternNames(id: string): CSSProperties {
  return Object.fromEntries(NAMES.map(name => [`--hatch-${name}`, `url("#${id}-${name}")`])) as CSSProperties;
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
