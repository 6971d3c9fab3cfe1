/* The kept choice of light or dark, taken up before anything is drawn. The switch: frontend/src/app/theme.ts. */
try {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Storage is closed to us: as the system has it.
}
