import type { ReactNode } from "react";

interface PageHeadProps {
  title: string;
  /** One or two sentences. */
  children?: ReactNode;
  /** A scene for the right-hand end. */
  art: ReactNode;
}

/** The head of a page: its title and what it is for, on a strip of sky with a small scene. */
export function PageHead({ title, children, art }: PageHeadProps) {
  return (
    <header className="page-head">
      <div className="page-head-words">
        <h1>{title}</h1>
        {children}
      </div>
      {art}
    </header>
  );
}
