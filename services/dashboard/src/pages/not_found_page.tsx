import { Empty } from "../parts/notice";
import { Page } from "../parts/page";

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty title="Nothing stands at this address.">
        <a href="/">Go to the overview</a>
      </Empty>
    </Page>
  );
}
