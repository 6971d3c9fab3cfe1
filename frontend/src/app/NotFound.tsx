import { Link } from "wouter";
import { BrokenRide } from "../art/BrokenRide";
import { usePageMeta } from "../lib/title";

/** An address that no page has. */
export function NotFound({ path }: { path: string }) {
  usePageMeta("Not found");
  return (
    <div className="page error">
      <BrokenRide />
      <div>
        <p className="code">404</p>
        <h1>No such place in this park</h1>
        <p>There is no page at {path}.</p>
        <p>
          <Link href="/">Go to all parks</Link>, or search with the button at the top.
        </p>
      </div>
    </div>
  );
}
