/** Takes over the served page once the chunk of its view is there, so that nothing flashes. */
import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { keepSeed, plantSeed } from "./api/client";
import { App } from "./app/App";
import { Located } from "./app/location";
import { findRoute } from "./app/routes";
import { holdSections } from "./components/ServedSection";
import { startTheme } from "./lib/theme";
import { startWorker, whenIdle } from "./lib/worker";

/** One stylesheet for all pages: the served pages link it too. */
import.meta.glob("./styles/*.css", { eager: true });

startTheme();

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) return;
  plantSeed(document);
  holdSections(document, window.location.pathname + window.location.search);
  // If the chunk cannot be fetched, the served page stays as it is: readable.
  await findRoute(window.location.pathname)?.route.load();
  createRoot(root).render(
    <Located>
      <App />
    </Located>,
  );
  document.documentElement.dataset["booted"] = "";
  startWorker();
  if (import.meta.env.PROD && "caches" in window) {
    whenIdle(() => keepSeed(document).catch((problem: unknown) => console.warn("This view could not be kept for offline use:", problem)));
  }
}

void start();
