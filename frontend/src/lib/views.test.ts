import { beforeEach, describe, expect, it } from "vitest";
import { keptViews, noteView, notedViews } from "./views";

const view = (address: string, answers: string[] = []) => ({ address, title: address, answers });
const only = (...kept: string[]) => (address: string) => Promise.resolve(kept.includes(address));

beforeEach(() => localStorage.clear());

describe("the views seen of late", () => {
  it("come latest first, each once, and not without end", () => {
    for (const address of ["/", "/rides", "/"]) noteView(view(address));
    expect(notedViews().map((one) => one.address)).toEqual(["/", "/rides"]);
    for (let at = 0; at < 20; at += 1) noteView(view(`/parks/${at}`));
    expect(notedViews()).toHaveLength(12);
    expect(notedViews()[0]?.address).toBe("/parks/19");
  });

  it("are offered where the page or all of its answers are kept", async () => {
    noteView(view("/rides", ["/api/a", "/api/b"]));
    noteView(view("/waits", ["/api/a", "/api/c"]));
    noteView(view("/about"));
    noteView(view("/"));
    const kept = await keptViews(only("/", "/api/a", "/api/b"));
    expect(kept.map((one) => one.address)).toEqual(["/", "/rides"]);
  });

  it("survive a storage that holds something else", () => {
    localStorage.setItem("views", "{");
    expect(notedViews()).toEqual([]);
  });
});
