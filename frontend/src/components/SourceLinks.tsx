interface SourceLinksProps {
  queueTimesUrl: string | null | undefined;
  themeparksWikiUrl: string | null | undefined;
  /** Whose page it is, for screen readers. */
  name: string;
}

interface Sourced {
  source_url: string | null;
  queue_times_url: string | null;
}

/** The page of a list's row at the source that its park is read from, after the words below its name. */
export function AtSource({ row, name }: { row: Sourced; name: string }) {
  if (row.source_url === null) return null;
  return (
    <>
      {" · "}
      <a href={row.source_url} rel="external">
        <span className="visually-hidden">{name} at </span>
        {row.source_url === row.queue_times_url ? "Queue-Times.com" : "ThemeParks.wiki"}
        <span aria-hidden="true"> ↗</span>
      </a>
    </>
  );
}

/** Links to a park's or ride's own page at the sources that know it. */
export function SourceLinks({ queueTimesUrl, themeparksWikiUrl, name }: SourceLinksProps) {
  const links = [
    [queueTimesUrl, "Queue-Times.com"],
    [themeparksWikiUrl, "ThemeParks.wiki"],
  ].flatMap(([url, source]) => (url && source ? [{ url, source }] : []));
  if (links.length === 0) return null;
  return (
    <p className="links">
      {links.map(({ url, source }) => (
        <a key={source} href={url} rel="external">
          <span className="visually-hidden">{name} at </span>
          {source}
          <span aria-hidden="true"> ↗</span>
        </a>
      ))}
    </p>
  );
}
