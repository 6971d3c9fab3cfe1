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
  return (
    <section className="strip" aria-label={title}>
      <h2>
        {title} <span className="of">{number(total)} in all</span>
      </h2>
      <svg className="strip-bar" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <pattern id="strip-hatch" width="8" height="20" patternUnits="userSpaceOnUse" patternTransform="skewX(-30)">
            <path className="strip-hatch" d="M0 0V20" />
          </pattern>
        </defs>
        {segments(parts, total).map((segment) => (
          <rect key={segment.name} className={`strip-${segment.name}`} x={segment.x} width={segment.width} height="20" />
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
    const width = (1000 * count) / total;
    x += width;
    return [{ name, x: x - width, width }];
  });
}
