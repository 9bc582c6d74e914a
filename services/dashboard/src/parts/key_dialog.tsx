/** Asks for an API key. */
import { useState } from "preact/hooks";
import { useKey } from "../api/key";
import { Dialog } from "./dialog";

export function KeyDialog({ wanted, close }: { wanted: boolean; close: () => void }) {
  const [key, setKey] = useState("");
  return (
    <Dialog title="API key" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          useKey(key);
          close();
        }}
      >
        <p>
          {wanted ? "This server answers only who has a key, or the key given is unknown or revoked." : "A server started by toccata dev needs none."} Keys
          are made with <code>toccata keys create</code>. This tab keeps it until it is closed.
        </p>
        <label class="field">
          <span>Key</span>
          <input type="password" autocomplete="off" spellcheck={false} placeholder="tcc_…" value={key} onInput={(event) => setKey(event.currentTarget.value)} required />
        </label>
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>
            Not now
          </button>
          <button type="submit" class="button primary">
            Use the key
          </button>
        </div>
      </form>
    </Dialog>
  );
}
