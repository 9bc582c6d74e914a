# The labelling worker: FFmpeg's libraries, Python for yt-dlp, and the models by name, version and sha256.
FROM rust:1.95-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends clang libclang-dev pkg-config libavcodec-dev libavformat-dev \
    libavutil-dev libswscale-dev libswresample-dev libavfilter-dev libavdevice-dev python3 python3-pip npm && rm -rf /var/lib/apt/lists/*
COPY . .
ENV TOCCATA_CACHE=/models
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p labeler -p toccata && cp target/release/labeler target/release/toccata /usr/local/bin/ \
    && toccata models fetch

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini ffmpeg python3 util-linux \
    libavcodec59 libavformat59 libavutil57 libswscale6 libswresample4 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 toccata && install -d -o toccata /var/lib/toccata/work
COPY --from=build /usr/local/bin/labeler /usr/local/bin/labeler
COPY --from=build /models /models
ENV TOCCATA_CACHE=/models
USER toccata
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "labeler"]
