/** Takes over the served page once the chunk of its view is there, so that nothing flashes. */
import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { keepSeed, plantSeed, whenIdle } from "./api/client";
import { App } from "./app/App";
import { Located } from "./app/location";
import { findRoute } from "./app/routes";
import { holdServed, servedAt } from "./app/served";
import { holdSections } from "./components/ServedSection";
import { startTheme } from "./app/theme";

/** One stylesheet for all pages: the served pages link it too. */
import.meta.glob("./styles/*.css", { eager: true });

startTheme();

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) return;
  plantSeed(document);
  holdServed();
  holdSections(document, window.location.pathname + window.location.search);
  // If the chunk cannot be fetched, the served page stays as it is: readable.
  if (servedAt(window.location.pathname, window.location.search) === null) await findRoute(window.location.pathname)?.route.load();
  createRoot(root).render(
    <Located>
      <App />
    </Located>,
  );
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    whenIdle(() => {
      Promise.all([navigator.serviceWorker.register("/sw.js"), keepSeed(document)]).catch((error: unknown) => {
        // The pages work without it; only the last view is not kept for offline use.
        console.warn("The service worker could not be registered:", error);
      });
    });
  }
}

void start();
