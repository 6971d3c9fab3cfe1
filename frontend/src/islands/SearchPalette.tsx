import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "preact/compat";
import { fetchAnswer } from "../api/answers";
import type { SearchIndex } from "../api/rows";
import { entriesOf, findEntries } from "./names";

const MOST = 12;

/** The search over parks, rides, operators and pages: type, arrows, Enter; Esc closes. */
export default function SearchPalette({ onClose, onGo }: { onClose: () => void; onGo: (path: string) => void }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const [index, setIndex] = useState<SearchIndex | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const entries = useMemo(() => (index ? entriesOf(index) : []), [index]);
  // The letters show at once, what they find a moment later.
  const wanted = useDeferredValue(text);
  const found = useMemo(() => findEntries(entries, wanted, MOST), [entries, wanted]);

  useEffect(() => {
    const ended = new AbortController();
    fetchAnswer("/api/search-index", ended.signal).then(
      body => setIndex(body.data as SearchIndex),
      (error: Error) => ended.signal.aborted || setProblem(error.message),
    );
    return () => ended.abort();
  }, []);
  useEffect(() => {
    const shown = dialog.current;
    if (shown !== null && !shown.open) shown.showModal();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list scrolls anew, too.
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, found]);

  const go = (index: number) => {
    const entry = (wanted === text ? found : findEntries(entries, text, MOST))[index];
    if (entry === undefined) return;
    onClose();
    onGo(entry.path);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const last = found.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: active >= last ? 0 : active + 1,
      ArrowUp: active <= 0 ? last : active - 1,
      Home: 0,
      End: last,
    };
    const move = moves[event.key];
    if (event.key === "Enter") go(active);
    else if (move === undefined || found.length === 0) return;
    else setActive(move);
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Search parks and rides"
      onClose={onClose}
      onClick={event => event.target === dialog.current && onClose()}
    >
      <div className="palette-box">
        <input
          type="text"
          role="combobox"
          className="palette-field"
          placeholder="A park, a ride, an operator, a page"
          aria-label="A park or a ride"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellcheck={false}
          autoFocus
          value={text}
          onChange={event => {
            setText(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id={`${id}-list`} ref={list} role="listbox" aria-label="Found">
          {found.map((entry, index) => (
            <li
              key={entry.path}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerMove={() => setActive(index)}
              onClick={() => go(index)}
            >
              <span className={`palette-kind ${entry.kind}`} aria-hidden="true" />
              <span>
                <b>{entry.name}</b>
                <span className="sub">{entry.detail}</span>
              </span>
            </li>
          ))}
        </ul>
        <p className="palette-hint small" role="status">
          {problem !== null
            ? `The search cannot be loaded: ${problem}.`
            : index === null
              ? "Loading the names…"
              : found.length === 0
                ? `Nothing is called “${text}”. Try fewer letters.`
                : "Arrows to choose, Enter to go, Esc to close."}
        </p>
        <p className="palette-hint small">
          <a href={`/search${text.trim() ? `?q=${encodeURIComponent(text.trim())}` : ""}`}>
            All that is found, as a page
          </a>
        </p>
      </div>
    </dialog>
  );
}
