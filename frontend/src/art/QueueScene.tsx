import { Bunting, Diamond, Lollipop, SunFace, type Fill } from "./pieces";

type Hat = "cone" | "bowl" | "crown" | "brim" | "bun" | "fez";
type Pattern = "stripes" | "dots" | "diamonds" | "plain";

interface Visitor {
  dress: Fill;
  trim: Fill;
  skin: 1 | 2 | 3;
  hat: Hat;
  hatFill: Fill;
  pattern: Pattern;
  height: number;
}

const VISITORS: readonly Visitor[] = [
  { dress: "coral", trim: "paper", skin: 2, hat: "cone", hatFill: "plum", pattern: "stripes", height: 92 },
  { dress: "teal", trim: "gold", skin: 1, hat: "bun", hatFill: "ink", pattern: "dots", height: 70 },
  { dress: "plum", trim: "pink", skin: 3, hat: "bowl", hatFill: "gold", pattern: "diamonds", height: 100 },
  { dress: "gold", trim: "coral", skin: 2, hat: "brim", hatFill: "teal", pattern: "stripes", height: 80 },
  { dress: "pink", trim: "plum", skin: 1, hat: "crown", hatFill: "gold", pattern: "diamonds", height: 62 },
  { dress: "teal", trim: "paper", skin: 3, hat: "fez", hatFill: "coral", pattern: "stripes", height: 96 },
  { dress: "coral", trim: "gold", skin: 1, hat: "bun", hatFill: "plum", pattern: "dots", height: 74 },
  { dress: "gold", trim: "plum", skin: 2, hat: "cone", hatFill: "pink", pattern: "plain", height: 104 },
  { dress: "plum", trim: "gold", skin: 1, hat: "brim", hatFill: "coral", pattern: "dots", height: 84 },
  { dress: "pink", trim: "paper", skin: 3, hat: "crown", hatFill: "teal", pattern: "stripes", height: 66 },
];
const FIRST_X = 150;
const STEP = 82;
const GROUND = 226;

/** A queue of visitors from all over the world before a gate with a clock that takes its time. */
export function QueueScene() {
  return (
    <svg className="scene" viewBox="0 0 1440 240" preserveAspectRatio="xMaxYMax slice" aria-hidden="true" focusable="false">
      <SunFace x={70} y={60} r={26} />
      {([[220, 34, "coral"], [420, 56, "gold"], [600, 26, "teal"], [800, 50, "pink"], [930, 22, "gold"]] as const).map(([x, y, fill]) => (
        <Diamond key={x} x={x} y={y} fill={fill} size={5} />
      ))}
      <path className="f-hill1" d="M0 240v-84q220-60 440 0t420-4 580-10v98z" />
      <Gate />
      <path className="s-ink" d="M770 34V230" strokeWidth="4" />
      <circle className="f-gold" cx="770" cy="32" r="7" />
      <Bunting x={770} y={42} width={286} fills={["coral", "paper", "teal", "gold", "pink"]} />
      <path className="f-hill2" d="M0 240v-26q360-22 720 0t720-6v32z" />
      {VISITORS.map((visitor, index) => (
        <Person key={index} x={FIRST_X + index * STEP} visitor={visitor} />
      ))}
      {Array.from({ length: 6 }, (_, index) => (
        <g key={index}>
          <path className="f-gold" d={`M${110 + index * 164} 240v-44h7v44z`} />
          <circle className="f-gold" cx={113.5 + index * 164} cy="192" r="6" />
          {index < 5 && <path className="s-rope" d={`M${116 + index * 164} 202q80 34 160 0`} strokeWidth="5" />}
        </g>
      ))}
      <Lollipop x={40} y={180} r={18} rings={["pink", "gold", "plum"]} foot={240} />
      <Lollipop x={1400} y={172} r={24} rings={["teal", "gold", "coral"]} foot={240} />
    </svg>
  );
}

function Gate() {
  return (
    <>
      <path className="f-pink" d="M1056 240V76h44v164zM1276 240V76h44v164z" />
      <path className="f-plum" d="M1046 78l32-54 32 54zM1266 78l32-54 32 54z" />
      <path className="f-teal" d="M1100 240V112h176v128z" />
      <path className="f-coral" d="M1100 112q88-74 176 0z" />
      <path className="f-paper" d="M1100 112h16v16h-16zm32 0h16v16h-16zm32 0h16v16h-16zm32 0h16v16h-16zm32 0h16v16h-16zm32 0h16v16h-16z" />
      <path className="f-night" d="M1146 240v-50a42 42 0 0 1 84 0v50z" />
      <path className="f-gold" d="M1156 240v-48a32 32 0 0 1 14-27v75zM1206 240v-75a32 32 0 0 1 14 27v48z" />
      <circle className="f-gold" cx="1188" cy="66" r="40" />
      <circle className="f-paper" cx="1188" cy="66" r="31" />
      <path className="s-ink" d="M1188 66V44M1188 66l15 9" strokeWidth="4" />
      <path className="s-ink" d="M1188 38v4M1188 90v4M1160 66h4M1212 66h4" strokeWidth="3" />
      <path className="f-paper" d="M1068 240v-26a10 10 0 0 1 20 0v26zM1288 240v-26a10 10 0 0 1 20 0v26zM1068 130l10-16 10 16-10 16zM1288 130l10-16 10 16-10 16z" />
    </>
  );
}

function Person({ x, visitor }: { x: number; visitor: Visitor }) {
  const { dress, trim, skin, hat, hatFill, pattern, height } = visitor;
  const top = GROUND - height;
  const neck = top + 34;
  const body = GROUND - neck;
  const half = 13 + body * 0.17;
  const at = (share: number) => neck + body * share;
  const wide = (share: number) => 7 + (half - 7) * share;
  return (
    <g>
      <path className={`f-${dress}`} d={`M${x - 7} ${neck}h14L${x + half} ${GROUND}h-${half * 2}z`} />
      {pattern === "stripes" &&
        [0.45, 0.75].map((share) => (
          <path key={share} className={`f-${trim}`} d={`M${x - wide(share)} ${at(share)}h${wide(share) * 2}l2 ${body * 0.1}h-${wide(share) * 2 + 4}z`} />
        ))}
      {pattern === "dots" &&
        [[-6, 0.55], [5, 0.68], [-9, 0.84], [8, 0.9]].map(([dx = 0, share = 0]) => (
          <circle key={dx} className={`f-${trim}`} cx={x + dx} cy={at(share)} r="3.4" />
        ))}
      {pattern === "diamonds" &&
        [-9, 0, 9].map((dx) => <path key={dx} className={`f-${trim}`} d={`M${x + dx} ${at(0.7)}l4.500 8-4.500 8-4.500-8z`} />)}
      <circle className={`skin-${skin}`} cx={x} cy={top + 22} r="14" />
      <circle className="f-ink" cx={x + 3} cy={top + 21} r="1.6" />
      <circle className="f-ink" cx={x + 9} cy={top + 21} r="1.6" />
      <circle className="f-coral" cx={x + 1} cy={top + 27} r="2.4" />
      <HatShape hat={hat} x={x} y={top + 14} fill={hatFill} />
    </g>
  );
}

function HatShape({ hat, x, y, fill }: { hat: Hat; x: number; y: number; fill: Fill }) {
  const shapes: Record<Hat, string> = {
    cone: `M${x - 13} ${y}L${x} ${y - 32}l13 32z`,
    bowl: `M${x - 15} ${y + 6}a15 17 0 0 1 30 0z`,
    crown: `M${x - 12} ${y}v-18l7 9 5-11 5 11 7-9v18z`,
    brim: `M${x - 22} ${y + 2}q22-8 44 0l-10-4q-2-18-12-18t-12 18z`,
    bun: `M${x - 14} ${y + 8}a14 15 0 0 1 28-2q-12-2-16-6-4 6-12 8zM${x - 6} ${y - 10}a6 6 0 1 1 12 0 6 6 0 0 1-12 0z`,
    fez: `M${x - 11} ${y}l3-19h16l3 19z`,
  };
  return <path className={`f-${fill}`} d={shapes[hat]} />;
}
