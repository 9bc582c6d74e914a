#!/usr/bin/env bash
# Fuzzes the API from its own OpenAPI document with schemathesis: no answer is a fault of ours (5xx), and each is one the document
# describes. The API runs on a free port with a catalog, a store and a key of its own. EXAMPLES sets how many requests are tried for
# each operation.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

examples=${EXAMPLES:-20}
seed=${SEED:-1}
program=${CARGO_TARGET_DIR:-target}/release/api
tools=${XDG_CACHE_HOME:-$HOME/.cache}/toccata/schemathesis-4
folder=$(mktemp -d)

[ -x "$program" ] || { echo "$program is missing: cargo build --release -p api" >&2; exit 1; }
if [ ! -x "$tools/bin/schemathesis" ]; then
    say "installing schemathesis into $tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet 'schemathesis==4.32.5'
fi

server=
stop() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=http://127.0.0.1:$port
env -u TOCCATA_CONFIG TOCCATA__LISTEN="127.0.0.1:$port" TOCCATA__CATALOG_URL="sqlite:$folder/catalog.db" \
    TOCCATA__ARTIFACTS__URL="$folder/store" TOCCATA__DEV__OPEN_TO_LOOPBACK=true TOCCATA__LOG__FILTER=warn \
    "$program" >"$folder/api.log" 2>&1 &
server=$!
for _ in $(seq 200); do
    curl --silent --fail --noproxy '*' "$address/readyz" >/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/api.log" >&2; exit 1; }
    sleep 0.1
done

key=$(curl --silent --fail --noproxy '*' --json '{"name": "fuzz", "scopes": ["admin"], "requests_per_minute": 1000000}' "$address/v1/keys" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["secret"])')

say "fuzzing $address, $examples examples for each operation, seed $seed"
# Streams of events do not end by themselves, and the document cannot say what their events look like. Metrics have a format of
# their own. A key that revokes itself sees nothing any more.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
NO_PROXY=127.0.0.1 "$tools/bin/schemathesis" run "$address/openapi.json" --checks "$checks" --phases examples,coverage,fuzzing \
    --max-examples "$examples" --seed "$seed" \
    --header "Authorization: Bearer $key" --request-timeout 30 --exclude-path-regex '/events$' --exclude-path /metrics \
    --exclude-operation-id revoke_key \
    || { say "the log's last lines"; tail -20 "$folder/api.log" >&2; exit 1; }
if grep -q ERROR "$folder/api.log"; then
    say "answers looked right, but the log tells of faults"
    grep ERROR "$folder/api.log" | head -20 >&2
    exit 1
fi
