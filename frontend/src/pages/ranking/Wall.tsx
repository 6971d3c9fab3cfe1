import type { ReactNode } from "react";
import { Link } from "wouter";
import { Portrait } from "../../art/Portrait";

export interface WallEntry {
  key: number;
  href: string;
  name: string;
  /** The figure written large. */
  figure: ReactNode;
  /** What stands on the plate below the name. */
  plate: ReactNode;
  /** Class of the poster: its colours. */
  poster: string;
}

const PLACES = [1, 2, 3] as const;

/** The three worst, framed. */
export function Wall({ title, entries }: { title: string; entries: readonly WallEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="wall-title" className="wall">
      <h2 id="wall-title">{title}</h2>
      <ol>
        {PLACES.map((place) => {
          const entry = entries[place - 1];
          return (
            entry && (
              <li key={entry.key} className="frame">
                <Link href={entry.href}>
                  <span className={`portrait poster ${entry.poster}`}>
                    <Portrait place={place} />
                    <b className="big">{entry.figure}</b>
                  </span>
                  <span className="plate">
                    <b>{entry.name}</b>
                    <span>{entry.plate}</span>
                  </span>
                </Link>
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}
