/**
 * Serves the built dashboard as the API does: history addresses, the content security policy, `/v1` beside it. Unlike Vite's
 * preview it breaks streams off when the API does, as a page served by the API itself would see it.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const OF_API = /^\/(v1|docs|openapi\.json|readyz|healthz|metrics)(\/|\?|$)/;

export function serve(folder: string, api: () => string, port = 0): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    if (OF_API.test(path)) forward(api(), incoming, outgoing);
    else file(folder, path.split("?")[0] as string, outgoing);
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      resolve({ server, url: `http://127.0.0.1:${taken}` });
    });
  });
}

function file(folder: string, path: string, outgoing: ServerResponse): void {
  const wanted = join(folder, normalize(path));
  const found = wanted.startsWith(folder) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(folder, "index.html");
  outgoing.writeHead(200, {
    "content-type": TYPES[extname(found)] ?? "application/octet-stream",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": found.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  });
  createReadStream(found).pipe(outgoing);
}

/** The API takes keyless requests only from its own origin; to it, this is its own page. */
function forward(api: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { host } = new URL(api);
  const headers = { ...incoming.headers, host };
  if (headers.origin) headers.origin = api;
  const onward = ask(api + (incoming.url ?? "/"), { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  onward.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
