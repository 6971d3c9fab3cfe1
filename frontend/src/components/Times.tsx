import { localTime, relative, useNow, type TimeStyle } from "../lib/time";
import { NoData } from "./Figure";

interface LocalTimeProps {
  iso: string | null | undefined;
  /** The park's IANA zone. */
  zone: string;
  style?: TimeStyle;
}

/** An instant in the park's own time; the instant itself on hover. */
export function LocalTime({ iso, zone, style = "time" }: LocalTimeProps) {
  if (!iso) return <NoData />;
  return (
    <time dateTime={iso} title={iso}>
      {localTime(iso, zone, style)}
    </time>
  );
}

/** How long ago an instant was; it ticks. */
export function RelativeTime({ iso }: { iso: string | null | undefined }) {
  const now = useNow();
  if (!iso) return <NoData />;
  return (
    <time dateTime={iso} title={iso}>
      {relative(iso, now)}
    </time>
  );
}
