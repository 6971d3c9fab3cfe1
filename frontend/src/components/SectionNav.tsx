import { useSectionsThere } from "./ServedSection";

interface SectionNavProps {
  /** Ids of the sections and what they are called, from top to bottom; of those that the server draws also the address of their page. */
  sections: readonly (readonly [id: string, words: string, served?: string])[];
}

/** The way to the sections of a long page. */
export function SectionNav({ sections }: SectionNavProps) {
  return (
    <nav className="section-nav" aria-label="On this page">
      <ul>
        {useSectionsThere(sections).map(([id, words]) => (
          <li key={id}>
            <a href={`#${id}`}>{words}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
