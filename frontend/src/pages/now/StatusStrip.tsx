import { useId } from "react";
import { number } from "../../lib/format";

export interface Part {
  name: string;
  label: string;
  count: number;
}

interface StatusStripProps {
  title: string;
  total: number;
  parts: readonly Part[];
}

/** How many of a whole are in which state: a bar of shares, each with its sign, its words and its count. */
export function StatusStrip({ title, total, parts }: StatusStripProps) {
  const hatch = useId();
  return (
    <section className="strip" aria-label={title}>
      <h2>
        {title} <span className="of">{number(total)} in all</span>
      </h2>
      <svg className="strip-bar" aria-hidden="true">
        <defs>
          <pattern id={hatch} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className="strip-hatch" d="M0 0V7" />
          </pattern>
        </defs>
        {segments(parts, total).map((segment) => (
          <rect
            key={segment.name}
            className={`strip-${segment.name}`}
            fill={segment.name === "no-data" ? `url(#${hatch})` : undefined}
            x={`${segment.x}%`}
            width={`${segment.width}%`}
            height="100%"
          />
        ))}
      </svg>
      <dl className="strip-parts">
        {parts.map((part) => (
          <div key={part.name}>
            <dt>
              <span className={`state-sign ${part.name}`} aria-hidden="true" />
              {part.label}
            </dt>
            <dd>{number(part.count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function segments(parts: readonly Part[], total: number): { name: string; x: number; width: number }[] {
  let x = 0;
  return parts.flatMap(({ name, count }) => {
    if (count === 0 || total === 0) return [];
    const width = (100 * count) / total;
    x += width;
    return [{ name, x: x - width, width }];
  });
}
