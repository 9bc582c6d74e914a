import { expect, test } from "vitest";
import { messageForPeople, reasonWords } from "./reasons";

test("messages lose folders and the hint that stands beside them", () => {
  const { hint } = reasonWords("media_unreadable");
  expect(messageForPeople(`/data/work/job_1-2/media.mp4 cannot be read. ${hint}`, hint)).toBe("media.mp4 cannot be read.");
  expect(messageForPeople("https://example.org/a/b.mp4 may not be asked", null)).toBe("https://example.org/a/b.mp4 may not be asked");
});

test("a reason that is new to the dashboard is still readable", () => {
  expect(reasonWords("piano_too_small")).toEqual({ title: "Piano too small", hint: null });
});
