import { Link } from "wouter";
import { number } from "../../lib/format";

export interface QueueBar {
  key: number;
  href: string;
  name: string;
  detail: string;
  minutes: number;
}

/** Minutes that one waiting figure stands for. */
const MINUTES_PER_FIGURE = 10;
const COLOURS = ["f-coral", "f-teal", "f-gold", "f-pink"] as const;

/** Queues drawn as queues: one figure for every ten minutes. */
export function QueueBars({ bars }: { bars: readonly QueueBar[] }) {
  return (
    <>
      <ol className="queues">
        {bars.map((bar, place) => (
          <li key={bar.key}>
            <span className="queue-words">
              <Link href={bar.href}>{bar.name}</Link>
              <span className="sub">{bar.detail}</span>
            </span>
            <b className="queue-minutes">{number(bar.minutes, 0, "min")}</b>
            <Queue minutes={bar.minutes} shift={place} />
          </li>
        ))}
      </ol>
      <p className="small">One figure stands for ten minutes of the longest wait posted.</p>
    </>
  );
}

function Queue({ minutes, shift }: { minutes: number; shift: number }) {
  const figures = Math.max(1, Math.round(minutes / MINUTES_PER_FIGURE));
  return (
    <svg className="queue" viewBox={`0 0 ${figures * 18} 34`} preserveAspectRatio="xMinYMax meet" aria-hidden="true" focusable="false">
      {Array.from({ length: figures }, (_, index) => (
        <g key={index} transform={`translate(${index * 18} 0)`}>
          <path className={COLOURS[(index + shift) % COLOURS.length]} d={index % 2 ? "M2 34 8 14h2l6 20z" : "M3 34V20a6 6 0 0 1 12 0v14z"} />
          <circle className="queue-head" cx="9" cy="9" r="5" />
          <path className="queue-hair" d={index % 3 ? "M4 9a5 5 0 0 1 10 0z" : "M3.5 5.500h11L13 2H5z"} />
        </g>
      ))}
    </svg>
  );
}
