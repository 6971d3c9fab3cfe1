import { useId } from "react";
import { Link } from "wouter";
import { AtSource } from "../../components";
import { AwardScene } from "../../art/AwardScenes";
import { isRide, moveSince, moveWords, winnerName, winnerPath, type Category, type Winner } from "./awards";
import { number } from "../../lib/format";
import { Measured } from "./Measured";
import { ShareButton } from "./Share";

interface AwardCardProps {
  category: Category;
  year: number;
  isPartial: boolean;
  /** The same category of another year. */
  against: { year: number; category: Category | undefined } | null;
}

/** One award as a poster: who leads it, who follows, and how that was in the other year. */
export function AwardCard({ category, year, isPartial, against }: AwardCardProps) {
  const id = useId();
  const [first, ...rest] = category.winners;
  const before = against?.category?.winners ?? [];
  return (
    <article className={`award award-${category.slug}`} id={category.slug} aria-labelledby={id}>
      <div className="award-poster">
        <p className="award-year">
          {year}
          {isPartial && <span> so far</span>}
        </p>
        <AwardScene slug={category.slug} />
      </div>
      <div className="award-words">
        <h2 id={id}>{category.title}</h2>
        {first === undefined ? (
          <p className="small">{nobody(category, year)}</p>
        ) : (
          <>
            <p className="award-winner">
              <Link href={`${winnerPath(first)}?year=${year}`}>{winnerName(first)}</Link>
              <Below winner={first} />
              <span className="award-measure">
                <Measured winner={first} measure={category.measure} />
              </span>
              {against && <Moved winner={first} before={before} year={against.year} />}
            </p>
            {rest.length > 0 && (
              <ol className="award-rest">
                {rest.map((winner) => (
                  <li key={winnerPath(winner)} value={winner.place}>
                    <span className="place">{winner.place}</span>
                    <span className="who">
                      <Link href={`${winnerPath(winner)}?year=${year}`}>{winnerName(winner)}</Link>
                      <Below winner={winner} />
                      {against && <Moved winner={winner} before={before} year={against.year} />}
                    </span>
                    <span className="award-measure">
                      <Measured winner={winner} measure={category.measure} />
                    </span>
                  </li>
                ))}
              </ol>
            )}
          </>
        )}
        {category.unnamed_at_last_place > 0 && (
          <p className="small">
            {number(category.unnamed_at_last_place)} more {category.winners.length > 1 ? "share the last place shown" : "share this place"}; among
            equals the longer record is named first.
          </p>
        )}
        {against && <Before year={against.year} winners={before} measure={category.measure} />}
        <p className="small">{category.explanation}</p>
        {first !== undefined && <ShareButton year={year} slug={category.slug} title={`${category.title} ${year}: ${winnerName(first)}`} />}
      </div>
    </article>
  );
}

/** The words below a winner's name, as in the lists: a ride's park, a park's operator and country, and the source. */
function Below({ winner }: { winner: Winner }) {
  return (
    <span className="sub">
      {isRide(winner) ? winner.park_name : [winner.operator, winner.country].filter(Boolean).join(" · ")}
      <AtSource row={winner} name={winnerName(winner)} />
    </span>
  );
}

/** Why an award has no winner. */
function nobody(category: Category, year: number): string {
  return category.slug.startsWith("most-improved")
    ? `Nobody: no ${category.kind} gained against ${year - 1}, or ${year - 1} was not watched long enough to tell.`
    : `Nobody: no ${category.kind} was watched long enough, or none fits the filters.`;
}

const ARROWS = { up: "▲", down: "▼", same: "=", new: "★" } as const;

function Moved({ winner, before, year }: { winner: Winner; before: readonly Winner[]; year: number }) {
  const move = moveSince(winner, before);
  return (
    <span className="sub moved">
      <span aria-hidden="true">{ARROWS[move.kind]}</span> {moveWords(move, year)}
    </span>
  );
}

/** The other year's list in short. */
function Before({ year, winners, measure }: { year: number; winners: readonly Winner[]; measure: string }) {
  return (
    <div className="award-before">
      <h3>{year}</h3>
      {winners.length === 0 ? (
        <p className="small">Nobody was watched long enough.</p>
      ) : (
        <ol>
          {winners.map((winner) => (
            <li key={winnerPath(winner)} value={winner.place}>
              <span>
                {winner.place}. <Link href={`${winnerPath(winner)}?year=${year}`}>{winnerName(winner)}</Link>
              </span>
              <Measured winner={winner} measure={measure} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
