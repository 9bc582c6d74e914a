# The api program with the dashboard inside. Build and run stages share Debian's release.
FROM node:20-bookworm-slim AS dashboard
WORKDIR /src/services/dashboard
COPY services/dashboard/package.json services/dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY services/dashboard ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=dashboard /src/services/dashboard/dist services/dashboard/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p api && cp target/release/api /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 toccata
COPY --from=build /usr/local/bin/api /usr/local/bin/api
USER toccata
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "api"]
