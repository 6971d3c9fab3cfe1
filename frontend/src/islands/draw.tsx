/** Drawing components into an island's place. Only islands that draw with components load this, and with it the library. */
import type { ReactNode } from "preact/compat";
import { createRoot } from "preact/compat/client";

/** Draw into the place; what is given back draws something else there. */
export function draw(view: HTMLElement, drawn: ReactNode): (drawn: ReactNode) => void {
  const root = createRoot(view);
  root.render(drawn);
  return next => root.render(next);
}
