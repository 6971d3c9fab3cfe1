import { Bunting, Diamond, Lollipop, SunFace, type Fill } from "./pieces";

const CUPS: readonly [number, Fill, Fill][] = [
  [232, "coral", "paper"],
  [300, "gold", "plum"],
  [368, "teal", "pink"],
];
const SWINGS: readonly Fill[] = ["coral", "teal", "gold", "pink", "teal", "coral"];
/** Where the track stands on the ground: x, and the height of the track there. */
const STRUTS: readonly (readonly [number, number])[] = [
  [830, 206], [866, 152], [902, 96], [938, 62], [976, 54], [1014, 92], [1052, 162], [1262, 172], [1302, 118], [1342, 142],
];

/** Rides at play: a drop tower, teacups, a swing carousel, a coaster with a loop. */
export function RideScene() {
  return (
    <svg className="scene" viewBox="0 0 1440 240" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
      <SunFace x={1370} y={64} r={30} />
      {([[90, 60, "pink"], [180, 26, "gold"], [470, 40, "coral"], [726, 28, "teal"], [1016, 24, "gold"], [1284, 40, "pink"]] as const).map(([x, y, fill]) => (
        <Diamond key={x} x={x} y={y} fill={fill} size={5} />
      ))}
      <path className="f-hill1" d="M0 240V176q190-58 390-6t380-8 360 4 310-26v100z" />
      <path className="f-plum" d="M124 240V32h14v208zM158 240V32h14v208z" />
      <path className="s-plum" d="M131 62l34 30M131 122l34 30M131 182l34 30M165 62l-34 30M165 122l-34 30M165 182l-34 30" strokeWidth="2.5" />
      <path className="f-coral" d="M112 32 148 0l36 32z" />
      <path className="f-gold" d="M106 94h84v18a8 8 0 0 1-8 8h-68a8 8 0 0 1-8-8z" />
      {[118, 138, 158, 178].map((x) => (
        <circle key={x} className="f-paper" cx={x} cy="89" r="7" />
      ))}
      {CUPS.map(([x, cup, stripe], index) => (
        <g key={x} transform={`rotate(${[-9, 5, -4][index]} ${x} 206)`}>
          <path className={`f-${cup}`} d={`M${x - 28} 176h56q0 40-28 40t-28-40z`} />
          <path className={`f-${stripe}`} d={`M${x - 27} 184h54l-2 9h-50z`} />
          <path className="s-plum" d={`M${x + 27} 182q16 0 12 14t-18 8`} strokeWidth="5" />
          <circle className="f-paper" cx={x - 9} cy="170" r="7" />
          <circle className="f-paper" cx={x + 10} cy="170" r="7" />
        </g>
      ))}
      <path className="f-plum" d="M575 240 584 70h12l9 170z" />
      {SWINGS.map((fill, index) => {
        const x = 480 + index * 44;
        const top = 92 - 20 * Math.sin((index * Math.PI) / 5);
        return (
          <g key={index}>
            <path className="s-ink" d={`M${590 + (x - 590) * 0.62} 64L${x} ${top + 56}`} strokeWidth="2" />
            <path className={`f-${fill}`} d={`M${x - 9} ${top + 54}h18l4 24h-26z`} />
            <circle className="f-paper" cx={x} cy={top + 50} r="6" />
          </g>
        );
      })}
      <path className="f-coral" d="M490 66q100-66 200 0z" />
      <path className="f-gold" d="M530 66q10-40 60-50 50 10 60 50-14-28-60-34-46 6-60 34z" />
      <path className="f-paper" d="M490 66a10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0 10 9 0 0 0 20 0z" />
      <path className="s-ink" d="M590 20V6" strokeWidth="3" />
      <path className="f-teal" d="M590 2q15 2 17 16-8-2-17 1z" />
      {STRUTS.map(([x, y]) => (
        <path key={x} className="s-plum" d={`M${x} ${y}V240`} strokeWidth="3" />
      ))}
      <path
        className="s-plum"
        d="M770 236c80-6 120-184 196-184 60 0 76 160 152 160 62 0 84-44 84-84s-26-76-62-76-64 34-64 76 30 84 96 84c80 0 66-96 130-96 54 0 70 84 150 84"
        strokeWidth="8"
      />
      <g transform="translate(944 42) rotate(-16)">
        <Car fill="coral" />
      </g>
      <g transform="translate(984 42) rotate(22)">
        <Car fill="gold" />
      </g>
      <Bunting x={690} y={60} width={150} fills={["coral", "gold", "teal", "pink"]} />
      <path className="f-hill2" d="M0 240v-30q150-36 320 0t420-2q170-34 330 2t370-14v44z" />
      <Lollipop x={52} y={166} r={26} rings={["teal", "gold", "coral"]} foot={240} />
      <Lollipop x={430} y={186} r={17} rings={["pink", "gold", "plum"]} foot={240} />
      <Lollipop x={716} y={190} r={15} rings={["coral", "paper", "teal"]} foot={240} />
      <Lollipop x={1300} y={176} r={22} rings={["gold", "pink", "plum"]} foot={240} />
      <Lollipop x={1392} y={196} r={15} rings={["coral", "gold", "paper"]} foot={240} />
    </svg>
  );
}

function Car({ fill }: { fill: Fill }) {
  return (
    <>
      <path className={`f-${fill}`} d="M-19-10h38v12a8 8 0 0 1-8 8h-22a8 8 0 0 1-8-8z" />
      <circle className="f-paper" cx="-8" cy="-15" r="6" />
      <circle className="f-paper" cx="8" cy="-15" r="6" />
    </>
  );
}
