/**
 * Where the visitor is. Pages follow the address at a low priority: a click is answered first, then the page
 * is drawn anew, in pieces that leave room for the next click.
 */
import { createContext, startTransition, use, useEffect, useState, type ReactNode } from "react";
import { Router } from "wouter";
import { navigate } from "wouter/use-browser-location";

interface Place {
  path: string;
  search: string;
}

const here = (): Place => ({ path: window.location.pathname, search: window.location.search });
const Current = createContext<Place>({ path: "/", search: "" });
const EVENTS = ["popstate", "pushState", "replaceState", "hashchange"] as const;

const useCurrentPath = (): [string, typeof navigate] => [use(Current).path, navigate];
const useCurrentSearch = (): string => use(Current).search;

/** Everything inside knows its address through wouter's hooks. */
export function Located({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const turn = () => {
      startTransition(() => {
        setPlace((before) => {
          const now = here();
          return now.path === before.path && now.search === before.search ? before : now;
        });
      });
    };
    // First the frame in which the control shows that it was heard, then the work.
    const follow = () => {
      if (document.hidden) turn();
      else requestAnimationFrame(() => setTimeout(turn));
    };
    for (const event of EVENTS) window.addEventListener(event, follow);
    turn();
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
