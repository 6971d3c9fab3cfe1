/** Notices above the page, one line each, and words that only screen readers hear. */

/** Show a line under a name; null takes it away. */
export function say(name: string, words: string | null): void {
  const place = document.getElementById("notices");
  if (place === null) return;
  const found = place.querySelector<HTMLElement>(`[data-notice="${name}"]`);
  if (words === null) {
    found?.remove();
    return;
  }
  const line = found ?? document.createElement("p");
  if (line.textContent === words) return;
  line.className = `notice ${name === "kept" ? "offline" : name}`;
  line.dataset["notice"] = name;
  line.setAttribute("role", "status");
  line.textContent = words;
  if (found === null) place.append(line);
}

/** Tell screen readers politely what changed. */
export function announce(words: string): void {
  const place = document.getElementById("announced");
  if (place !== null) place.textContent = words;
}
