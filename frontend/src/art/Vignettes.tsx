/** Small scenes for the heads of pages, standing on the lower edge of a strip of sky. */
import type { ReactNode } from "react";

function Scene({ children }: { children: ReactNode }) {
  return (
    <svg className="vignette" viewBox="0 0 320 150" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
      <path className="f-hill1" d="M-1400 150Q-300 158 0 128 70 96 150 120T320 104H1000V150z" />
      {children}
    </svg>
  );
}

/** A clock tower among flags. */
export function ClockTower() {
  return (
    <Scene>
      <circle className="f-sun" cx="74" cy="42" r="20" />
      <path className="f-pink" d="M176 150V66h58v84z" />
      <path className="f-plum" d="M168 66l37-54 37 54z" />
      <path className="f-coral" d="M205 12V2q12 1 14 12-6-2-8 2-3-3-6-4z" />
      <circle className="f-gold" cx="205" cy="92" r="20" />
      <circle className="f-paper" cx="205" cy="92" r="14" />
      <path className="s-ink" d="M205 92V82M205 92l7 5" strokeWidth="3" />
      <path className="f-night" d="M194 150v-16a11 11 0 0 1 22 0v16z" />
      <path className="f-teal" d="M142 150v-46h34v46zM234 150v-46h34v46z" />
      <path className="f-gold" d="M136 104l23-30 23 30zM228 104l23-30 23 30z" />
      <path className="s-ink" d="M100 150v-42M288 150v-36" strokeWidth="3" />
      <circle className="f-coral" cx="100" cy="104" r="13" />
      <circle className="f-gold" cx="100" cy="104" r="7" />
      <circle className="f-teal" cx="288" cy="110" r="11" />
      <circle className="f-paper" cx="288" cy="110" r="6" />
    </Scene>
  );
}

/** A balloon that rises and a car that rolls down. */
export function UpsAndDowns() {
  return (
    <Scene>
      <path className="f-coral" d="M232 20a36 36 0 0 1 36 36q0 26-30 48h-12q-30-22-30-48a36 36 0 0 1 36-36z" />
      <path className="f-gold" d="M232 20q16 14 16 38t-11 46h-10q-11-22-11-46t16-38z" />
      <path className="s-ink" d="M224 104l3 12M240 104l-3 12" strokeWidth="2" />
      <path className="f-plum" d="M222 116h20l-3 14h-14z" />
      <path className="s-plum" d="M-6 60Q40 58 70 104T150 140H320" strokeWidth="6" />
      <path className="s-plum" d="M24 66v84M54 84v66M84 118v32M114 132v18" strokeWidth="3" />
      <g transform="translate(60 76) rotate(52)">
        <path className="f-teal" d="M-17-10h34v12a8 8 0 0 1-8 8H-9a8 8 0 0 1-8-8z" />
        <circle className="f-paper" cx="-6" cy="-14" r="5" />
        <circle className="f-paper" cx="7" cy="-14" r="5" />
      </g>
      <path className="f-gold" d="M120 24l5 8-5 8-5-8zM296 40l5 8-5 8-5-8z" />
      <path className="f-pink" d="M160 54l5 8-5 8-5-8z" />
    </Scene>
  );
}

/** A cup with laurels on a stage. */
export function Cup() {
  return (
    <Scene>
      <path className="f-gold" d="M206 6l9 26 26-9-15 23 24 13-27 4 6 27-21-18-18 20 2-27-27-3 23-14-17-21 26 7z" />
      <path className="f-plum" d="M176 34h58v22a29 29 0 0 1-58 0z" />
      <path className="s-plum" d="M178 40h-16q0 26 22 30M232 40h16q0 26-22 30" strokeWidth="6" />
      <path className="f-pink" d="M186 34h12v44q-12-6-12-22z" />
      <path className="f-plum" d="M199 84h12v20h-12zM184 104h42v10h-42z" />
      <path className="f-coral" d="M166 114h78v36h-78z" />
      <path className="f-teal" d="M102 128h64v22h-64z" />
      <path className="f-gold" d="M244 122h56v28h-56z" />
      <path className="f-paper" d="M201 122h8v22h-8z" />
      <path className="f-pink" d="M56 62l6 10-6 10-6-10zM282 60l6 10-6 10-6-10z" />
      <path className="f-coral" d="M96 30l6 10-6 10-6-10z" />
    </Scene>
  );
}

/** A globe on a stand, with a flag in it. */
export function Globe() {
  return (
    <Scene>
      <circle className="f-teal" cx="200" cy="74" r="52" />
      <path className="f-paper" d="M168 40q22-16 34 0t-14 24q4 20-16 12t-22-6q0-18 18-30zM214 68q26-12 36 6-2 24-22 40-16-6-10-22-14-10-4-24z" />
      <path className="s-plum" d="M154 28a64 64 0 1 0 92 92" strokeWidth="5" />
      <path className="f-plum" d="M194 136h20l12 14h-44z" />
      <path className="s-ink" d="M222 70V26" strokeWidth="3" />
      <path className="f-coral" d="M222 26q20-6 30 6-14 2-30 14z" />
      <path className="s-ink" d="M96 150v-40" strokeWidth="3" />
      <circle className="f-gold" cx="96" cy="104" r="15" />
      <circle className="f-coral" cx="96" cy="104" r="8" />
      <circle className="f-sun" cx="56" cy="40" r="18" />
    </Scene>
  );
}

/** Two castles face to face. */
export function TwoCastles() {
  return (
    <Scene>
      <path className="f-coral" d="M84 150V84h22v66zm44 0V84h22v66z" />
      <path className="f-plum" d="M80 84l15-30 15 30zm44 0l15-30 15 30z" />
      <path className="f-pink" d="M100 150V70h34v80z" />
      <path className="f-gold" d="M94 70l23-44 23 44z" />
      <path className="f-night" d="M108 150v-18a9 9 0 0 1 18 0v18z" />
      <path className="f-gold" d="M206 150V92h20v58zm48 0V92h20v58z" />
      <path className="f-coral" d="M202 92l14-24 14 24zm48 0l14-24 14 24z" />
      <path className="f-teal" d="M222 150V62h36v88z" />
      <path className="f-plum" d="M216 62l24-40 24 40z" />
      <path className="f-night" d="M231 150v-18a9 9 0 0 1 18 0v18z" />
      <path className="f-paper" d="M112 82h10v12h-10zM235 78h10v12h-10z" />
      <path className="s-ink" d="M178 150V96M164 104h28" strokeWidth="4" />
      <path className="f-paper" d="M156 104h16l-8 12zM184 104h16l-8 12z" />
    </Scene>
  );
}

/** An abacus before the hills. */
export function Abacus() {
  return (
    <Scene>
      <circle className="f-sun" cx="92" cy="46" r="22" />
      <path className="f-plum" d="M134 24h150v126H134z" />
      <path className="f-paper" d="M146 36h126v102H146z" />
      <path className="s-plum" d="M146 58h126M146 84h126M146 112h126" strokeWidth="3" />
      <path className="f-coral" d="M156 48h12v20h-12zM172 48h12v20h-12zM188 48h12v20h-12z" />
      <path className="f-gold" d="M156 74h12v20h-12zM244 74h12v20h-12zM228 74h12v20h-12zM212 74h12v20h-12z" />
      <path className="f-teal" d="M156 102h12v20h-12zM172 102h12v20h-12zM246 102h12v20h-12z" />
    </Scene>
  );
}

/** The smiling sun over two tents. */
export function SunAndTents() {
  return (
    <Scene>
      <path className="f-gold" d="M196 2l9 22 20-14-2 24 24 2-16 18 20 14-23 6 6 24-21-10-8 24-14-20-18 16v-25l-25 2 12-22-21-13 24-7-7-24 23 8z" />
      <circle className="f-sun" cx="196" cy="60" r="36" />
      <path className="f-ink" d="M176 54a8 8 0 0 0 16 0zM200 54a8 8 0 0 0 16 0z" />
      <path className="s-ink" d="M182 74q14 12 28 0" strokeWidth="4" />
      <circle className="f-pink" cx="172" cy="70" r="6" />
      <circle className="f-pink" cx="220" cy="70" r="6" />
      <path className="f-paper" d="M64 150l38-46 38 46z" />
      <path className="f-coral" d="M102 104l12 46H90z" />
      <path className="f-paper" d="M246 150l32-38 32 38z" />
      <path className="f-teal" d="M278 112l10 38h-20z" />
      <path className="s-ink" d="M102 104V92M278 112v-12" strokeWidth="3" />
      <path className="f-pink" d="M102 92q12 0 14 8-8-1-14 2zM278 100q12 0 14 8-8-1-14 2z" />
    </Scene>
  );
}
