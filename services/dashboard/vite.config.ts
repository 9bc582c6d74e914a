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

export default defineConfig({
  server: { proxy },
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
