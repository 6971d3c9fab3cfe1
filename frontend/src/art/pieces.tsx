/** Small figures that several scenes are made of. Fills are the classes of art.css. */

export type Fill = "teal" | "coral" | "gold" | "pink" | "plum" | "night" | "sun" | "sky" | "hill1" | "hill2" | "paper" | "ink";

/** A tree of rings on a stick. */
export function Lollipop({ x, y, r, rings, foot }: { x: number; y: number; r: number; rings: readonly Fill[]; foot: number }) {
  return (
    <>
      <path className="s-ink" d={`M${x} ${y}V${foot}`} strokeWidth="4" />
      {rings.map((fill, index) => (
        <circle key={index} className={`f-${fill}`} cx={x} cy={y} r={r * (1 - index / rings.length)} />
      ))}
    </>
  );
}

/** A small diamond in the sky. */
export function Diamond({ x, y, fill, size = 8 }: { x: number; y: number; fill: Fill; size?: number }) {
  return <path className={`f-${fill}`} d={`M${x} ${y - size * 1.4}l${size} ${size * 1.4}-${size} ${size * 1.4}-${size}-${size * 1.4}z`} />;
}

/** A sun (by night a moon) with a face and rays of two colours. */
export function SunFace({ x, y, r }: { x: number; y: number; r: number }) {
  const rays = Array.from({ length: 16 }, (_, index) => {
    const at = (index * Math.PI) / 8;
    const far = r * (index % 2 ? 1.95 : 1.6);
    const [dx, dy] = [Math.cos(at), Math.sin(at)];
    const [nx, ny] = [-dy * r * 0.15, dx * r * 0.15];
    const near = r * 1.2;
    return `M${f(x + dx * near + nx)} ${f(y + dy * near + ny)}L${f(x + dx * far)} ${f(y + dy * far)}L${f(x + dx * near - nx)} ${f(y + dy * near - ny)}z`;
  });
  return (
    <>
      <path className="f-gold" d={rays.filter((_, index) => index % 2 === 0).join("")} />
      <path className="f-coral" d={rays.filter((_, index) => index % 2 === 1).join("")} />
      <circle className="f-gold" cx={x} cy={y} r={r * 1.06} />
      <circle className="f-sun" cx={x} cy={y} r={r * 0.86} />
      <path className="f-ink" d={`M${x - r * 0.46} ${y - r * 0.1}a${r * 0.18} ${r * 0.18} 0 0 0 ${r * 0.36} 0zM${x + r * 0.1} ${y - r * 0.1}a${r * 0.18} ${r * 0.18} 0 0 0 ${r * 0.36} 0z`} />
      <path className="s-ink" d={`M${x - r * 0.28} ${y + r * 0.46}q${r * 0.28}-${r * 0.26} ${r * 0.56} 0`} strokeWidth={r * 0.07} />
      <circle className="f-pink" cx={x - r * 0.56} cy={y + r * 0.24} r={r * 0.12} />
      <circle className="f-pink" cx={x + r * 0.56} cy={y + r * 0.24} r={r * 0.12} />
    </>
  );
}

const f = (value: number) => value.toFixed(1);

/** A row of pennants on a sagging line. */
export function Bunting({ x, y, width, fills }: { x: number; y: number; width: number; fills: readonly Fill[] }) {
  const count = Math.round(width / 26);
  const sag = (share: number) => y + 60 * share * (1 - share);
  return (
    <>
      <path className="s-ink" d={`M${x} ${y}Q${x + width / 2} ${y + 30} ${x + width} ${y}`} strokeWidth="2" />
      {Array.from({ length: count }, (_, index) => {
        const share = (index + 0.5) / count;
        return (
          <path
            key={index}
            className={`f-${fills[index % fills.length]}`}
            d={`M${f(x + width * share - 9)} ${f(sag(share) - 1)}h18l-9 18z`}
          />
        );
      })}
    </>
  );
}
