/** Ctrl/Cmd-K anywhere, "/" outside of fields. What is given back ends it. */
export function listenForSearchKeys(open: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    const isShortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const field = event.target instanceof Element && event.target.closest("input, select, textarea, [contenteditable]");
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !field;
    if (!isShortcut && !isSlash) return;
    event.preventDefault();
    open();
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}
