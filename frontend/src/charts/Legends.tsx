/** What the signs of the charts mean, for the line under a chart. */
import { STATE_WORDS } from "../api/words";
import { BANDS, type Level } from "../lib/bands";
import { LOOK_WORDS, type Look } from "./looks";
import { MEASURES, type MeasureKey, stepWords } from "./measures";

/** The sign of a band: a shape of its own, so that colour is never the only word. */
function Sign({ level }: { level: Level }) {
  return (
    <svg className={`sign band-${level}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={BANDS[level - 1]?.sign} />
    </svg>
  );
}

/** A patch of a colour and pattern. */
function Swatch({ kind }: { kind: string }) {
  return <i className={`swatch swatch-${kind}`} aria-hidden="true" />;
}

const Key = ({ kind, words }: { kind: string; words: string }) => (
  <span className="key">
    <Swatch kind={kind} />
    {words}
  </span>
);

/** Bands or steps of the measure, then what stands where there is no value. */
export function MeasureLegend({ measure: key, asSteps = false }: { measure: MeasureKey; asSteps?: boolean }) {
  const measure = MEASURES[key];
  return (
    <>
      {key === "score" &&
        BANDS.map(band => (
          <span className="key" key={band.slug}>
            <Sign level={band.level} /> {band.name}
          </span>
        ))}
      {key !== "score" &&
        asSteps &&
        stepWords(measure).map((words, at) => (
          <Key key={words} kind={`step-${measure.isHighGood ? 5 - at : at + 1}`} words={words} />
        ))}
      <Key kind="nothing" words={key === "wait" ? "open, no wait posted" : "open, nothing to judge"} />
      <Key kind="missing" words={STATE_WORDS.not_watched} />
      <Key kind="closed" words={STATE_WORDS.closed} />
      <Key kind="to-come" words={STATE_WORDS.no_data_yet} />
    </>
  );
}

const LOOKS: readonly Look[] = ["operating", "down", "counted", "closed", "refurbishment", "unobserved"];

export function TimelineLegend() {
  return (
    <>
      {LOOKS.map(look => (
        <Key key={look} kind={look} words={LOOK_WORDS[look]} />
      ))}
      <Key kind="lost" words="lost from view: it lasted at least so long" />
      <Key kind="window" words="open hours; outside them nothing counts" />
      <Key kind="to-come" words={STATE_WORDS.no_data_yet} />
    </>
  );
}
