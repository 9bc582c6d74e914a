/** What applies before anything is fetched. */
import { Panel } from "../../parts/panel";

export function Rules() {
  return (
    <Panel title="Before it starts">
      <ul class="rules">
        <li>
          <strong>Licence.</strong> What you state is kept with the labels, and so are the address, the title and the channel. Without a statement the licence counts as not stated.
        </li>
        <li>
          <strong>The video</strong> is deleted once it is labelled, unless the operator keeps videos. Labels, hands and, where chosen, the overlay stay.
        </li>
        <li>
          <strong>Takedowns.</strong> A video that is taken down loses its jobs, results and files, and is never accepted again.
        </li>
        <li>
          <strong>Once only.</strong> The same video with the same options is one job, whoever submits it.
        </li>
        <li>
          <strong>Addresses</strong> have to be public and https. Those that lead into a private network are refused.
        </li>
      </ul>
    </Panel>
  );
}
