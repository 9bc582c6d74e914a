import { Page } from "../../parts/page";

export function PerformancePage(_: { id: string }) {
  return <Page title="…">{null}</Page>;
}
