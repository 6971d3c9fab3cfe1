/**
 * The map as the server drew it, moved and scaled (d3-zoom). Marks keep their size, and merge and part as the server says: `data-apart`
 * is how far from the more shameful park `data-into` a mark must be seen to stand alone. The view is kept in the address.
 *
 * `data-near`: how near marks may come, in pixels; `data-closest`: the narrowest view, in units of the map.
 */
import { select } from "d3-selection";
import "d3-transition";
import { zoom, zoomIdentity, zoomTransform } from "d3-zoom";
import { BOTTOM, roundDistance, TOP, viewText, WIDTH } from "../geography";
import type { Mount } from "../mount";
import { attribute } from "../table";

const STEP = 1.8;
const PAN_PIXELS = 90;
/** With so few marks in view, those with room for it show their names. */
const NAMED = 24;
const LETTER_PIXELS = 7.2;
const LINE_PIXELS = 17;
const DISC_PIXELS = 15;
const DISTANCE_PIXELS = 110;
const CLICK_PIXELS = 4;
const MOVE_MS = 200;
/** Some room around what is looked at, and how many times that much there may be. */
const MARGIN = 1.35;
const ROOM = 2.2;
/** What turns of the wheel scale, as powers of two; two fingers on a trackpad turn it in small steps. */
const WHEEL_STEPS = [0.006, 0.05, 1];

interface Mark {
  link: SVGAElement;
  id: string;
  name: string;
  x: number;
  y: number;
  into: string | undefined;
  apart: number;
  members: Mark[];
}

interface Box {
  x: number;
  y: number;
  width: number;
}

const mount: Mount = (view, host) => {
  const sea = host.querySelector<HTMLElement>(".map-sea");
  const svg = sea?.querySelector<SVGSVGElement>("svg.world");
  if (!sea || !svg) throw new Error("the map has no drawing");
  const near = Number(attribute(host, "near"));
  const distance = document.createElement("span");
  distance.className = "map-distance";
  distance.ariaHidden = "true";
  const tip = document.createElement("div");
  tip.className = "map-tip";
  tip.hidden = true;
  sea.append(view);
  view.append(distance, tip);
  let marks = readMarks(svg);
  let isShown = false;
  let isWhole = !new URLSearchParams(location.search).has("view");

  const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_MS;
  const behaviour = zoom<HTMLElement, unknown>()
    .translateExtent([
      [0, TOP],
      [WIDTH, BOTTOM],
    ])
    .clickDistance(CLICK_PIXELS)
    .duration(duration)
    .wheelDelta(({ deltaY, deltaMode }: WheelEvent) => -deltaY * (WHEEL_STEPS[deltaMode] ?? 1))
    // One finger and the plain wheel go on scrolling the page.
    .filter((event: Event) => {
      if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey;
      if ("touches" in event) return (event as TouchEvent).touches.length > 1;
      return !(event as MouseEvent).ctrlKey && (event as MouseEvent).button === 0;
    })
    .on("start", () => {
      tip.hidden = true;
      svg.classList.add("moving");
    })
    .on("zoom", () => draw())
    .on("end", (event: { sourceEvent: unknown }) => {
      svg.classList.remove("moving");
      if (event.sourceEvent) isWhole = false;
      if (isShown) keep();
    });
  const chosen = select<HTMLElement, unknown>(sea);

  const boxNow = (): Box => {
    const { k, x, y } = zoomTransform(sea);
    return { x: (sea.clientWidth / 2 - x) / k, y: (sea.clientHeight / 2 - y) / k, width: sea.clientWidth / k };
  };
  const transformOf = ({ x, y, width }: Box) => {
    const k = sea.clientWidth / width;
    return zoomIdentity.translate(sea.clientWidth / 2 - x * k, sea.clientHeight / 2 - y * k).scale(k);
  };
  const show = (box: Box, isAtOnce = false) => {
    if (isAtOnce) chosen.call(behaviour.transform, transformOf(box));
    else chosen.transition().duration(duration).call(behaviour.transform, transformOf(box));
  };

  function draw(): void {
    if (!sea || !svg) return;
    const { k, x, y } = zoomTransform(sea);
    const [width, height] = [sea.clientWidth, sea.clientHeight];
    svg.setAttribute("viewBox", `${-x / k} ${-y / k} ${width / k} ${height / k}`);
    group(marks, near / k);
    const named = namesOf(marks, k, { left: -x / k, right: (width - x) / k, top: -y / k, bottom: (height - y) / k });
    for (const mark of marks) {
      const { link, members } = mark;
      link.setAttribute("transform", `translate(${mark.x} ${mark.y}) scale(${1 / k})`);
      link.classList.toggle("merged", members.length === 0);
      link.classList.toggle("several", members.length > 1);
      link.classList.toggle("named", named.has(mark));
      link.setAttribute("href", link.dataset["href"] ?? "");
      const count = link.querySelector(".mark-more text");
      if (count !== null) count.textContent = members.length > 1 ? String(members.length) : "";
    }
    const line = roundDistance(boxNow().y, DISTANCE_PIXELS / k);
    distance.textContent = `${line.km} km`;
    distance.style.width = `${line.length * k}px`;
  }

  /** The view in the address, and in the links and forms that lead to the map in another state. */
  function keep(): void {
    const { x, y, width } = boxNow();
    const text = isWhole ? null : viewText(x, y, width);
    history.replaceState(history.state, "", withView(location.href, text));
    for (const link of document.querySelectorAll<HTMLAnchorElement>("main .periods:not(.regions) a[href]")) {
      link.href = withView(link.href, text);
    }
  }

  function open(mark: Mark): void {
    const box = around(mark.members, sea!.clientWidth / sea!.clientHeight);
    const now = boxNow().width;
    const wide = Math.max(box.width, Math.min(ROOM * box.width, now / STEP), Number(attribute(host, "closest")));
    if (wide < now * 0.95) {
      isWhole = false;
      show({ ...box, width: wide });
      return;
    }
    // No look takes apart what stands at one place: choose from its members.
    const { k, x, y } = zoomTransform(sea!);
    tip.replaceChildren(
      ...mark.members.map(({ link, name }) => {
        const line = document.createElement("p");
        const leads = document.createElement("a");
        leads.href = link.dataset["href"] ?? "";
        leads.textContent = name;
        line.append(leads);
        return line;
      }),
    );
    tip.style.left = `${Math.max(4, Math.min(x + mark.x * k - 115, sea!.clientWidth - 234))}px`;
    tip.style.top = `${y + mark.y * k}px`;
    tip.hidden = false;
    tip.querySelector("a")?.focus({ preventScroll: true });
  }

  svg.addEventListener("click", event => {
    const link = event.target instanceof Element ? event.target.closest<SVGAElement>("a.mark.several") : null;
    const mark = marks.find(one => one.link === link);
    if (mark === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(mark);
  });
  svg.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = PAN_PIXELS / zoomTransform(sea).k;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => chosen.call(behaviour.translateBy, pan, 0),
      ArrowRight: () => chosen.call(behaviour.translateBy, -pan, 0),
      ArrowUp: () => chosen.call(behaviour.translateBy, 0, pan),
      ArrowDown: () => chosen.call(behaviour.translateBy, 0, -pan),
      "+": () => chosen.call(behaviour.scaleBy, STEP),
      "=": () => chosen.call(behaviour.scaleBy, STEP),
      "-": () => chosen.call(behaviour.scaleBy, 1 / STEP),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    isWhole = false;
    move();
  });
  host.closest("main")?.addEventListener("click", event => {
    const link =
      event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-zoom], a[data-box]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { zoom: factor, box } = link.dataset;
    isWhole = link.closest(".map-tools") !== null && box !== undefined;
    if (factor !== undefined) chosen.transition().duration(duration).call(behaviour.scaleBy, Number(factor));
    if (box !== undefined) show(boxOf(box));
    if (link.closest(".map-tools") !== null) return;
    host.scrollIntoView({ block: "nearest" });
    svg.focus({ preventScroll: true });
  });

  let seen = boxOf(svg.getAttribute("viewBox") ?? "");
  const fit = () => {
    const widest = Math.min(sea.clientWidth / WIDTH, sea.clientHeight / (BOTTOM - TOP));
    behaviour.scaleExtent([widest, sea.clientWidth / Number(attribute(host, "closest"))]);
    behaviour.extent([
      [0, 0],
      [sea.clientWidth, sea.clientHeight],
    ]);
    show(seen, true);
  };
  svg.tabIndex = 0;
  svg.setAttribute("aria-label", `${svg.getAttribute("aria-label")} Arrow keys move it, plus and minus scale it.`);
  svg.classList.add("live");
  chosen.call(behaviour);
  fit();
  isShown = true;
  let width = sea.clientWidth;
  new ResizeObserver(() => {
    if (sea.clientWidth === width || sea.clientWidth === 0) return;
    width = sea.clientWidth;
    fit();
  }).observe(sea);
  behaviour.on("zoom.seen", () => (seen = boxNow()));
  return () => {
    marks = readMarks(svg);
    svg.tabIndex = 0;
    svg.classList.add("live");
    draw();
  };
};
export default mount;

function readMarks(svg: SVGSVGElement): Mark[] {
  return [...svg.querySelectorAll<SVGAElement>("a.mark")].map(link => ({
    link,
    id: link.dataset["park"] ?? "",
    name: link.querySelector(".mark-name")?.textContent ?? "",
    x: Number(link.dataset["x"]),
    y: Number(link.dataset["y"]),
    into: link.dataset["into"],
    apart: Number(link.dataset["apart"] ?? Infinity),
    members: [],
  }));
}

/** Gives each mark that is seen by itself its members; the others have none. */
function group(marks: readonly Mark[], near: number): void {
  const byId = new Map(marks.map(mark => [mark.id, mark]));
  const leaderOf = (mark: Mark): Mark => {
    const into = mark.apart < near && mark.into !== undefined ? byId.get(mark.into) : undefined;
    return into === undefined ? mark : leaderOf(into);
  };
  for (const mark of marks) mark.members = [];
  for (const mark of marks) leaderOf(mark).members.push(mark);
}

/** The marks whose names have room below them. Marks come in the order of drawing: the last lies on top, and chooses first. */
function namesOf(
  marks: readonly Mark[],
  k: number,
  area: { left: number; right: number; top: number; bottom: number },
): Set<Mark> {
  const named = new Set<Mark>();
  const inView = marks.filter(
    ({ members, x, y }) => members.length > 0 && x > area.left && x < area.right && y > area.top && y < area.bottom,
  );
  if (inView.length > NAMED) return named;
  const taken: { x: number; y: number; half: number }[] = [];
  for (const mark of inView.toReversed()) {
    const label = { x: mark.x * k, y: mark.y * k + DISC_PIXELS + 8, half: (mark.name.length * LETTER_PIXELS) / 2 };
    const hitsName = taken.some(
      ({ x, y, half }) => Math.abs(x - label.x) < half + label.half && Math.abs(y - label.y) < LINE_PIXELS,
    );
    const hitsMark = inView.some(
      other =>
        other !== mark &&
        Math.abs(other.x * k - label.x) < label.half + DISC_PIXELS &&
        Math.abs(other.y * k - label.y) < DISC_PIXELS + LINE_PIXELS / 2,
    );
    if (hitsName || hitsMark || label.x - label.half < area.left * k || label.x + label.half > area.right * k) continue;
    taken.push(label);
    named.add(mark);
  }
  return named;
}

function around(marks: readonly Mark[], aspect: number): Box {
  const xs = marks.map(({ x }) => x);
  const ys = marks.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: MARGIN * Math.max(right - left, (bottom - top) * aspect),
  };
}

/** The middle and width of a `viewBox`. */
function boxOf(text: string): Box {
  const [x = 0, y = 0, width = WIDTH, height = 0] = text.split(" ").map(Number);
  return { x: x + width / 2, y: y + height / 2, width };
}

function withView(address: string, text: string | null): string {
  const url = new URL(address);
  if (text === null) url.searchParams.delete("view");
  else url.searchParams.set("view", text);
  return url.href;
}
