import { expect, test } from "vitest";
import { steps } from "./stages";

const shown = (job: Parameters<typeof steps>[0]): string => steps(job).map(({ stage, state }) => `${stage} ${state}`).join(", ");

test("what lies before the stage in hand is done", () => {
  expect(shown({ kind: "label_performance", state: "running", stage: "hands", options: {} as never })).toBe("download done, keyboard done, notes done, hands now, align ahead, fingering ahead, upload ahead");
});

test("a refused job stopped at its stage; an unknown stage is shown too", () => {
  expect(shown({ kind: "fetch_video", state: "discarded", stage: "fetch", options: {} as never })).toBe("fetch stopped");
  expect(shown({ kind: "train_policy", state: "running", stage: "tuning", options: {} as never })).toContain("tuning now");
});
