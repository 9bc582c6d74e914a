# The trainer program. Build and run stages share Debian's release.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p trainer && cp target/release/trainer /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 toccata
COPY --from=build /usr/local/bin/trainer /usr/local/bin/trainer
USER toccata
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "trainer"]
