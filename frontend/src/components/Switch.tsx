interface SwitchProps<Value extends string> {
  /** What is chosen, for screen readers. */
  label: string;
  options: readonly (readonly [value: Value, words: string])[];
  value: Value;
  onChoose: (value: Value) => void;
}

/** One of a few, all in view. */
export function Switch<Value extends string>({ label, options, value, onChoose }: SwitchProps<Value>) {
  return (
    <div className="switch" role="group" aria-label={label}>
      {options.map(([option, words]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChoose(option)}>
          {words}
        </button>
      ))}
    </div>
  );
}
