/**
 * How every figure comes about, with the live figures of a real park; how well each park is watched; downloads and the API. Asks first for
 * `/api/coverage?limit=500` with the filters of the address, and for `/api/downloads`.
 */
import { Abacus } from "../art/Vignettes";
import { PageHead } from "../art/PageHead";
import { BandLegend, SectionNav, ServedSection } from "../components";
import { usePageMeta } from "../lib/title";
import { SourceCards } from "./about/SourceCards";
import { ApiSection } from "./data/ApiSection";
import { CoverageSection } from "./data/CoverageSection";
import { DownloadsSection } from "./data/DownloadsSection";
import { FormulaSection } from "./data/FormulaSection";

const SECTIONS = [
  ["formulas", "Formulas"],
  ["bands", "Bands"],
  ["chances", "Chances to reopen", "/data"],
  ["agreement", "Outside check", "/data"],
  ["coverage", "Coverage and quality"],
  ["downloads", "Downloads"],
  ["api", "API"],
  ["sources", "Sources"],
] as const;

export default function DataPage() {
  usePageMeta("Data and methods", "How every figure comes about, how well each park is watched, and the whole record to take along.");
  return (
    <div className="page data-page">
      <PageHead title="Data and methods" art={<Abacus />}>
        <p>How every figure comes about, how well each park is watched, and the whole record to take along.</p>
      </PageHead>
      <SectionNav sections={SECTIONS} />
      <FormulaSection />
      <section id="bands" aria-labelledby="bands-title">
        <h2 id="bands-title">The five bands</h2>
        <p>The same on every page, list, badge and card. Shape and name say it before the colour does.</p>
        <BandLegend />
      </section>
      <ServedSection id="chances" path="/data" />
      <ServedSection id="agreement" path="/data" />
      <CoverageSection />
      <DownloadsSection />
      <ApiSection />
      <section id="sources" aria-labelledby="sources-title">
        <h2 id="sources-title">Sources and terms</h2>
        <SourceCards />
        <p>
          Whoever shows our figures shows these two names with their links as well; every answer of the API carries them in{" "}
          <code>attribution</code>, every CSV in its last column.
        </p>
      </section>
    </div>
  );
}
