/** Submits addresses, playlists and files. */
import { useState } from "preact/hooks";
import type { Options } from "../../api/types";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import "../../styles/submit.css";
import { Addresses } from "./addresses";
import { Files } from "./files";
import { OptionsFields } from "./options_fields";
import { Rules } from "./rules";

export function SubmitPage(_: { id: string }) {
  const [options, setOptions] = useState<Options>({ overlay: true });
  return (
    <Page title="Submit" sub={<span>Overhead videos of somebody playing the piano</span>}>
      <div class="grid submit-grid">
        <Addresses options={options} />
        <Files options={options} />
        <Panel title="Options">
          <OptionsFields options={options} change={setOptions} />
        </Panel>
        <Rules />
      </div>
    </Page>
  );
}
