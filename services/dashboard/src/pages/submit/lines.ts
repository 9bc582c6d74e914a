/**
 * What becomes of pasted lines, told before they are sent. The server decides (`crates/sources/src/identity.rs`); these are the
 * parts of its rules that can be told from the text alone, with the names of its refusals.
 */
export type Verdict = { kind: "video" | "playlist"; name: string } | { kind: "refused"; code: string };

export interface Line {
  text: string;
  verdict: Verdict;
  /** An earlier line means the same video: it is one job. */
  duplicate: boolean;
}

const ADDRESS_LENGTH_MAX = 8192;
const VIDEO_ID = /^[\w-]{11}$/;
const PERSONAL_LIST = /^(RD|UL|WL|LL)/;

export function readLines(text: string): Line[] {
  const seen = new Set<string>();
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const verdict = judge(line);
      const duplicate = verdict.kind !== "refused" && seen.has(verdict.name);
      if (verdict.kind !== "refused") seen.add(verdict.name);
      return { text: line, verdict, duplicate };
    });
}

const refused = (code: string): Verdict => ({ kind: "refused", code });

export function judge(text: string): Verdict {
  if (text.startsWith("/") || text.startsWith("file:")) return refused("local_path_not_allowed");
  if (text.length > ADDRESS_LENGTH_MAX || !URL.canParse(text)) return refused("not_an_address");
  const url = new URL(text);
  if (url.protocol === "s3:") return { kind: "video", name: url.href };
  if (url.protocol !== "https:" && url.protocol !== "http:") return refused("scheme_not_allowed");
  if (url.username || url.password) return refused("credentials_in_address");
  if (url.protocol === "http:") return refused("address_not_allowed");
  url.hash = "";
  const host = url.hostname.replace(/\.$/, "");
  if (/(^|\.)(youtube\.com|youtube-nocookie\.com|youtu\.be)$/.test(host)) return youtube(url, host.endsWith("youtu.be"));
  return { kind: /\.(rss|atom)$/i.test(url.pathname) ? "playlist" : "video", name: `url:${url.href}` };
}

function youtube(url: URL, short: boolean): Verdict {
  const [first = "", second = ""] = url.pathname.split("/").filter(Boolean);
  const id = short ? first : ["shorts", "embed", "live", "v", "e"].includes(first) ? second : first === "watch" ? url.searchParams.get("v") : null;
  if (id && VIDEO_ID.test(id) && id !== "videoseries") return { kind: "video", name: `youtube:${id}` };
  const list = url.searchParams.get("list");
  if (["playlist", "watch", "embed"].includes(first) && list && !PERSONAL_LIST.test(list)) return { kind: "playlist", name: `youtube-list:${list}` };
  if (["channel", "c", "user"].includes(first) && second) return { kind: "playlist", name: `youtube-channel:${first}/${second}` };
  if (first.startsWith("@") && first.length > 1) return { kind: "playlist", name: `youtube-channel:${first.toLowerCase()}` };
  return refused("unsupported_url");
}

export interface Tally {
  videos: number;
  playlists: number;
  duplicates: number;
  refused: Line[];
}

export function tally(lines: readonly Line[]): Tally {
  const fresh = lines.filter((line) => !line.duplicate);
  return {
    videos: fresh.filter((line) => line.verdict.kind === "video").length,
    playlists: fresh.filter((line) => line.verdict.kind === "playlist").length,
    duplicates: lines.length - fresh.length,
    refused: fresh.filter((line) => line.verdict.kind === "refused"),
  };
}
