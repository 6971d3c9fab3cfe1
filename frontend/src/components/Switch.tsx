import { useState } from "react";

interface SwitchProps<Value extends string> {
  /** What is chosen, for screen readers. */
  label: string;
  options: readonly (readonly [value: Value, words: string])[];
  value: Value;
  onChoose: (value: Value) => void;
}

/** One of a few, all in view. The pressed one shows at once, though what it changes may take a moment to be drawn. */
export function Switch<Value extends string>({ label, options, value, onChoose }: SwitchProps<Value>) {
  const [press, setPress] = useState({ instead: value, option: value });
  const shown = press.instead === value ? press.option : value;
  const choose = (option: Value) => {
    setPress({ instead: value, option });
    onChoose(option);
  };
  return (
    <div className="switch" role="group" aria-label={label}>
      {options.map(([option, words]) => (
        <button key={option} type="button" aria-pressed={option === shown} onClick={() => choose(option)}>
          {words}
        </button>
      ))}
    </div>
  );
}
