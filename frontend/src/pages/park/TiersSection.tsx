import { TierLegend } from "../../charts/Legends";
import { TierBars } from "../../charts/lazy";
import { TableView } from "../../charts/TableView";
import { tierTable } from "../../charts/tables";
import type { TierShare } from "../../charts/types";
import { ChartFrame } from "../../components";
import type { View } from "./useView";

interface TiersSectionProps {
  tiers: readonly TierShare[];
  name: string;
  view: View;
}

/** How the rides are spread over the tiers, and which tier the time was lost in. */
export function TiersSection({ tiers, name, view }: TiersSectionProps) {
  const hasTimes = !view.isLive && tiers.some((tier) => tier.downtime_seconds !== null);
  const title = `Tiers of the rides of ${name}, ${view.words}`;
  return (
    <ChartFrame
      title="Tiers"
      note="A flagship weighs three times as much as a minor ride. Filled bars are rides that count."
      legend={<TierLegend />}
      table={<TableView table={tierTable(tiers, title)} />}
    >
      <TierBars tiers={tiers} title={title} hasTimes={hasTimes} />
    </ChartFrame>
  );
}
