/** The page's title and description, kept in step with what is shown. */
import { useEffect } from "react";
import { SITE_NAME } from "../api/words";

export { SITE_NAME };

/** Set title and description while the calling page is shown. */
export function usePageMeta(title: string, description?: string): void {
  useEffect(() => {
    document.title = title === "" ? SITE_NAME : `${title} · ${SITE_NAME}`;
    if (description === undefined) return;
    let meta = document.querySelector<HTMLMetaElement>('meta[name="description"]');
    if (meta === null) {
      meta = document.createElement("meta");
      meta.name = "description";
      document.head.append(meta);
    }
    meta.content = description;
  }, [title, description]);
}
