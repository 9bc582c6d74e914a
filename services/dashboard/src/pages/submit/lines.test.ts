import { expect, test } from "vitest";
import { judge, readLines, tally } from "./lines";

function check(text: string, expected: string): void {
  const verdict = judge(text);
  expect(verdict.kind === "refused" ? verdict.code : `${verdict.kind} ${verdict.name}`, text).toBe(expected);
}

test("addresses mean what the server takes them for", () => {
  check("https://youtu.be/dQw4w9WgXcQ", "video youtube:dQw4w9WgXcQ");
  check("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1", "video youtube:dQw4w9WgXcQ");
  check("https://www.youtube.com/playlist?list=PL1", "playlist youtube-list:PL1");
  check("https://www.youtube.com/@somebody", "playlist youtube-channel:@somebody");
  check("https://www.youtube.com/playlist?list=RDabc", "unsupported_url");
  check("https://example.org/a.mp4#t=3", "video url:https://example.org/a.mp4");
  check("https://me:secret@example.org/a.mp4", "credentials_in_address");
  check("ftp://example.org/a.mp4", "scheme_not_allowed");
  check("/videos/a.mp4", "local_path_not_allowed");
  check("piano", "not_an_address");
});

test("lines are counted before they are sent", () => {
  const sums = tally(readLines("https://youtu.be/dQw4w9WgXcQ\r\n\n https://www.youtube.com/shorts/dQw4w9WgXcQ \nrubbish\nhttps://example.org/a.mp4"));
  expect([sums.videos, sums.playlists, sums.duplicates, sums.refused.map((line) => line.text)]).toEqual([2, 0, 1, ["rubbish"]]);
});
