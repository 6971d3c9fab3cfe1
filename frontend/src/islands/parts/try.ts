/**
 * A form that asks an endpoint of the API: the answer stands below it instead of in a page of its own.
 * `data-in-path` fills the address.
 */
import type { Mount } from "../mount";

const MOST_SHOWN = 20_000;

const mount: Mount = (view, host) => {
  if (!(host instanceof HTMLFormElement)) throw new Error("it is no form");
  const path = host.getAttribute("action") ?? "";
  host.addEventListener("submit", event => {
    event.preventDefault();
    void ask(view, addressOf(host, path));
  });
};
export default mount;

/** What the form asks for: values in the path in place of those of the example, empty fields left out. */
function addressOf(form: HTMLFormElement, path: string): string {
  const example = form.closest(".endpoint")?.querySelector("summary code:last-of-type")?.textContent ?? "";
  const names = example.split("/");
  const given = new Map(
    [...form.querySelectorAll<HTMLInputElement>("[data-in-path]")].map(field => [
      `{${field.dataset["inPath"]}}`,
      field.value.trim(),
    ]),
  );
  const parts = path.split("/").map((part, at) => {
    const [name] = /\{\w+\}/.exec(names[at] ?? "") ?? [];
    const value = name === undefined ? "" : given.get(name);
    return value ? (names[at] ?? "").replace(name ?? "", encodeURIComponent(value)) : part;
  });
  const query = new URLSearchParams(
    [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : [],
    ),
  );
  return parts.join("/") + (query.size > 0 ? `?${query}` : "");
}

async function ask(view: HTMLElement, address: string): Promise<void> {
  const status = document.createElement("p");
  status.className = "small";
  status.setAttribute("role", "status");
  status.textContent = `Asking ${address}…`;
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  view.replaceChildren(status);
  view.ariaBusy = "true";
  try {
    const since = performance.now();
    const answer = await fetch(address);
    const text = await answer.text();
    const took = Math.round(performance.now() - since);
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
    const whole = isJson ? JSON.stringify(JSON.parse(text), null, 1) : text;
    shown.textContent = whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}\n…` : whole;
    status.textContent = `${answer.status} ${answer.statusText} in ${took} ms, ${text.length.toLocaleString()} characters: ${address}`;
    view.append(shown);
  } catch (problem) {
    console.warn("The request failed:", problem);
    status.textContent = `The server could not be reached for ${address}.`;
  }
  view.ariaBusy = null;
}
