/** A coaster over a hill, for the heads of ride pages. */
export function CoasterHill() {
  return (
    <svg className="vignette" viewBox="0 0 320 150" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
      <path className="f-hill1" d="M0 150V128Q70 96 150 120T320 104V150z" />
      <circle className="f-sun" cx="264" cy="34" r="18" />
      <path className="f-hill2" d="M0 150V138Q120 112 320 134V150z" />
      <path className="s-ink" d="M60 138V92M84 138V58M108 138V36M132 138V40M156 138V72M180 138V102M204 138V112M228 138V92M252 138V78M276 138V92" strokeWidth="2.5" />
      <path className="s-ink" d="M60 92l24 46M84 58l24 80M108 36l24 102M132 40l24 98M156 72l24 66M180 102l24 36M204 112l24 26M228 92l24 46M252 78l24 60" strokeWidth="1.4" />
      <path className="s-plum" d="M36 118Q70 92 92 46T132 40Q146 56 160 84T206 112Q226 100 236 84T268 82Q284 96 302 116" strokeWidth="7" />
      <path className="f-coral" d="M98 12h16q8 0 8 9v9H94V16q0-4 4-4z" />
      <path className="f-gold" d="M128 14h14q8 2 9 10l2 12-24-6V18q0-4-1-4z" />
      <path className="s-ink" d="M121 26h8" strokeWidth="3" />
      <circle className="f-ink" cx="101" cy="31" r="4" />
      <circle className="f-ink" cx="116" cy="30" r="4" />
      <circle className="f-ink" cx="133" cy="34" r="4" />
      <circle className="f-ink" cx="147" cy="40" r="4" />
      <circle className="f-paper" cx="106" cy="9" r="4.5" />
      <circle className="f-pink" cx="138" cy="11" r="4.5" />
      <path className="f-pink" d="M36 138v-30h30v30z" />
      <path className="f-teal" d="M31 108l20-22 20 22z" />
      <path className="f-night" d="M45 138v-14a6 6 0 0 1 12 0v14z" />
    </svg>
  );
}
