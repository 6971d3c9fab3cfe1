interface SourceLinksProps {
  queueTimesUrl: string | null | undefined;
  themeparksWikiUrl: string | null | undefined;
  /** Whose page it is, for screen readers. */
  name: string;
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
