/** Whether the API answers, as far as the last request and the event stream know. */
import { signal } from "@preact/signals";

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "away"; since_ms: number };

export const connection = signal<Connection>({ state: "connecting" });

export function seenAlive(): void {
  if (connection.value.state !== "live") connection.value = { state: "live" };
}

export function seenAway(): void {
  if (connection.value.state !== "away") connection.value = { state: "away", since_ms: Date.now() };
}
