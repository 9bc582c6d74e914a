import { Page } from "../../parts/page";

export function PolicyPage(_: { id: string }) {
  return <Page title="…">{null}</Page>;
}
