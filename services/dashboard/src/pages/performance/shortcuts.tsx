/** What keys do on a performance's page. Single letters can be turned off, for people whose input software types them. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Dialog } from "../../parts/dialog";
import { SPEEDS } from "../../roll/playhead";
import type { Stage } from "../../roll/stage";

interface Shortcut {
  keys: readonly string[];
  shown: string;
  does: string;
  act: (stage: Stage, key: string, shift: boolean) => void;
}

const FRAME_SECS = 1 / 30;

const SHORTCUTS: readonly Shortcut[] = [
  { keys: [" "], shown: "Space", does: "Play or pause", act: (stage) => stage.playhead.toggle() },
  { keys: ["ArrowLeft", "ArrowRight"], shown: "← →", does: "A second back or on; with Shift five", act: (stage, key, shift) => stage.playhead.seek(stage.playhead.secs + (key === "ArrowLeft" ? -1 : 1) * (shift ? 5 : 1)) },
  { keys: [",", "."], shown: ", .", does: "A picture back or on", act: (stage, key) => stage.playhead.seek(stage.playhead.secs + (key === "," ? -FRAME_SECS : FRAME_SECS)) },
  { keys: ["Home", "End"], shown: "Home End", does: "To the beginning or the end", act: (stage, key) => stage.playhead.seek(key === "Home" ? 0 : stage.performance.duration_secs) },
  { keys: ["1", "2", "3", "4"], shown: "1 2 3 4", does: "Speed: a quarter, half, three quarters, full", act: (stage, key) => stage.playhead.setSpeed(SPEEDS[Number(key) - 1] ?? 1) },
  { keys: ["a"], shown: "A", does: "Loop from here", act: (stage) => stage.loopFrom() },
  { keys: ["b"], shown: "B", does: "Loop to here", act: (stage) => stage.loopTo() },
  { keys: ["l"], shown: "L", does: "No loop", act: (stage) => stage.setLoop(null) },
  { keys: ["n", "p"], shown: "N P", does: "The next doubtful note, or the one before", act: (stage, key) => stage.showDoubtful(key === "n" ? 1 : -1) },
  { keys: ["+", "=", "-"], shown: "+ −", does: "Show less or more time", act: (stage, key) => stage.zoomBy(key === "-" ? -1 : 1) },
  { keys: ["k"], shown: "K", does: "All 88 keys, or those that are played", act: (stage) => (stage.wholeKeyboard.value = !stage.wholeKeyboard.value) },
];

const PLACE = "toccata.shortcuts";
const on = signal(readOn());

function readOn(): boolean {
  try {
    return localStorage.getItem(PLACE) !== "off";
  } catch {
    return true;
  }
}

function turn(wanted: boolean): void {
  on.value = wanted;
  try {
    localStorage.setItem(PLACE, wanted ? "on" : "off");
  } catch {
    // Holds until the page is left.
  }
}

export function useShortcuts(stage: Stage | null, help: () => void): void {
  useEffect(() => {
    if (!stage) return undefined;
    const hear = (event: KeyboardEvent): void => {
      if (!on.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, select, textarea, dialog, [contenteditable]")) return;
      // Space and Enter belong to the button that has the focus; arrows belong to a slider.
      if (event.key === " " && target?.closest("button, a, summary, video")) return;
      if (event.key === "?") {
        help();
        return;
      }
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(key));
      if (!shortcut) return;
      event.preventDefault();
      shortcut.act(stage, key, event.shiftKey);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, [stage, help]);
}

export function ShortcutsDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <dl class="shortcuts">
        {SHORTCUTS.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              {shown.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>This list</dd>
        </div>
      </dl>
      <p class="muted">Turn the wheel or drag on the roll to move through time; with Ctrl the wheel zooms. Click a note to see what is known of it.</p>
      <label class="choice">
        <input type="checkbox" checked={on.value} onChange={(event) => turn(event.currentTarget.checked)} /> Shortcuts are on
      </label>
      <div class="dialog-acts">
        <button type="button" class="button primary" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
