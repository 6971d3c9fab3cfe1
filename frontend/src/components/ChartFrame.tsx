import { startTransition, useId, useState, type ReactNode } from "react";
import { afterFrame } from "../lib/afterFrame";

interface ChartFrameProps {
  title: string;
  /** The chart. */
  children: ReactNode;
  /** The same figures as a table, for everyone who wants or needs them. */
  table: ReactNode;
  /** What is shown, in a sentence. */
  note?: ReactNode;
  /** Signs and their meanings. */
  legend?: ReactNode;
  /** Choices of what is shown, above the chart and its table alike. */
  controls?: ReactNode;
  level?: 2 | 3;
}

/** A chart with its title, its legend, and a table behind it. */
export function ChartFrame({ title, children, table, note, legend, controls, level = 2 }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const [isPressed, setPressed] = useState(false);
  const turn = () => {
    setPressed(!isPressed);
    afterFrame(() => startTransition(() => setAsTable(!isPressed)));
  };
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="chart-frame" aria-labelledby={id}>
      <div className="chart-head">
        <Heading id={id}>{title}</Heading>
        <button type="button" className="quiet-button" aria-pressed={isPressed} onClick={turn}>
          {isPressed ? "Show as chart" : "Show as table"}
          <span className="visually-hidden">: {title}</span>
        </button>
      </div>
      {note !== undefined && <p className="small">{note}</p>}
      {controls}
      {asTable ? (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          {table}
        </div>
      ) : (
        <figure className="chart">
          {children}
          {legend !== undefined && <figcaption>{legend}</figcaption>}
        </figure>
      )}
    </section>
  );
}
