/** What the pages of lists share: the scene with the question, the choice of period and filters, the notice of old data. */
import type { ReactNode } from "react";
import { StaleNotice } from "../../components";
import { Choosing, RankingSwitch } from "./Choosing";
import type { List } from "./useList";

interface RankingFrameProps {
  title: string;
  lead: string;
  scene: ReactNode;
  /** The answer in one line, under the question. */
  answer?: ReactNode;
  /** The tall scene, of the first page. */
  isTall?: boolean;
  /** Whether the page is one of the two rankings, between which one switches. */
  isRanking?: boolean;
  /** The list by whose age the page is judged. */
  list: List<unknown>;
  /** Called with the name of a period that is pointed at; that of the list if left out. */
  onHint?: (period: string) => void;
  children: ReactNode;
}

export function RankingFrame({ title, lead, scene, answer, isTall = false, isRanking = false, list, onHint, children }: RankingFrameProps) {
  return (
    <>
      <section className={isTall ? "hero" : "hero low"}>
        <div className="page hero-words">
          <h1>{title}</h1>
          <p>{lead}</p>
          {answer}
        </div>
        {scene}
      </section>
      <div className="page">
        <Choosing onHint={onHint ?? list.hint}>{isRanking && <RankingSwitch />}</Choosing>
        <StaleNotice isStale={list.isStale} asOf={list.data?.data_as_of} error={list.error} retry={list.refetch} />
        {children}
      </div>
    </>
  );
}
