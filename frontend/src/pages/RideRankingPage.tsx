/** Rides from the most shameful down. */
export default function RideRankingPage() {
  return <div className="page" />;
}
