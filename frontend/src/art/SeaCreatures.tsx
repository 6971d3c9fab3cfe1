/** What swims and sails on the map's seas, in the map's own units. */
export function SeaCreatures() {
  return (
    <g className="sea-creatures" aria-hidden="true">
      <g transform="translate(1380 20)">
        <path className="f-coral" d="M-46 22h92q-8 30-30 30h-34q-22 0-28-30z" />
        <path className="f-paper" d="M-4-62v76h-40z" />
        <path className="f-gold" d="M6-50v64h36z" />
        <path className="s-ink" d="M1-70v92" strokeWidth="4" />
      </g>
      <g transform="translate(330 230)">
        <path className="f-plum" d="M-90 0q10-56 76-56 62 0 84 40 22-4 30-30 16 6 14 28 14-4 20 8-26 30-62 26-30 26-84 26-70 0-78-42z" />
        <circle className="f-paper" cx="-50" cy="-14" r="7" />
        <path className="s-plum" d="M-40-58q-4-26-24-30M-40-58q2-28 22-32" strokeWidth="5" />
      </g>
      <g transform="translate(2480 250)">
        <path className="f-pink" d="M-44 0q26-32 62 0-36 32-62 0zM12 0l28-20v40z" />
        <circle className="f-ink" cx="-24" cy="-4" r="5" />
        <path className="f-gold" d="M50 74q22-26 52 0-30 26-52 0zM98 74l22-16v32z" />
      </g>
      <g transform="translate(3330 90)">
        <path className="f-gold" d="M0-60 14-14 60 0 14 14 0 60-14 14-60 0-14-14z" />
        <path className="f-coral" d="M0-34 8-8 34 0 8 8 0 34-8 8-34 0-8-8z" />
      </g>
    </g>
  );
}
