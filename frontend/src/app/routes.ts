/** The pages and their addresses. Each page is a chunk of its own, fetched when it is needed or pointed at. */
import type { ComponentType } from "react";
import { matchRoute } from "wouter";
import { parse } from "regexparam";
import type { PageProps } from "../pages/props";

export interface Route {
  pattern: string;
  load: () => Promise<ComponentType<PageProps>>;
  /** The page once it is there. */
  page?: ComponentType<PageProps>;
}

type PageModule = { default: ComponentType<PageProps> };

export function route(pattern: string, load: () => Promise<PageModule>): Route {
  let pending: Promise<ComponentType<PageProps>> | undefined;
  const made: Route = {
    pattern,
    load: () => {
      pending ??= load().then(
        (module) => (made.page = module.default),
        (problem: unknown) => {
          pending = undefined;
          throw problem;
        },
      );
      return pending;
    },
  };
  return made;
}

export const ROUTES: readonly Route[] = [
];

/** The page at a path and the parts of the path, or null. */
export function findRoute(path: string): { route: Route; params: PageProps["params"] } | null {
  for (const candidate of ROUTES) {
    const [matches, params] = matchRoute(parse, candidate.pattern, path);
    if (matches) return { route: candidate, params };
  }
  return null;
}

/** Fetch the page's chunk ahead; a failure shows when the page is opened. */
export function preloadPage(address: string): void {
  findRoute(new URL(address, window.location.href).pathname)
    ?.route.load()
    .catch(() => undefined);
}
