import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Sparkline } from "./Sparkline";

const drawn = (values: (number | null)[]) => renderToStaticMarkup(<Sparkline values={values} label="Score" top={1} />);

it("leaves days without data open", () => {
  const markup = drawn([0.1, 0.2, null, 0.4, 0.5, null, 0.3]);
  expect(markup.match(/<polyline/g)).toHaveLength(2);
  expect(markup.match(/class="spark-dot"/g)).toHaveLength(1);
});

it("draws no line where nothing is known", () => {
  expect(drawn([null, null])).toContain("no data in these days");
  expect(drawn([])).not.toContain("<svg");
});

it("draws a perfect month on the ground line", () => {
  expect(drawn([0, 0, 0])).not.toContain("NaN");
});
