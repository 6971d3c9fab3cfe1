/** The three pictures on the wall: a castle, a wheel, a coaster. */
export function Portrait({ place }: { place: 1 | 2 | 3 }) {
  return place === 1 ? <Castle /> : place === 2 ? <Wheel /> : <Coaster />;
}

function Castle() {
  return (
    <svg viewBox="0 0 200 110" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
    <path className="p-back" d="M-600 110V70q200-40 400-8t240 14q90-24 160-4t200-8V110z"/>
    <path className="p-a" d="M58 110V62h22v48zm62 0V62h22v48z"/>
    <path className="p-b" d="M54 62l15-28 15 28zm62 0l15-28 15 28z"/>
    <path className="p-c" d="M78 110V48h44v62z"/>
    <path className="p-b" d="M72 48l28-44 28 44z"/>
    <path className="p-a" d="M78 48h11v11H78zm22 0h11v11h-11zm-11 11h11v11H89zm22 0h11v11h-11z"/>
    <path className="p-b" d="M91 110V92a9 9 0 0 1 18 0v18z"/>
    </svg>
  );
}

function Wheel() {
  return (
    <svg viewBox="0 0 200 110" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
    <path className="p-back" d="M-600 110V70q200-40 400-8t240 14q90-24 160-4t200-8V110z"/>
    <path className="p-b" d="M84 110l12-56h8l12 56h-8l-8-34-8 34z"/>
    <circle className="p-line" cx="100" cy="54" r="44"/>
    <path className="p-line" d="M100 10v88M56 54h88M69 23l62 62M131 23L69 85"/>
    <g className="p-a">
    <circle cx="100" cy="10" r="8"/>
    <circle cx="144" cy="54" r="8"/>
    <circle cx="56" cy="54" r="8"/>
    </g>
    <g className="p-c">
    <circle cx="131" cy="23" r="8"/>
    <circle cx="69" cy="23" r="8"/>
    <circle cx="131" cy="85" r="8"/>
    <circle cx="69" cy="85" r="8"/>
    </g>
    <circle className="p-c" cx="100" cy="54" r="10"/>
    </svg>
  );
}

function Coaster() {
  return (
    <svg viewBox="0 0 200 110" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
    <path className="p-back" d="M-600 110V70q200-40 400-8t240 14q90-24 160-4t200-8V110z"/>
    <path className="p-thick" d="M-4 104C30 104 44 30 76 30S112 96 136 96s22-46 40-46 20 40 34 44"/>
    <path className="p-line" d="M26 84v26M44 52v58M76 34v76M100 62v48M122 92v18M160 66v44M180 54v56"/>
    <g className="p-a">
    <path d="M58 12h24v9a6 6 0 0 1-6 6H64a6 6 0 0 1-6-6z" transform="rotate(-8 70 20)"/>
    <path d="M88 20h24v9a6 6 0 0 1-6 6H94a6 6 0 0 1-6-6z" transform="rotate(42 98 24)"/>
    </g>
    <g className="p-c">
    <circle cx="65" cy="9" r="4"/>
    <circle cx="74" cy="8" r="4"/>
    </g>
    </svg>
  );
}
