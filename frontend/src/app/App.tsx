import { Component, lazy, Suspense, use, useEffect, useRef, type ReactNode } from "react";
import { QueryClientProvider } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ApiError, queryClient, UNREACHABLE } from "../api/client";
import { Failure, Skeleton, useSeenViews } from "../components";
import type { PageProps } from "../pages/props";
import { depthHere } from "./location";
import { findRoute, type Route } from "./routes";
import { Shell } from "./Shell";

const NotFound = lazy(() => import("../pages/NotFoundPage"));

/** The whole site. */
export function App() {
  const [path] = useLocation();
  const found = findRoute(path);
  useFocusOnNewPage(path);
  useSeenViews();
  return (
    <QueryClientProvider client={queryClient}>
      <Shell path={path}>
        <ErrorBoundary key={path}>
          <Suspense fallback={<Waiting />}>
            {found === null ? isKept ? <Unkept /> : <NotFound path={path} /> : <LoadedPage route={found.route} params={found.params} />}
          </Suspense>
        </ErrorBoundary>
      </Shell>
    </QueryClientProvider>
  );
}

function LoadedPage({ route, params }: { route: Route } & PageProps) {
  const Page = route.page ?? use(route.load());
  return <Page params={params} />;
}

/** Shown without a network, from another page that was kept: this one was not. */
const isKept = document.documentElement.dataset["kept"] !== undefined;

function Unkept() {
  return (
    <div className="page">
      <Failure error={new ApiError(0, "unreachable", UNREACHABLE)} retry={() => window.location.reload()} />
    </div>
  );
}

function Waiting() {
  return (
    <div className="page waiting">
      <Skeleton rows={10} />
    </div>
  );
}

/** After a link was followed, reading starts at the top of the new page; after going back, where it was left. */
function useFocusOnNewPage(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById("main")?.focus({ preventScroll: true });
    return scrollDown(depthHere());
  }, [path]);
}

/** Scroll to a depth as soon as the page is long enough for it; gives up after a second, or when stopped. */
function scrollDown(depth: number | undefined): (() => void) | undefined {
  if (depth === undefined) return undefined;
  let frame = 0;
  let left = 60;
  const ended = new AbortController();
  const stop = () => {
    cancelAnimationFrame(frame);
    ended.abort();
  };
  for (const event of ["wheel", "touchstart", "keydown"]) window.addEventListener(event, stop, { passive: true, signal: ended.signal });
  const scroll = () => {
    window.scrollTo(0, depth);
    left -= 1;
    if (window.scrollY < depth - 1 && left > 0) frame = requestAnimationFrame(scroll);
    else stop();
  };
  scroll();
  return stop;
}

interface BoundaryState {
  problem: Error | null;
}

/** Keeps a fault of one page from taking the site with it; says what happened and what to do. */
class ErrorBoundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { problem: null };

  static getDerivedStateFromError(problem: Error): BoundaryState {
    return { problem };
  }

  override render() {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    // A chunk that cannot be fetched: a new version was published, or the network is away.
    const isChunk = /import|module|fetch/i.test(problem.message);
    const error = new ApiError(
      0,
      isChunk ? "unreachable" : "page_fault",
      isChunk
        ? "this page could not be loaded; you may be offline, or a new version was published"
        : `the page stumbled over its own feet (${problem.message}); the figures are not affected`,
    );
    return (
      <div className="page">
        <Failure error={error} retry={() => window.location.reload()} />
      </div>
    );
  }
}
