import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useFreshness } from "../api/client";
import { Logo } from "../art/Logo";
import { NAVIGATION } from "../api/words";
import { RelativeTime } from "../components";
import { listenForSearchKeys } from "../lib/searchKeys";
import { currentTheme, nextTheme, setTheme, switchWords, THEME_SIGNS, watchTheme } from "../lib/theme";
import { preloadPage } from "./routes";


const SearchPalette = lazy(() => import("./SearchPalette"));

/** What surrounds every page: skip link, header with navigation and search, notices, footer. */
export function Shell({ path, children }: { path: string; children: ReactNode }) {
  const [isSearching, setSearching] = useState(false);
  const [, navigate] = useLocation();
  useEffect(() => listenForSearchKeys(() => setSearching(true)), []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Header path={path} onSearch={() => setSearching(true)} />
      <OfflineNotice />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer />
      {isSearching && (
        <Suspense fallback={null}>
          <SearchPalette onClose={() => setSearching(false)} onGo={(path) => navigate(path)} />
        </Suspense>
      )}
    </>
  );
}

function Header({ path, onSearch }: { path: string; onSearch: () => void }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <header className="masthead">
      <div className="masthead-row">
      <Link className="brand" href="/">
        <Logo />
        <span>
          Theme Park <b>Hall of Shame</b>
        </span>
      </Link>
      <div className="tools">
        <button type="button" className="tool search-button" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K /">
          <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <circle cx="8.5" cy="8.5" r="5.5" />
            <path d="M12.5 12.5 18 18" />
          </svg>
          <span>Search</span>
          <kbd aria-hidden="true">Ctrl K</kbd>
        </button>
        <ThemeSwitch />
        <button
          type="button"
          className="tool menu-button"
          aria-expanded={isOpen}
          aria-controls="site-nav"
          onClick={() => setOpen(!isOpen)}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d={isOpen ? "M4 4l12 12M16 4 4 16" : "M2 5h16M2 10h16M2 15h16"} />
          </svg>
          <span>Menu</span>
        </button>
      </div>
      </div>
      <nav id="site-nav" className={isOpen ? "site-nav open" : "site-nav"} aria-label="Site">
        <ul>
          {NAVIGATION.map(({ path: href, label: words }) => (
            <li key={href}>
              <Link
                href={href}
                aria-current={path === href ? "page" : undefined}
                onPointerEnter={() => preloadPage(href)}
                onFocus={() => preloadPage(href)}
                onClick={() => setOpen(false)}
              >
                {words}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

function ThemeSwitch() {
  const theme = useSyncExternalStore(watchTheme, currentTheme);
  const next = nextTheme();
  const words = switchWords(theme, next);
  return (
    <button type="button" className="tool theme-button" title={words} aria-label={words} onClick={() => setTheme(next)}>
      <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false" className={`theme-${theme}`}>
        <path d={THEME_SIGNS[theme]} fillRule="evenodd" />
      </svg>
    </button>
  );
}

function OfflineNotice() {
  const [isOffline, setOffline] = useState(!navigator.onLine);
  const { asOf, isKept } = useFreshness();
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  if (!isOffline && !isKept) return null;
  return (
    <div className="page">
      <p className="notice offline" role="status">
        {isOffline ? "You are offline." : "The server cannot be reached."} What you see was kept from your last visit
        {asOf && (
          <>
            : data of <RelativeTime iso={asOf} />
          </>
        )}
        .
      </p>
    </div>
  );
}

function Footer() {
  const { asOf } = useFreshness();
  return (
    <footer className="foot">
      <div className="page">
        <p className="sources">
          <a href="https://queue-times.com/">Powered by Queue-Times.com</a> ·{" "}
          <a href="https://themeparks.wiki/">Data provided by ThemeParks.wiki</a>
        </p>
        <p>
          {asOf === undefined ? null : asOf === null ? (
            "No data has been collected yet"
          ) : (
            <>
              Latest data: <RelativeTime iso={asOf} />
            </>
          )}
        </p>
        <p className="small">
          An independent project. Not connected with any park, operator or source named here.{" "}
          <Link href="/data">Data and methods</Link> · <a href="/api/docs">API</a>
        </p>
      </div>
    </footer>
  );
}
