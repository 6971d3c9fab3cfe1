/**
 * A reading cursor over a chart that the server drew: one stop of the tab key, arrows to go from value to value, the same by pointer.
 * The host holds an `svg.series-chart` whose places are groups with a title and an area to point at. `data-title`: what it shows.
 */
import type { Mount } from "../mount";
import { attribute } from "../table";

interface Place {
  words: string;
  /** In units of the drawing. */
  x: number;
  width: number;
}

const mount: Mount = (view, host) => {
  const svg = host.querySelector<SVGSVGElement>("svg.series-chart");
  if (svg === null) throw new Error("there is no chart to read");
  const places = placesOf(svg);
  if (places.length === 0) return;
  view.classList.add("plot");
  view.append(svg);
  const cursor = document.createElement("div");
  cursor.className = "plot-cursor";
  cursor.tabIndex = 0;
  cursor.role = "slider";
  cursor.ariaLabel = `${attribute(host, "title")}, value by value`;
  cursor.ariaValueMin = "1";
  cursor.ariaValueMax = String(places.length);
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  mark.setAttribute("class", "plot-active");
  const bubble = document.createElement("div");
  bubble.ariaHidden = "true";
  view.append(cursor);

  let at = 0;
  const stand = (next: number) => {
    at = Math.max(0, Math.min(places.length - 1, next));
    cursor.ariaValueNow = String(at + 1);
    cursor.ariaValueText = places[at]?.words ?? "";
  };
  const show = () => {
    const place = places[at];
    if (place === undefined) return;
    const { width, height } = svg.viewBox.baseVal;
    const scale = svg.clientWidth / width;
    for (const [name, value] of Object.entries({
      x: place.x,
      y: 26,
      width: Math.max(place.width, 2),
      height: height - 50,
      rx: 3,
    }))
      mark.setAttribute(name, String(value));
    svg.append(mark);
    const isLeft = place.x + place.width / 2 < width / 2;
    bubble.className = `bubble ${isLeft ? "beside-right" : "beside-left"}`;
    bubble.style.left = `${(isLeft ? place.x + place.width : place.x) * scale}px`;
    bubble.style.top = `${26 * scale}px`;
    const [when = "", what = ""] = place.words.split(/:\s(.*)/s);
    const title = document.createElement("b");
    title.textContent = when;
    const said = document.createElement("span");
    said.textContent = what;
    bubble.replaceChildren(title, said);
    view.append(bubble);
  };
  const hide = () => {
    mark.remove();
    bubble.remove();
  };
  cursor.addEventListener("keydown", event => {
    const to = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      Home: 0,
      End: places.length - 1,
    }[event.key];
    if (event.key === "Escape") hide();
    else if (to === undefined) return;
    else {
      stand(to);
      show();
    }
    event.preventDefault();
  });
  const point = (event: PointerEvent) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const away = places.map(place => Math.abs(place.x + place.width / 2 - x));
    stand(away.indexOf(Math.min(...away)));
    show();
  };
  cursor.addEventListener("pointermove", point);
  cursor.addEventListener("pointerdown", point);
  cursor.addEventListener("pointerleave", event => event.pointerType === "mouse" && hide());
  cursor.addEventListener("focus", () => cursor.matches(":focus-visible") && show());
  cursor.addEventListener("blur", hide);
  stand(0);
};
export default mount;

function placesOf(svg: SVGSVGElement): Place[] {
  return [...svg.querySelectorAll(":scope > g")].flatMap(group => {
    const words = group.querySelector(":scope > title")?.textContent;
    const area = group.querySelector(":scope > :is(.reach, .missing)");
    if (!words || area === null) return [];
    return [{ words, x: Number(area.getAttribute("x")), width: Number(area.getAttribute("width")) }];
  });
}
