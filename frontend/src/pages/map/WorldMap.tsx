import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import { SeaCreatures } from "../../art/SeaCreatures";
import { number } from "../../lib/format";
import { cluster, withNames, type Cluster } from "./clusters";
import { Mark, nameOfCluster, Tip } from "./Marks";
import type { Place } from "./places";
import { CLOSEST, fit, held, roundDistance, type View } from "./projection";

/** Marks nearer than this, in pixels, are shown as one. */
const CLUSTER_PIXELS = 26;
/** With so few marks in view, those with room for it show their names. */
const NAMED = 24;
const STEP = 1.8;
const PAN = 0.15;
/** The longest that the line of distance may be, in pixels. */
const DISTANCE_PIXELS = 110;
/** A press that moved less, in pixels, is a click. */
const CLICK_PIXELS = 4;
/** How much a turn of the wheel scales, and how long turns are gathered before the map follows. */
const WHEEL_STEP = 0.004;
const WHEEL_MS = 40;

interface Point {
  x: number;
  y: number;
}

interface WorldMapProps {
  places: readonly Place[];
  /** The view the address asks for, or the one that shows all places, in a frame of that width ÷ height. */
  viewFor: (aspect: number) => View;
  active: number | null;
  onActive: (id: number | null) => void;
  /** Null: back to the view without an own choice. `isStep`: worth an entry in the history. */
  onView: (view: View | null, isStep: boolean) => void;
  addressOf: (place: Place) => string;
}

/** The land with its marks, to be moved and scaled. */
export function WorldMap({ places, viewFor, active, onActive, onView, addressOf }: WorldMapProps) {
  const [frame, size] = useSize();
  const patches = usePatches();
  const [drag, setDrag] = useState<{ x: number; y: number; dx: number; dy: number } | null>(null);
  const dragged = useRef(false);
  const [pinch, setPinch] = useState<{ at: Point; factor: number } | null>(null);
  const fingers = useRef(new Map<number, Point>());
  const spread = useRef(0);
  const [pinned, setPinned] = useState<number | null>(null);
  const aspect = size.width / size.height;
  const still = held(viewFor(aspect), aspect);
  const scale = size.width / still.width;
  const scaled = (from: View, factor: number, at: Point): View => {
    const width = Math.max(from.width / factor, CLOSEST);
    const keep = 1 - width / from.width;
    return held({ width, x: from.x + (at.x - from.x) * keep, y: from.y + (at.y - from.y) * keep }, aspect);
  };
  const dragging = drag === null ? still : held({ ...still, x: still.x - drag.dx / scale, y: still.y - drag.dy / scale }, aspect);
  const view = pinch === null ? dragging : scaled(still, pinch.factor, pinch.at);
  const clusters = useMemo(() => cluster(places, CLUSTER_PIXELS / scale), [places, scale]);
  const left = view.x - view.width / 2;
  const top = view.y - view.width / aspect / 2;
  const inView = clusters.filter(
    (group) => Math.abs(group.x - view.x) < view.width / 2 && Math.abs(group.y - view.y) < view.width / aspect / 2,
  );
  const named = inView.length <= NAMED ? withNames(inView, scale, nameOfCluster, left, left + view.width) : null;
  const has = (id: number | null) => inView.find((group) => group.members.some((place) => place.id === id));
  const shown = has(pinned) ?? has(active);

  /** Looks closer; what no look takes apart, since it stands at one place, shows its members to choose from. */
  const open = (group: Cluster<Place>) => {
    const closer = held(fit(group.members, aspect, CLOSEST), aspect);
    if (closer.width < view.width * 0.95) onView(closer, true);
    else setPinned(group.members[0]?.id ?? null);
  };
  const zoom = (factor: number, at: Point = view) => onView(scaled(view, factor, at), false);
  /** The place on the map under a point of the window, in the view that stands still. */
  const placeUnder = (point: Point): Point => {
    const box = frame.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    return {
      x: still.x - still.width / 2 + (point.x - box.left) / scale,
      y: still.y - still.width / aspect / 2 + (point.y - box.top) / scale,
    };
  };
  useWheel(frame, (turned, point) => zoom(Math.exp(-turned * WHEEL_STEP), placeUnder(point)));
  const onKeyDown = (event: KeyboardEvent) => {
    const pan = view.width * PAN;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => onView(held({ ...view, x: view.x - pan }, aspect), false),
      ArrowRight: () => onView(held({ ...view, x: view.x + pan }, aspect), false),
      ArrowUp: () => onView(held({ ...view, y: view.y - pan }, aspect), false),
      ArrowDown: () => onView(held({ ...view, y: view.y + pan }, aspect), false),
      "+": () => zoom(STEP),
      "=": () => zoom(STEP),
      "-": () => zoom(1 / STEP),
      "0": () => onView(null, false),
      Escape: () => setPinned(null),
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    if (fingers.current.has(event.pointerId)) fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [one, other] = [...fingers.current.values()];
    if (one !== undefined && other !== undefined) {
      const at = placeUnder({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
      const factor = Math.hypot(one.x - other.x, one.y - other.y) / spread.current;
      setPinch((begun) => ({ at: begun?.at ?? at, factor }));
      return;
    }
    if (drag === null) return;
    const moved = { ...drag, dx: event.clientX - drag.x, dy: event.clientY - drag.y };
    if (!dragged.current && Math.hypot(moved.dx, moved.dy) > CLICK_PIXELS) {
      dragged.current = true;
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    if (dragged.current) setDrag(moved);
  };
  const onPointerDown = (event: PointerEvent<SVGSVGElement>) => {
    dragged.current = false;
    setPinned(null);
    if (event.pointerType === "touch") fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [one, other] = [...fingers.current.values()];
    if (one !== undefined && other !== undefined) {
      spread.current = Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
      dragged.current = true;
      setDrag(null);
    } else if (event.button === 0) setDrag({ x: event.clientX, y: event.clientY, dx: 0, dy: 0 });
  };
  const onPointerCancel = () => {
    fingers.current.clear();
    setPinch(null);
    setDrag(null);
  };
  const onPointerUp = (event: PointerEvent<SVGSVGElement>) => {
    fingers.current.delete(event.pointerId);
    if (pinch !== null) {
      onView(view, false);
      setPinch(null);
      return;
    }
    if (drag !== null && dragged.current) onView(view, false);
    setDrag(null);
  };
  return (
    <div className="map-frame">
      <div className="map-sea" ref={frame} onPointerLeave={() => onActive(null)}>
        <svg
          className={drag !== null && dragged.current ? "world moving" : "world"}
          viewBox={`${left} ${top} ${view.width} ${view.width / aspect}`}
          role="group"
          aria-label="Map of the parks. The list beside it holds the same parks; arrow keys move the map, plus and minus scale it."
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={onPointerCancel}
          onClickCapture={(event) => {
            if (!dragged.current) return;
            // The end of a drag is no click on what lies under it.
            dragged.current = false;
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          <defs>
            <pattern id="map-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path className="map-hatch" d="M0 0V5" />
            </pattern>
          </defs>
          <SeaCreatures />
          {patches.map((path, index) => (
            <path key={index} className={`land land-${index + 1}`} d={path} />
          ))}
          {inView.map((group) => (
            <Mark
              key={group.members.map((place) => place.id).join("-")}
              cluster={group}
              scale={scale}
              isActive={group === shown}
              hasName={named?.has(group) ?? false}
              address={addressOf(group.members[0]!)}
              onActive={onActive}
              onOpen={() => open(group)}
            />
          ))}
        </svg>
        <Distance view={view} scale={scale} />
        {shown && (
          <Tip
            cluster={shown}
            x={(shown.x - left) * scale}
            y={(shown.y - top) * scale}
            width={size.width}
            addressOf={has(pinned) === undefined ? null : addressOf}
          />
        )}
      </div>
      <div className="map-tools" role="group" aria-label="Scale of the map">
        <button type="button" onClick={() => zoom(STEP)} disabled={view.width <= CLOSEST}>
          <span aria-hidden="true">+</span>
          <span className="visually-hidden">Closer</span>
        </button>
        <button type="button" onClick={() => zoom(1 / STEP)}>
          <span aria-hidden="true">−</span>
          <span className="visually-hidden">Further away</span>
        </button>
        <button type="button" onClick={() => onView(null, true)}>
          Whole view
        </button>
      </div>
    </div>
  );
}

/** A line of a round length, at the latitude of the map's middle. */
function Distance({ view, scale }: { view: View; scale: number }) {
  const { km, length } = roundDistance(view, DISTANCE_PIXELS / scale);
  return (
    <span className="map-distance" style={{ width: length * scale }}>
      {number(km, km < 1 ? 1 : 0, "km")}
    </span>
  );
}

/**
 * Turns of the wheel with Ctrl or Cmd held, which is also what a trackpad says of two fingers: an answer per some of them. The plain wheel
 * goes on scrolling the page.
 */
function useWheel(ref: RefObject<HTMLElement | null>, onTurn: (turned: number, at: Point) => void) {
  const latest = useRef(onTurn);
  useEffect(() => {
    latest.current = onTurn;
  });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    let turned = 0;
    let timer: number | undefined;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      turned += event.deltaY;
      const at = { x: event.clientX, y: event.clientY };
      timer ??= window.setTimeout(() => {
        timer = undefined;
        latest.current(turned, at);
        turned = 0;
      }, WHEEL_MS);
    };
    // React listens passively, and a passive listener cannot keep the browser from scaling the page.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      window.clearTimeout(timer);
      element.removeEventListener("wheel", onWheel);
    };
  }, [ref]);
}

/** The size of an element in pixels, kept up to date. */
function useSize() {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 800, height: 450 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size] as const;
}

/** The outlines of the land: a chunk of their own. Without them the marks still stand. */
function usePatches(): readonly string[] {
  const [patches, setPatches] = useState<readonly string[]>([]);
  useEffect(() => {
    let isThere = true;
    import("./land.json").then(
      (land) => isThere && setPatches(land.default.patches),
      () => undefined,
    );
    return () => {
      isThere = false;
    };
  }, []);
  return patches;
}
