import { expect, test } from "vitest";
import { EventParser } from "./event_parser";

function check(pieces: string[], expected: [name: string, data: string, id: string | null][]): void {
  const parser = new EventParser();
  const events = pieces.flatMap((piece) => parser.feed(piece));
  expect(events.map(({ name, data, id }) => [name, data, id])).toEqual(expected);
}

test("events are read however the stream is cut", () => {
  const stream = 'retry: 2000\n: events of toccata\n\nid: 1\nevent: job.running\ndata: {"job":"a"}\n\nid: 2\nevent: job.progress\ndata: {"job":"a"}\n\n';
  const expected: [string, string, string | null][] = [
    ["job.running", '{"job":"a"}', "1"],
    ["job.progress", '{"job":"a"}', "2"],
  ];
  check([stream], expected);
  check([...stream], expected);
  check([...stream.replaceAll("\n", "\r\n")], expected);
  check([stream.replaceAll("\n", "\r") + "\r"], expected);
});

test("data of many lines is joined, comments and unfinished events are nothing", () => {
  check(["data: a\ndata:b\ndata\n\n"], [["message", "a\nb\n", null]]);
  check([": hello\n\n", "event: x\n\n", "data: never finished\n"], []);
});

test("the server says when to come back", () => {
  const parser = new EventParser();
  parser.feed("retry: 2000\n\nretry: soon\n\n");
  expect(parser.retryMs).toBe(2000);
});
