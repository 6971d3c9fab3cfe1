interface SectionNavProps {
  /** Ids of the sections and what they are called, from top to bottom. */
  sections: readonly (readonly [id: string, words: string])[];
}

/** The way to the sections of a long page. */
export function SectionNav({ sections }: SectionNavProps) {
  return (
    <nav className="section-nav" aria-label="On this page">
      <ul>
        {sections.map(([id, words]) => (
          <li key={id}>
            <a href={`#${id}`}>{words}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
