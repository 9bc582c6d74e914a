#!/usr/bin/env bash
# The set of docker-compose.yml as plain processes on this machine: PostgreSQL, RabbitMQ and an S3 server of its own, one api, two
# labellers, one trainer. Ctrl-C ends them all. Data and logs stay in .cluster; `cluster.sh clean` deletes them.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

folder=$PWD/.cluster
programs=${CARGO_TARGET_DIR:-target}/release
listen=${LISTEN:-127.0.0.1:8080}

if [ "${1:-}" = clean ]; then
    rm -rf "$folder"
    exit
fi
mkdir -p "$folder"

pids=()
stop() {
    trap - EXIT INT TERM
    say "stopping"
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    for server in s3 rabbitmq postgres; do scripts/servers.sh stop $server "$folder" || true; done
}
trap stop EXIT
trap exit INT TERM

say "starting PostgreSQL, RabbitMQ and the S3 server"
catalog=$(scripts/servers.sh start postgres "$folder")
broker=$(scripts/servers.sh start rabbitmq "$folder")
s3=$(S3_SERVER=$programs/s3-server scripts/servers.sh start s3 "$folder")
mkdir -p "$folder/s3/data/toccata" # the server takes folders for buckets

export TOCCATA__CATALOG_URL=$catalog TOCCATA__BROKER_URL=$broker TOCCATA__LOG__FORMAT=text

begin() { # NAME PROGRAM SETTINGS...
    local name=$1 program=$2
    shift 2
    env "$@" "$programs/$program" "deploy/config/$program.toml" >"$folder/$name.log" 2>&1 &
    pids+=($!)
    say "$name: process $!, log $folder/$name.log"
}

artifacts=(TOCCATA__ARTIFACTS__URL=s3://toccata "TOCCATA__ARTIFACTS__ENDPOINT=$s3" TOCCATA__ARTIFACTS__ALLOW_HTTP=true
    TOCCATA__ARTIFACTS__ACCESS_KEY_ID=toccata-test TOCCATA__ARTIFACTS__SECRET_ACCESS_KEY=toccata-test-secret)
begin api api "TOCCATA__LISTEN=$listen" "TOCCATA__PUBLIC_URL=http://$listen" "${artifacts[@]}"
for number in 1 2; do
    begin "labeler-$number" labeler "TOCCATA__WORK_FOLDER=$folder/work-$number" "${artifacts[@]}"
done
begin trainer trainer "TOCCATA__WORK_FOLDER=$folder/training" "${artifacts[@]}"

until (exec 3<>"/dev/tcp/${listen%:*}/${listen##*:}") 2>/dev/null; do
    kill -0 "${pids[0]}" 2>/dev/null || { tail -20 "$folder/api.log" >&2; exit 1; }
    sleep 0.2
done
say "http://$listen  (a key: toccata keys create --catalog $catalog --name me --scopes admin)"
say "Ctrl-C ends everything"
wait -n "${pids[@]}" || true
say "a program ended; the last lines of the logs:"
tail -n 5 "$folder"/*.log
exit 1
