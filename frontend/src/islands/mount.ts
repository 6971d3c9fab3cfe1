/** Islands: an element `data-island="name"` is enhanced by `parts/name.ts(x)` once it comes near the view. */

/** What draws anew with the figures that the page has now. */
export type Update = () => void | Promise<void>;

/**
 * An island. `view` is the place that it may draw in, beside the table; `host` is the element in the page, which has the table and
 * the island's attributes. Throws where it cannot draw: the table stays then.
 */
export type Mount = (view: HTMLElement, host: HTMLElement) => void | Update | Promise<void | Update>;

const PARTS = import.meta.glob<{ default: Mount }>("./parts/*.{ts,tsx}");
const NEAR_PIXELS = 400;

const loaders = new Map(Object.entries(PARTS).map(([file, load]) => [file.replace(/^.*\/|\.tsx?$/g, ""), load]));
const seen = new WeakSet<Element>();
const updates = new Map<HTMLElement, Update>();

const observer = new IntersectionObserver(
  entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      void mount(target as HTMLElement);
    }
  },
  { rootMargin: `${NEAR_PIXELS}px 0px` },
);

/** Mount the islands in a part of the page as they come near the view. */
export function watchIslands(root: ParentNode): void {
  for (const host of root.querySelectorAll<HTMLElement>("[data-island]")) {
    if (seen.has(host)) continue;
    seen.add(host);
    observer.observe(host);
  }
}

/** After the page changed: islands draw what it says now, and those that came with it are watched for. */
export function updateIslands(root: ParentNode): void {
  for (const [host, update] of updates) {
    if (!host.isConnected) updates.delete(host);
    else void Promise.resolve(update()).catch((problem: unknown) => fail(host, problem));
  }
  watchIslands(root);
}

async function mount(host: HTMLElement): Promise<void> {
  const view = document.createElement("div");
  view.className = "island-view";
  view.dataset["islandView"] = "";
  view.ariaBusy = "true";
  const table = host.querySelector(":scope > .island-table");
  if (table === null) host.append(view);
  else table.before(view);
  try {
    const load = loaders.get(host.dataset["island"] ?? "");
    if (load === undefined) throw new Error("there is no island of this name");
    const part = await load();
    const update = await part.default(view, host);
    if (update) updates.set(host, () => update());
    if (table !== null) addSwitch(host, view);
    host.dataset["shown"] = "island";
  } catch (problem) {
    fail(host, problem);
  }
  view.ariaBusy = null;
}

/** The table stays, and one line says so. */
function fail(host: HTMLElement, problem: unknown): void {
  console.warn(`The island “${host.dataset["island"]}” could not be drawn:`, problem);
  host.dataset["shown"] = "failed";
  const line = document.createElement("p");
  line.className = "small";
  line.setAttribute("role", "status");
  const hasTable = host.querySelector(":scope > .island-table") !== null;
  line.textContent = hasTable
    ? "The chart cannot be drawn just now. The table has the same figures."
    : "This part cannot be loaded just now.";
  host.querySelector(":scope > .island-view")?.replaceChildren(line);
}

/** A switch between the island and its table. */
function addSwitch(host: HTMLElement, view: HTMLElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet-button island-switch";
  button.dataset["islandView"] = "";
  const of = document.createElement("span");
  of.className = "visually-hidden";
  of.textContent = `: ${host.dataset["title"] ?? ""}`;
  const show = (isTable: boolean) => {
    host.dataset["shown"] = isTable ? "table" : "island";
    button.ariaPressed = String(isTable);
    button.replaceChildren(isTable ? "Show as chart" : "Show as table", of);
  };
  button.addEventListener("click", () => show(host.dataset["shown"] !== "table"));
  show(false);
  view.before(button);
}
