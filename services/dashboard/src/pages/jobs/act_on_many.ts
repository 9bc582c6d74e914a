/** Cancels or retries many jobs, a few at a time. The API acts on one job a request. */
import { cancelJob, retryJob } from "../../api/client";
import { type Problem, problemOf } from "../../api/problem";

/** Requests at a time: enough to be quick, few enough to leave the page's own requests room. */
const AT_ONCE = 4;

export type Act = "cancel" | "retry";

export interface Done {
  succeeded: number;
  refused: { id: string; problem: Problem }[];
}

export async function actOnMany(act: Act, ids: readonly string[], advanced: (done: number) => void): Promise<Done> {
  const done: Done = { succeeded: 0, refused: [] };
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await (act === "cancel" ? cancelJob(id) : retryJob(id));
        done.succeeded += 1;
      } catch (error) {
        done.refused.push({ id, problem: problemOf(error) });
      }
      advanced(done.succeeded + done.refused.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}
