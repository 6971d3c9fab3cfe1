/** Copying a text (`data-copy`) and sharing an address (`data-share`, with `data-title`); what happened is said in the button. */

const SAID_MS = 2500;

export async function copyOrShare(button: HTMLElement): Promise<void> {
  const { copy, share, title } = button.dataset;
  const address = share === undefined ? undefined : new URL(share, location.href).href;
  try {
    if (address !== undefined && navigator.share !== undefined) {
      await navigator.share({ title: title ?? document.title, url: address });
      return;
    }
    await navigator.clipboard.writeText(copy ?? address ?? location.href);
    sayIn(button, "Copied");
  } catch (problem) {
    // Whoever closes the system's dialogue has changed their mind.
    if (problem instanceof DOMException && problem.name === "AbortError") return;
    sayIn(button, "Not copied: your browser does not allow it");
  }
}

function sayIn(button: HTMLElement, words: string): void {
  const before = button.dataset["words"] ?? button.innerHTML;
  button.dataset["words"] = before;
  button.textContent = words;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => {
    button.innerHTML = before;
  }, SAID_MS);
}
