/** The API key of this tab. It lives in `sessionStorage`: closing the tab forgets it, and no other site can read it. */
import { signal } from "@preact/signals";

const PLACE = "toccata.key";

function stored(): string {
  try {
    return sessionStorage.getItem(PLACE) ?? "";
  } catch {
    return "";
  }
}

export const apiKey = signal(stored());
/** The server answered 401: somebody has to give a key. */
export const keyWanted = signal(false);

export function useKey(key: string): void {
  apiKey.value = key.trim();
  keyWanted.value = false;
  try {
    if (apiKey.value) sessionStorage.setItem(PLACE, apiKey.value);
    else sessionStorage.removeItem(PLACE);
  } catch {
    // Without storage the key holds until the page is left.
  }
}

export function authorization(): Record<string, string> {
  return apiKey.value ? { authorization: `Bearer ${apiKey.value}` } : {};
}
