# The trainer program, MuJoCo and the Shadow Hands. Build and run stages share Debian's release, and with it FFmpeg's libraries.
FROM rust:1.95-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends clang libclang-dev pkg-config libavcodec-dev libavformat-dev \
    libavutil-dev libswscale-dev libswresample-dev libavfilter-dev libavdevice-dev python3 python3-pip npm && rm -rf /var/lib/apt/lists/*
COPY . .
ENV TOCCATA_CACHE=/models
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p trainer -p toccata && cp target/release/trainer target/release/toccata /usr/local/bin/ \
    && toccata models fetch

FROM debian:bookworm-slim
# Mesa draws the rollouts where there is no graphics card; the SoundFont sounds them.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini libavcodec59 libavformat59 libavutil57 \
    libswscale6 libswresample4 libegl1 libgl1 libgl1-mesa-dri timgm6mb-soundfont && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 toccata && install -d -o toccata /var/lib/toccata/work
COPY --from=build /usr/local/bin/trainer /usr/local/bin/trainer
COPY --from=build /models /models
ENV TOCCATA_CACHE=/models
USER toccata
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "trainer"]
