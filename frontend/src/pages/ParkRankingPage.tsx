/** Parks from the most shameful down. */
export default function ParkRankingPage() {
  return <div className="page" />;
}
