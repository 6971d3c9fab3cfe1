import { useId, useMemo, useState, type KeyboardEvent } from "react";
import type { ApiError } from "../../api/client";
import type { SearchIndex } from "../../api/rows";
import { entriesOf, findEntries, type Entry } from "../../app/search";
import { keyOf, nameOf, type Comparison } from "./comparison";
import type { CompareKind, Selection } from "./selection";

const FOUND = 8;

/** The name under which the address holds an entry of the search. */
function keyOfEntry(entry: Entry): string {
  const last = entry.path.split("/").at(-1) ?? "";
  return entry.kind === "park" ? last : (last.split("-")[0] ?? last);
}

interface ChosenProps {
  selection: Selection;
  index: SearchIndex | undefined;
  comparison: Comparison | undefined;
  onRemove: (name: string) => void;
}

/** What is chosen, each with a button that takes it away. */
export function Chosen({ selection, index, comparison, onRemove }: ChosenProps) {
  if (selection.chosen.length === 0) return null;
  const called = (name: string) => {
    const row = comparison?.rows.find((found) => keyOf(found.first) === name || String(found.id) === name);
    if (row !== undefined) return nameOf(row.first);
    if (selection.kind === "rides") return index?.rides.find((ride) => String(ride.ride_id) === name)?.name ?? name;
    return index?.parks.find((park) => park.slug === name || String(park.park_id) === name)?.name ?? name;
  };
  return (
    <ul className="chosen" aria-label="Chosen">
      {selection.chosen.map((name, index) => (
        <li key={name} className={`subject-${index + 1}`}>
          {called(name)}
          <button type="button" onClick={() => onRemove(name)}>
            <span aria-hidden="true">×</span>
            <span className="visually-hidden">Take {called(name)} away</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface SubjectSearchProps {
  kind: CompareKind;
  index: SearchIndex | undefined;
  error: ApiError | null;
  chosen: readonly string[];
  onChoose: (name: string) => void;
}

/** Finding one more by name: type, arrows, Enter. */
export function SubjectSearch({ kind, index, error, chosen, onChoose }: SubjectSearchProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const entries = useMemo(() => {
    const wanted = kind === "parks" ? "park" : "ride";
    return index === undefined ? [] : entriesOf(index).filter((entry) => entry.kind === wanted);
  }, [index, kind]);
  const found = useMemo(
    () => (text.trim() === "" ? [] : findEntries(entries, text, FOUND + chosen.length).filter((entry) => !chosen.includes(keyOfEntry(entry)))).slice(0, FOUND),
    [entries, text, chosen],
  );
  const take = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onChoose(keyOfEntry(entry));
    setText("");
    setActive(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = found.length;
    if (event.key === "Escape" && text !== "") setText("");
    else if (event.key === "Enter" && count > 0) take(found[active]);
    else if (event.key === "ArrowDown" && count > 0) setActive((active + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) setActive((active + count - 1) % count);
    else return;
    event.preventDefault();
  };
  const noun = kind === "parks" ? "park" : "ride";
  return (
    <div className="subject-search">
      <label htmlFor={id}>Add a {noun}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        placeholder={`Name of a ${noun}`}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={`Found ${kind}`} hidden={found.length === 0}>
        {found.map((entry, index) => (
          <li
            key={entry.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerMove={() => setActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(entry)}
          >
            <b>{entry.name}</b> <span className="sub">{entry.detail}</span>
          </li>
        ))}
      </ul>
      <p className="small" role="status">
        {error !== null && index === undefined
          ? `The names cannot be loaded: ${error.message}.`
          : text.trim() !== "" && index !== undefined && found.length === 0
            ? `No other ${noun} is called “${text}”.`
            : ""}
      </p>
    </div>
  );
}
