/**
 * What a page that the server draws loads: the controls of the frame, a few manners, and the islands of the page as they come
 * near the view. No framework; a page without islands needs nothing more.
 */
import { startWorker } from "../lib/worker";
import { startForms } from "./forms";
import { startFrame } from "./frame";
import { startLanding } from "./landing";
import { startManners } from "./manners";
import { watchIslands } from "./mount";
import { startPrefetch } from "./prefetch";

startFrame();
startForms();
startManners();
startPrefetch();
watchIslands(document);

const main = document.getElementById("main");
if (main !== null) startLanding(main);
if (main?.dataset["refresh"] !== undefined) {
  import("./refresh").then(
    ({ startRefresh }) => startRefresh(main),
    (problem: unknown) => console.warn("This page does not refresh itself:", problem),
  );
}
// An administrator's pages are kept nowhere.
if (!/^\/admin(\/|$)/.test(location.pathname)) startWorker();
document.documentElement.dataset["booted"] = "";
