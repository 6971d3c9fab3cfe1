import { useState, type FormEvent } from "react";
import { FIRST_YEAR } from "../../lib/periods";
import { addDays } from "../../lib/time";
import { useQueryState } from "../../lib/urlState";
import { AGAINST, type Against } from "./selection";

/** What the period is compared with: nothing, the period before, the same days last year, or a range of its own. */
export function AgainstPicker({ against, isLive }: { against: Against; isLive: boolean }) {
  const [state, set] = useQueryState();
  const choose = (name: string) =>
    set({ against: name === "none" ? null : name, ...(name === "range" ? {} : { against_start: null, against_end: null }) });
  return (
    <div className="filters against-picker" role="group" aria-label="Compared with">
      <label>
        Against
        <select value={against} disabled={isLive} onChange={(event) => choose(event.target.value)}>
          {AGAINST.map((choice) => (
            <option key={choice.name} value={choice.name}>
              {choice.label}
            </option>
          ))}
        </select>
      </label>
      {isLive && <p className="small">A moment has nothing before it to compare.</p>}
      {against === "range" && <OtherRange key={`${state["against_start"]}-${state["against_end"]}`} />}
    </div>
  );
}

function OtherRange() {
  const [state, set] = useQueryState();
  const [start, setStart] = useState(state["against_start"] ?? "");
  const [end, setEnd] = useState(state["against_end"] ?? "");
  const latest = addDays(new Date().toISOString().slice(0, 10), 1);
  const limits = { required: true, min: `${FIRST_YEAR}-01-01`, max: latest };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [first, last] = start <= end ? [start, end] : [end, start];
    set({ against: "range", against_start: first, against_end: last });
  };
  return (
    <form className="other-range" onSubmit={submit}>
      <label>
        From
        <input type="date" {...limits} value={start} onChange={(event) => setStart(event.target.value)} />
      </label>
      <label>
        to
        <input type="date" {...limits} value={end} onChange={(event) => setEnd(event.target.value)} />
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}
