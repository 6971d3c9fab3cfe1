/** The time it is in the park; it ticks. `data-zone`: the park's zone. */
import { localTime } from "../../lib/time";
import type { Mount } from "../mount";
import { attribute } from "../table";

const TICK_MS = 10_000;

const mount: Mount = (view, host) => {
  const time = document.createElement("time");
  time.className = "park-clock";
  view.append(time);
  const show = () => {
    const now = new Date().toISOString();
    const words = localTime(now, attribute(host, "zone"), "zoned");
    time.dateTime = now;
    if (time.textContent !== words) time.textContent = words;
  };
  show();
  setInterval(show, TICK_MS);
  return show;
};
export default mount;
