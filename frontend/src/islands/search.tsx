/** The search palette, opened from the masthead or by its keys. */
import { createRoot } from "preact/compat/client";
import SearchPalette from "./SearchPalette";

let isOpen = false;

export function openSearch(): void {
  if (isOpen) return;
  isOpen = true;
  const place = document.createElement("div");
  document.body.append(place);
  const root = createRoot(place);
  const close = () => {
    isOpen = false;
    root.unmount();
    place.remove();
  };
  root.render(<SearchPalette onClose={close} onGo={path => location.assign(path)} />);
}
