#!/usr/bin/env bash
# The dashboard in a real Chromium against a real `toccata dev`, which first does some work: a rendered clip is labelled and trained
# on, a file that is no video is refused, a batch has its rubbish. Screenshots are left in services/dashboard/test-results/pages.
# CHROMIUM names the browser; words after the command go to Playwright (`--grep overview`).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

program=$(realpath "${CARGO_TARGET_DIR:-target}/release/toccata")
dashboard=services/dashboard
folder=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap stop EXIT

say "the dashboard's own logic"
(cd $dashboard && npm test --silent)

say "a server with some work done"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=http://127.0.0.1:$port
# The first bars of the demonstration: labelling and learning them takes seconds.
head -20 deploy/demo/minuet_in_g.pig.txt >"$folder/two_bars.pig.txt"
"$program" synthesize "$folder/two_bars.pig.txt" --out "$folder/two_bars.mp4" --seed 1 2>"$folder/synthesize.log" ||
    { cat "$folder/synthesize.log" >&2; exit 1; }
head -c 9000000 /dev/zero >"$folder/not_a_video.mp4"
printf 'https://127.0.0.1:9/a.mp4\nnot an address\nhttps://example.invalid/x.mp4\n' >"$folder/list.txt"
"$program" dev --data "$folder/data" --listen "127.0.0.1:$port" --keep-videos 2>"$folder/server.log" &
server=$!
for _ in $(seq 200); do
    curl --silent --fail --noproxy '*' "$address/readyz" >/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done
export TOCCATA_SERVER=$address NO_PROXY=127.0.0.1
"$program" submit "$folder/two_bars.mp4" --train --overlay --licence CC0-1.0 --legal-basis own_content --watch
# A refusal is what is wanted of these.
"$program" submit "$folder/not_a_video.mp4" --watch || true
"$program" submit --list "$folder/list.txt" || true
say "waiting for the policy"
for _ in $(seq 300); do
    curl --silent --noproxy '*' "$address/v1/jobs?kind=train_policy&state=completed" | grep -q '"job_' && break
    sleep 1
done

say "the pages in Chromium"
cd $dashboard
TOCCATA_URL=$address TOCCATA_BIN=$program npx playwright test "$@"
