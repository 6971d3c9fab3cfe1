/** Forms that choose what is shown: their addresses hold nothing empty, and a list that is pointed at answers at once. */

export function startForms(): void {
  document.addEventListener("formdata", event => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "get") return;
    const { formData } = event;
    putInOrder(formData);
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter(value => value !== "");
      formData.delete(name);
      for (const value of values) formData.append(name, value);
    }
  });
  // Going back shows what the address says, not what was being chosen when the page was left.
  window.addEventListener("pageshow", ({ persisted }) => {
    const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    if (!persisted && how?.type !== "back_forward") return;
    for (const form of document.forms) if (form.method === "get") form.reset();
  });
  // By keys a list is walked through: leaving the page at each step would take it from under one's hands.
  let isByKeys = false;
  document.addEventListener("keydown", () => (isByKeys = true), { capture: true, passive: true });
  document.addEventListener("pointerdown", () => (isByKeys = false), { capture: true, passive: true });
  document.addEventListener("change", event => {
    const control = event.target;
    if (isByKeys || !(control instanceof HTMLSelectElement)) return;
    if (control.form?.matches(".filters, [data-at-once]")) control.form.requestSubmit();
  });
}

/** A range of dates that was filled in from its end is the same range. */
function putInOrder(data: FormData): void {
  const [start, end] = [data.get("start"), data.get("end")];
  if (typeof start !== "string" || typeof end !== "string" || end === "" || start <= end) return;
  data.set("start", end);
  data.set("end", start);
}
