/** Parks from the most shameful down. */
export default function WaitsPage() {
  return <div className="page" />;
}
