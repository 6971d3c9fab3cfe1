import { useState } from "react";

const address = (year: number, slug: string) => `${window.location.origin}/awards?year=${year}${slug === "" ? "" : `#${slug}`}`;

/** Sharing all awards of a year: as a link and as a picture. */
export function Share({ year, isPartial }: { year: number; isPartial: boolean }) {
  return (
    <div className="share">
      <ShareButton year={year} slug="" title={`The theme park awards of ${year}${isPartial ? ", so far" : ""}`} />
      <a href={`/cards/awards/${year}.png`} download={`theme-park-awards-${year}.png`}>
        Picture to share
      </a>
    </div>
  );
}

interface ShareButtonProps {
  year: number;
  /** The award, or "" for all. */
  slug: string;
  title: string;
}

/** Hands the link to what the device shares with, or copies it. */
export function ShareButton({ year, slug, title }: ShareButtonProps) {
  const [words, setWords] = useState("");
  const url = address(year, slug);
  const canShare = typeof navigator.share === "function";
  const share = async () => {
    try {
      if (canShare) await navigator.share({ title, url });
      else {
        await navigator.clipboard.writeText(url);
        setWords("Link copied");
      }
    } catch (problem) {
      // Closing the device's dialog is no failure.
      if (!(problem instanceof DOMException && problem.name === "AbortError")) setWords(`Copy this: ${url}`);
    }
  };
  return (
    <span className="share-one">
      <button type="button" className="quiet-button" onClick={() => void share()}>
        {canShare ? "Share" : "Copy link"}
        <span className="visually-hidden">: {title}</span>
      </button>
      <span role="status">{words}</span>
    </span>
  );
}
