import { Page } from "../../parts/page";

export function PoliciesPage(_: { id: string }) {
  return <Page title="…">{null}</Page>;
}
