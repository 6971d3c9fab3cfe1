/** Why this exists, where its data comes from, and what it can and cannot say. Asks first for `/api/live/status-summary`. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useApi } from "../api/client";
import { PageHead } from "../art/PageHead";
import { SunAndTents } from "../art/Vignettes";
import { BandLegend } from "../components";
import { counted } from "../lib/format";
import { usePageMeta } from "../lib/title";
import type { StatusSummary } from "./now/summary";
import { SourceCards } from "./about/SourceCards";

export default function AboutPage() {
  usePageMeta("About", "Why the Theme Park Hall of Shame exists, where its data comes from, and what it can and cannot say.");
  const summary = useApi<StatusSummary>("/api/live/status-summary").data?.data;
  return (
    <div className="page about-page">
      <PageHead title="About the Hall of Shame" art={<SunAndTents />}>
        <p>Why this exists, where the data comes from, and what it can and cannot say.</p>
      </PageHead>
      <div className="about-text">
        <p className="about-lead wide">
          A visitor pays for a day, not for a queue in front of a closed door. This site watches{" "}
          {summary === undefined ? "theme parks and their rides" : `${counted(summary.parks.total, "park")} and ${counted(summary.rides.total, "ride")}`}, writes
          down what runs and what does not, and shows it to anyone: <Link href="/">rankings</Link>, every park and every ride,{" "}
          <Link href="/trends">trends</Link>, yearly <Link href="/awards">awards</Link>, an <a href="/api/docs">open API</a> and{" "}
          <Link href="/data">open data</Link>.
        </p>
        <Part title="What it measures">
          <p>
            Only a park’s open hours count, and only rides that ran on that day. Nights, refurbishments and seasonal closures are nobody’s shame. A
            flagship ride weighs three times a minor one. Missing data is called missing: no gap is filled with a guess, and no zero stands for
            silence.
          </p>
        </Part>
        <Part title="What it cannot know">
          <p>
            Why a ride stopped. Weather, a lost hat and a broken chain look the same from outside. Some sources say “down”, others only “closed”; where
            a source knows only “closed”, that is what counts during open hours, which is less exact. <Link href="/data">Data and methods</Link> says
            which is which, park by park.
          </p>
        </Part>
        <Part title="The five bands" isWide>
          <p>
            The shame score runs from 0 to 10: ten times the share of weighted ride time that was lost. Real parks lose a few percent, so the bands
            lie close together at the good end. Each has a shape and a name besides its colour.
          </p>
          <BandLegend />
        </Part>
        <Part title="Where the data comes from" isWide>
          <SourceCards />
          <p>
            The sources are read slowly, and named wherever their data is shown. Every park and ride page links to its page at the source. The map’s land
            is drawn from <a href="https://www.naturalearthdata.com/">Natural Earth</a>, which is in the public domain.
          </p>
        </Part>
        <Part title="Licence">
          <p>
            The program is free software under the MIT licence. The figures may be used by anyone who names the sources above; their raw data
            stays under the sources’ own terms.
          </p>
        </Part>
        <Part title="Privacy">
          <p>
            No cookies, no trackers, no account. Your browser asks nobody but this server, not even for a font. Kept on your device are only your choice
            of light or dark, and the last views, so that they can be read without a network.
          </p>
        </Part>
        <Part title="For everyone">
          <p>
            Everything works by keyboard, with a screen reader, on a phone, and in light and dark. Colour never speaks alone. Behind every
            chart there is a table. Movement stays away where your device asks for less of it, and the first figures of each page can be read without
            JavaScript. Press <kbd>Ctrl</kbd> <kbd>K</kbd> or <kbd>/</kbd> to search from anywhere.
          </p>
        </Part>
        <Part title="Independent">
          <p>Not connected with any park, operator or source named here. All drawings are our own.</p>
        </Part>
      </div>
    </div>
  );
}

function Part({ title, isWide = false, children }: { title: string; isWide?: boolean; children: ReactNode }) {
  return (
    <section className={isWide ? "wide" : undefined}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
