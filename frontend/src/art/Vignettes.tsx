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

