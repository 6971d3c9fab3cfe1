/**
 * Where the visitor is. Pages follow the address at a low priority: a click is answered first, then the page
 * is drawn anew, in pieces that leave room for the next click.
 */
import { createContext, startTransition, use, useEffect, useRef, useState, type ReactNode } from "react";
import { Router } from "wouter";
import { afterFrame } from "../lib/afterFrame";
import { navigate } from "wouter/use-browser-location";
import { findRoute } from "./routes";

interface Place {
  path: string;
  search: string;
}

const here = (): Place => ({ path: window.location.pathname, search: window.location.search });
const Current = createContext<Place>({ path: "/", search: "" });
const EVENTS = ["popstate", "pushState", "replaceState", "hashchange"] as const;

/** How far down each address was read when a link left it, and whether the last turn went back to one of them. */
const depths = new Map<string, number>();
let isReturn = false;
const address = ({ path, search }: Place) => path + search;

/**
 * Where reading goes on at the page now drawn, in pixels from its top; undefined where the browser knows better.
 * The browser scrolls back before the page is drawn, and so only as far as the one before reaches.
 */
export const depthHere = (): number | undefined => (isReturn ? depths.get(address(here())) : 0);

/** While a page is awaited, the one still shown says so. */
function markBusy(isBusy: boolean): void {
  const main = document.getElementById("main");
  if (isBusy) main?.setAttribute("aria-busy", "true");
  else main?.removeAttribute("aria-busy");
}

/** Pages that the server draws are the browser's to open. */
const go: typeof navigate = (to, options) => {
  const address = new URL(to, window.location.href);
  if (findRoute(address.pathname) === null) window.location.assign(address);
  else navigate(to, options);
};

const useCurrentPath = (): [string, typeof navigate] => [use(Current).path, go];
const useCurrentSearch = (): string => use(Current).search;

/** Everything inside knows its address through wouter's hooks. */
export function Located({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState(here);
  const [answered, setAnswered] = useState(0);
  const asked = useRef(0);
  const drawn = useRef(place);
  useEffect(() => {
    drawn.current = place;
  }, [place]);
  useEffect(() => {
    if (answered === asked.current) markBusy(false);
  }, [answered]);
  useEffect(() => {
    const turn = (to: number) => {
      startTransition(() => {
        setPlace((before) => {
          const now = here();
          return address(now) === address(before) ? before : now;
        });
        setAnswered(to);
      });
    };
    // First the frame in which the control shows that it was heard, then the work.
    const follow = (event: Event) => {
      isReturn = event.type === "popstate";
      if (!isReturn) depths.set(address(drawn.current), window.scrollY);
      asked.current += 1;
      const to = asked.current;
      markBusy(true);
      afterFrame(() => turn(to));
    };
    for (const event of EVENTS) window.addEventListener(event, follow);
    turn(asked.current);
    return () => {
      for (const event of EVENTS) window.removeEventListener(event, follow);
    };
  }, []);
  return (
    <Current value={place}>
      <Router hook={useCurrentPath} searchHook={useCurrentSearch}>
        {children}
      </Router>
    </Current>
  );
}
