/** One poster scene for each award. Posters keep their colours in both themes. */
import type { ReactNode } from "react";

function Poster({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 240 150" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const BestParks = (
  <Poster>
    <path className="aw-gold" d="M120 6l8 26 20-18-4 27 27-6-17 21 25 10-59 74-59-74 25-10-17-21 27 6-4-27 20 18z" />
    <path className="aw-light" d="M78 150V84h22v66zm62 0V84h22v66z" />
    <path className="aw-dark" d="M73 84l16-32 16 32zm62 0l16-32 16 32z" />
    <path className="aw-pink" d="M98 150V66h44v84z" />
    <path className="aw-dark" d="M91 66l29-50 29 50z" />
    <path className="aw-gold" d="M109 150v-24a11 11 0 0 1 22 0v24zM114 82h12v16h-12z" />
    <path className="aw-teal" d="M-4 150q50-34 90-14t70-4 90-10v28z" />
  </Poster>
);

const WorstParks = (
  <Poster>
    <path className="aw-plum" d="M52 44a20 20 0 0 1 34-14 26 26 0 0 1 48 4 18 18 0 0 1 8 34H64a20 20 0 0 1-12-24z" />
    <path className="aw-line" d="M70 76l-6 16M92 76l-6 16M114 76l-6 16" />
    <path className="aw-gold" d="M132 62l-14 24h12l-8 22 26-30h-13l12-16z" />
    <g transform="rotate(-7 110 150)">
      <path className="aw-light" d="M70 150V98h20v52z" />
      <path className="aw-dark" d="M65 98l15-26 15 26z" />
    </g>
    <g transform="rotate(9 170 150)">
      <path className="aw-coral" d="M146 150V84h38v66z" />
      <path className="aw-dark" d="M140 84l25-40 25 40z" />
      <path className="aw-light" d="M158 98h12v15h-12z" />
    </g>
    <path className="aw-teal" d="M98 150v-34h42v34z" />
    <path className="aw-line" d="M104 122l12 10-8 8 14 8" />
    <path className="aw-dark" d="M-4 150q60-16 124-6t124-8v14z" />
  </Poster>
);

const BestRides = (
  <Poster>
    <circle className="aw-ring" cx="120" cy="72" r="56" />
    <path className="aw-line" d="M120 16v112M64 72h112M80 32l80 80M160 32l-80 80" />
    <path className="aw-dark" d="M84 150l30-80h12l30 80h-10l-26-66-26 66z" />
    {[0, 45, 90, 135, 180, 225, 270, 315].map((angle, index) => {
      const x = 120 + 56 * Math.cos((angle * Math.PI) / 180);
      const y = 72 + 56 * Math.sin((angle * Math.PI) / 180);
      return <path key={angle} className={["aw-coral", "aw-light", "aw-teal", "aw-pink"][index % 4]} d={`M${x - 11} ${y}h22a11 11 0 0 1-22 0z`} />;
    })}
    <circle className="aw-gold" cx="120" cy="72" r="11" />
  </Poster>
);

const WorstRides = (
  <Poster>
    <path className="aw-track" d="M-6 132Q50 130 76 74t52-36" />
    <path className="aw-track" d="M168 92q18 46 80 46" />
    <path className="aw-line" d="M20 132v18M48 112v38M74 80v70M98 52v98M190 122v28M220 138v12" />
    <g transform="translate(146 62) rotate(24)">
      <path className="aw-coral" d="M-26-14h52v18a12 12 0 0 1-12 12h-28a12 12 0 0 1-12-12z" />
      <circle className="aw-light" cx="-10" cy="-22" r="8" />
      <circle className="aw-light" cx="12" cy="-22" r="8" />
    </g>
    <path className="aw-gold" d="M40 30l8 10-8 10-8-10zM200 26l8 10-8 10-8-10z" />
  </Poster>
);

const LongestWaits = (
  <Poster>
    <path className="aw-light" d="M86 20h68v12H86zM86 118h68v12H86z" />
    <path className="aw-teal" d="M94 32h52q0 28-20 43 20 15 20 43H94q0-28 20-43-20-15-20-43z" />
    <path className="aw-gold" d="M102 40h36q-2 20-18 31-16-11-18-31zM98 118q4-26 22-26t22 26z" />
    {[18, 46, 194, 222].map((x, index) => (
      <g key={x}>
        <path className={["aw-coral", "aw-pink", "aw-coral", "aw-plum"][index]} d={`M${x - 14} 150q0-36 14-36t14 36z`} />
        <circle className="aw-light" cx={x} cy="104" r="11" />
      </g>
    ))}
  </Poster>
);

const ImprovedParks = (
  <Poster>
    <path className="aw-coral" d="M120 8a46 46 0 0 1 46 46q0 34-38 58h-16q-38-24-38-58a46 46 0 0 1 46-46z" />
    <path className="aw-gold" d="M120 8q20 18 20 48t-14 56h-12q-14-26-14-56t20-48z" />
    <path className="aw-line" d="M111 112l4 12M129 112l-4 12" />
    <path className="aw-dark" d="M108 124h24l-4 16h-16z" />
    <path className="aw-light" d="M14 48a11 11 0 0 1 19-7 14 14 0 0 1 26 6H14zM184 84a11 11 0 0 1 19-7 14 14 0 0 1 26 6h-45z" />
    <path className="aw-teal" d="M-4 150v-18q40-18 84 0t84 2 80-8v24z" />
  </Poster>
);

const ImprovedRides = (
  <Poster>
    <path className="aw-light" d="M120 4q30 30 30 74v34H90V78q0-44 30-74z" />
    <path className="aw-coral" d="M120 4q18 18 25 40H95q7-22 25-40z" />
    <circle className="aw-teal" cx="120" cy="70" r="13" />
    <path className="aw-dark" d="M90 80l-24 34h24zM150 80l24 34h-24z" />
    <path className="aw-gold" d="M98 112h44l-10 14 2 24-14-16-14 16 2-24z" />
    <path className="aw-pink" d="M40 24l7 11-7 11-7-11zM204 40l7 11-7 11-7-11zM28 92l5 8-5 8-5-8z" />
  </Poster>
);

const SCENES: Record<string, ReactNode> = {
  "best-parks": BestParks,
  "worst-parks": WorstParks,
  "best-rides": BestRides,
  "worst-rides": WorstRides,
  "worst-coasters": WorstRides,
  "longest-waits": LongestWaits,
  "most-improved-parks": ImprovedParks,
  "most-improved-rides": ImprovedRides,
};

/** The scene of an award; the castle for one that has none yet. */
export function AwardScene({ slug }: { slug: string }) {
  return SCENES[slug] ?? BestParks;
}
