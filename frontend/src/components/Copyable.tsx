import { useId, useState } from "react";

/** A text to take along, with a button that copies it. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const id = useId();
  const [words, setWords] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setWords("Copied");
    } catch {
      setWords("Select the text and copy it");
    }
  };
  return (
    <div className="copyable">
      <label htmlFor={id}>{label}</label>
      <div>
        <input id={id} type="text" readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" className="quiet-button" onClick={() => void copy()}>
          Copy<span className="visually-hidden">: {label}</span>
        </button>
      </div>
      <span className="small" role="status">
        {words}
      </span>
    </div>
  );
}
