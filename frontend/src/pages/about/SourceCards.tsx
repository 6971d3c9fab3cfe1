interface SourceCard {
  name: string;
  url: string;
  words: string;
  /** What its terms ask for. */
  terms: string;
}

const SOURCES: readonly SourceCard[] = [
  {
    name: "Queue-Times.com",
    url: "https://queue-times.com/",
    words: "Posted waits, and whether a ride is open or closed, for parks all over the world.",
    terms: "Free to use with a visible link and the words “Powered by Queue-Times.com”.",
  },
  {
    name: "ThemeParks.wiki",
    url: "https://themeparks.wiki/",
    words: "Ride status with a word of its own for breakdowns, opening hours, show times, queues and prices.",
    terms: "Free to use; we name it as “Data provided by ThemeParks.wiki”.",
  },
];

/** The sources with their links and the words they ask for. */
export function SourceCards() {
  return (
    <ul className="source-cards">
      {SOURCES.map((source) => (
        <li key={source.name}>
          <h3>
            <a href={source.url}>{source.name}</a>
          </h3>
          <p>{source.words}</p>
          <p className="small">{source.terms}</p>
        </li>
      ))}
    </ul>
  );
}
