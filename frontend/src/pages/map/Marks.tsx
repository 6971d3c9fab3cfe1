import { Link } from "wouter";
import { BANDS, bandOf } from "../../lib/bands";
import { number } from "../../lib/format";
import type { Cluster } from "./clusters";
import type { Place } from "./places";

const RADIUS = 12;
const CLUSTER_RADIUS = 17;

/** A score in words: figure and band. */
export function scoreWords(score: number | null): string {
  return score === null ? "no score" : `${number(score, 2)}, ${bandOf(score)?.name ?? ""}`;
}

/** What is written below a mark. */
export function nameOfCluster(cluster: Cluster<Place>): string {
  const [first, ...others] = cluster.members;
  return `${first?.name ?? ""}${others.length > 0 ? ` +${others.length}` : ""}`;
}

interface MarkProps {
  cluster: Cluster<Place>;
  /** Pixels per unit of the map. */
  scale: number;
  isActive: boolean;
  hasName: boolean;
  address: string;
  onActive: (id: number | null) => void;
  onOpen: () => void;
}

/** A park with the sign of its band, or several parks with their number and the sign of the worst. */
export function Mark({ cluster, scale, isActive, hasName, address, onActive, onOpen }: MarkProps) {
  const [first, ...others] = cluster.members;
  if (first === undefined) return null;
  const transform = `translate(${cluster.x} ${cluster.y}) scale(${1 / scale})`;
  const classes = `mark${isActive ? " active" : ""}${first.score === null ? " unknown" : ""}`;
  const point = () => onActive(first.id);
  if (others.length === 0) {
    return (
      <Link
        href={address}
        className={classes}
        tabIndex={-1}
        aria-label={`${first.name}: ${scoreWords(first.score)}`}
        onPointerEnter={point}
        draggable={false}
      >
        <g transform={transform}>
          <Disc radius={RADIUS} score={first.score} />
          {hasName && <Name text={nameOfCluster(cluster)} y={RADIUS + 13} />}
        </g>
      </Link>
    );
  }
  return (
    <g transform={transform}>
      <g
        className={`${classes} several`}
        role="button"
        tabIndex={-1}
        aria-label={`${cluster.members.length} parks, the worst ${first.name}: ${scoreWords(first.score)}. Look closer`}
        onPointerEnter={point}
        onClick={onOpen}
      >
        <Disc radius={CLUSTER_RADIUS} score={first.score} shift={-6} />
        <text className="mark-count" y="12">
          {cluster.members.length}
        </text>
      </g>
      {hasName && <Name text={nameOfCluster(cluster)} y={CLUSTER_RADIUS + 13} />}
    </g>
  );
}

function Disc({ radius, score, shift = 0 }: { radius: number; score: number | null; shift?: number }) {
  const band = bandOf(score);
  const size = shift === 0 ? 16 : 14;
  return (
    <>
      <circle className="mark-disc" r={radius} />
      {band === null ? (
        <>
          <circle className="mark-unknown" r={radius} fill="url(#map-hatch)" />
          {shift === 0 && (
            <text className="mark-count" y="4.5">
              ?
            </text>
          )}
        </>
      ) : (
        <svg className={`sign band-${band.level}`} x={-size / 2} y={-size / 2 + shift} width={size} height={size} viewBox="0 0 20 20">
          <path d={BANDS[band.level - 1]?.sign} />
        </svg>
      )}
    </>
  );
}

function Name({ text, y }: { text: string; y: number }) {
  return (
    <text className="mark-name" y={y} aria-hidden="true">
      {text}
    </text>
  );
}

const LISTED = 6;
const TIP_WIDTH = 230;

interface TipProps {
  cluster: Cluster<Place>;
  x: number;
  y: number;
  width: number;
  /** The pages of its parks, where it stays to be clicked; null where it only tells. */
  addressOf: ((place: Place) => string) | null;
}

/** What a mark stands for, beside it. The list holds the same for those who do not see it. */
export function Tip({ cluster, x, y, width, addressOf }: TipProps) {
  const left = Math.min(Math.max(x - TIP_WIDTH / 2, 4), Math.max(4, width - TIP_WIDTH - 4));
  const members = addressOf === null ? cluster.members.slice(0, LISTED) : cluster.members;
  const more = cluster.members.length - members.length;
  const classes = `map-tip${y < 130 ? " below" : ""}${addressOf === null ? "" : " pinned"}`;
  return (
    <div className={classes} style={{ left, top: y, width: TIP_WIDTH }} aria-hidden={addressOf === null}>
      {members.map((place) => (
        <p key={place.id}>
          {addressOf === null ? <b>{place.name}</b> : <Link href={addressOf(place)}>{place.name}</Link>} <span>{scoreWords(place.score)}</span>
        </p>
      ))}
      {more > 0 && <p>and {more} more</p>}
    </div>
  );
}
