/** Answering first, working afterwards. */

/** Do some work after the next frame, in which a control can show that it was heard; at once in a hidden tab, which draws none. */
export function afterFrame(work: () => void): void {
  if (document.hidden) work();
  else requestAnimationFrame(() => setTimeout(work));
}
