/* Runs before anything is drawn: takes up the kept choice of light or dark (the switch: frontend/src/lib/theme.ts)
   and lets the page's script, named by data-script, wait until the served page has been shown. */
try {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Storage is closed to us: as the system has it.
}

const { script } = document.currentScript.dataset;
if (script) {
  // What only a page without script needs is left out, as long as the script can be had.
  const page = document.documentElement;
  page.classList.add("scripted");
  const run = () =>
    import(script).catch((problem) => {
      console.error("The page's script could not be started; the page stays as it was served:", problem);
      page.classList.remove("scripted");
    });
  document.addEventListener("DOMContentLoaded", () => {
    // Folded for phones and for pages without script; where there is room, what is worth a look stands open from the first frame on.
    if (matchMedia("(min-width: 62rem)").matches) {
      for (const folded of document.querySelectorAll("details[data-wide]")) folded.open = true;
    }
    // A tab in the background draws no frame.
    if (document.hidden) run();
    else requestAnimationFrame(() => setTimeout(run));
  });
}
