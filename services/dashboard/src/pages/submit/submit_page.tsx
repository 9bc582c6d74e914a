import { Page } from "../../parts/page";

export function SubmitPage(_: { id: string }) {
  return <Page title="…">{null}</Page>;
}
