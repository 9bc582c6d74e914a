/** The clock of the page: one timer for every relative time on it. */
import { signal } from "@preact/signals";

export const now = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 1000);
