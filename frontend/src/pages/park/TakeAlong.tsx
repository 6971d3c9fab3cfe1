import { apiUrl, type ApiParameters } from "../../api/client";
import { Copyable } from "../../components";

interface TakeAlongProps {
  /** "parks/efteling" or "rides/546". */
  place: string;
  /** The address of the page itself. */
  page: string;
  name: string;
  period: ApiParameters;
  /** The tables of the details that can be had as CSV, with their names. */
  tables: readonly (readonly [table: string, words: string])[];
}

/** Feeds, a badge to embed, and the figures of the page as JSON and CSV. */
export function TakeAlong({ place, page, name, period, tables }: TakeAlongProps) {
  const origin = window.location.origin;
  const badge = `/api/badges/${place}.svg`;
  const link = origin + page;
  const alt = `Reliability of ${name}`;
  const details = `/api/${place}/details`;
  return (
    <div className="take-along">
      <div>
        <h3>A badge for your page</h3>
        <p>
          <img className="badge" src={badge} alt={`${alt}, this month`} height="24" />
        </p>
        <Copyable label="HTML" text={`<a href="${link}"><img src="${origin}${badge}" alt="${alt}"></a>`} />
        <Copyable label="Markdown" text={`[![${alt}](${origin}${badge})](${link})`} />
      </div>
      <div>
        <h3>Follow</h3>
        <p>
          <a href={`/api/${place}/outages.atom`} type="application/atom+xml">
            Atom feed of outages and reopenings
          </a>
        </p>
        {place.startsWith("parks/") && (
          <p>
            <a href={`/api/${place}/hours.ics`} type="text/calendar">
              Calendar of opening hours and events
            </a>
          </p>
        )}
        <h3>The figures of this page</h3>
        <ul>
          <li>
            <a href={apiUrl(details, period)}>JSON</a>
          </li>
          {tables.map(([table, words]) => (
            <li key={table}>
              <a href={apiUrl(details, { ...period, format: "csv", table })}>CSV: {words}</a>
            </li>
          ))}
        </ul>
        <p className="small">
          Free to use; please show the sources with it. <a href="/api/docs">How the API works</a>
        </p>
      </div>
    </div>
  );
}
