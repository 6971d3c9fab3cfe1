import { describe, expect, it } from "vitest";
import { keyOfMatch, readAgainst, readSelection, unknownOf, withAdded, without, writeSelection } from "./selection";

describe("the selection", () => {
  it("is what the address says, each once and six at most", () => {
    expect(readSelection({ parks: "epcot, gardaland,epcot,," })).toEqual({ kind: "parks", chosen: ["epcot", "gardaland"] });
    expect(readSelection({ rides: "1,2,3,4,5,6,7" }).chosen).toHaveLength(6);
    expect(readSelection({})).toEqual({ kind: "parks", chosen: [] });
  });

  it("comes back from the address it was written to", () => {
    for (const selection of [readSelection({ rides: "4,9" }), readSelection({ parks: "epcot" }), readSelection({ kind: "rides" })]) {
      const written = Object.entries(writeSelection(selection)).filter((entry): entry is [string, string] => entry[1] !== null);
      expect(readSelection(Object.fromEntries(written))).toEqual(selection);
    }
  });

  it("grows to six and shrinks to none", () => {
    const full = ["1", "2", "3", "4", "5", "6", "7"].reduce(withAdded, readSelection({ kind: "rides" }));
    expect(full.chosen).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(withAdded(full, "2")).toBe(full);
    expect(full.chosen.reduce(without, full).chosen).toEqual([]);
  });

  it("compares with nothing unless asked", () => {
    expect(readAgainst(undefined)).toBe("none");
    expect(readAgainst("last_year")).toBe("last_year");
    expect(readAgainst("tomorrow")).toBe("none");
  });

  it("knows which name nothing is called by, and what may take its place", () => {
    const index = { parks: [{ park_id: 3, name: "Efteling", slug: "efteling", operator: null, country: null }], rides: [] };
    expect(unknownOf(readSelection({ parks: "efteling,3,eftelig" }), index)).toEqual(["eftelig"]);
    expect(keyOfMatch({ path: "/parks/efteling" })).toBe("efteling");
    expect(keyOfMatch({ path: "/rides/12-baron-1898" })).toBe("12");
    expect(keyOfMatch({})).toBeNull();
  });
});
