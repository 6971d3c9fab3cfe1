import { Copyable } from "../../components";

/** The ways to read the same figures by program. */
export function ApiSection() {
  const origin = window.location.origin;
  return (
    <section id="api" aria-labelledby="api-title">
      <h2 id="api-title">The API</h2>
      <p>
        Everything these pages show comes from an open API: no key, any origin, JSON with one envelope and the same field names for every period, and
        every answer as CSV too. Null means “no data”, never zero.
      </p>
      <ul className="api-links">
        <li>
          <a href="/api/docs">All endpoints, to read</a>
        </li>
        <li>
          <a href="/api/openapi.json">OpenAPI 3.1</a>, for machines
        </li>
        <li>
          <a href="/api/parks/downtime?format=csv">The ranking of parks as CSV</a>
        </li>
        <li>
          <a href="/api/outages?format=csv">Today’s outages as CSV</a>
        </li>
      </ul>
      <p>
        Each park and ride has an Atom feed of its outages and reopenings, and a badge for your own page. Put a park’s name from its address, or a
        ride’s number, into these:
      </p>
      <div className="copyables">
        <Copyable label="Badge of a park" text={`${origin}/api/badges/parks/efteling.svg`} />
        <Copyable label="Feed of a park" text={`${origin}/api/parks/efteling/outages.atom`} />
        <Copyable label="Parks by score, last month" text={`${origin}/api/parks/downtime?period=last_month`} />
      </div>
    </section>
  );
}
