/** What is chosen for all that is submitted. */
import type { Options } from "../../api/types";

const BASES = ["own content", "permission", "licence", "research exception", "public domain"];

interface OptionsFieldsProps {
  options: Options;
  change: (options: Options) => void;
}

export function OptionsFields({ options, change }: OptionsFieldsProps) {
  const set = (part: Partial<Options>): void => change({ ...options, ...part });
  return (
    <div class="options">
      <label class="field">
        <span>Licence, as the owner states it</span>
        <input type="text" maxLength={500} placeholder="not stated" value={options.licence ?? ""} onInput={(event) => set({ licence: event.currentTarget.value || null })} />
      </label>
      <label class="field">
        <span>Why you may process it</span>
        <select value={options.legal_basis ?? ""} onChange={(event) => set({ legal_basis: event.currentTarget.value || null })}>
          <option value="">As the operator has set</option>
          {BASES.map((basis) => (
            <option key={basis}>{basis}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Urgency</span>
        <select value={options.priority ?? ""} onChange={(event) => set({ priority: (event.currentTarget.value || null) as Options["priority"] & string })}>
          <option value="">Usual: single videos before lists</option>
          <option value="interactive">Interactive: somebody waits</option>
          <option value="normal">Normal</option>
          <option value="backfill">Backfill: when nothing else waits</option>
        </select>
      </label>
      <label class="field">
        <span>Notes are heard by</span>
        <select value={options.transcriber ?? ""} onChange={(event) => set({ transcriber: event.currentTarget.value || null })}>
          <option value="">Transkun (usual)</option>
          <option value="basic-pitch">Basic Pitch</option>
        </select>
      </label>
      <label class="choice">
        <input type="checkbox" checked={options.overlay ?? false} onChange={(event) => set({ overlay: event.currentTarget.checked })} /> Keep an overlay video to watch beside the roll
      </label>
      <label class="choice">
        <input type="checkbox" checked={options.train ?? false} onChange={(event) => set({ train: event.currentTarget.checked })} /> Train a policy on the result
      </label>
    </div>
  );
}

/** Only what was chosen is sent. */
export function chosenOptions(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== "" && value !== false)) as Options;
}
