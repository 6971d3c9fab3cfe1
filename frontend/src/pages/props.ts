/** What a page is given: the parts of its address. */
export interface PageProps {
  params: Record<string, string | undefined>;
}
