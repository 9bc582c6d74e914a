import { defineConfig } from "vitest/config";

/** Where the API is while developing: `TOCCATA_URL=http://127.0.0.1:8080 npm run dev`. */
const api = process.env["TOCCATA_URL"] ?? "http://127.0.0.1:8080";

/** The API takes keyless requests only from pages of its own origin, so the proxy speaks as the API's own page. */
const proxied = {
  target: api,
  changeOrigin: true,
  headers: { origin: api },
};
const proxy = { "/v1": proxied, "/docs": proxied, "/openapi.json": proxied, "/readyz": proxied };

/** What the API sends with every page; `vite preview` and the browser tests run under it too. */
const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export default defineConfig({
  server: { proxy },
  preview: { proxy, headers: { "content-security-policy": csp, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" } },
  build: {
    target: "es2022",
    // The CSP allows no inlined data in styles beyond `data:` images, and small files are cheap from one host.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: { include: ["src/**/*.test.ts"] },
});
