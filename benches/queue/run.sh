#!/usr/bin/env bash
# Times our queue against riverqueue and Celery, and measures what the service promises: all in one run, on one private PostgreSQL
# and one private RabbitMQ, which keep on disk what they confirm (fsync and synchronous_commit on; durable quorum queues, persistent
# messages, publisher confirms). Ends its servers and deletes their data.
#
#   benches/queue/run.sh [peers|service]   without a word: both
#
# ROUNDS=3  alternating rounds of the peers     JOBS=1000000  jobs in the table that is listed
set -euo pipefail
cd "$(dirname "$0")/../.."

cache="${TOCCATA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toccata}/bench-queue"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
programs=$CARGO_TARGET_DIR/release
parts=("${1:-peers}")
[ $# -gt 0 ] || parts=(peers service)

say() { echo "== $*" >&2; }

say "building"
cargo build --release --quiet --workspace --bin api
cargo build --release --quiet --locked --manifest-path benches/queue/Cargo.toml
if ! cmp --silent benches/queue/requirements.txt "$cache/installed.txt"; then
    say "installing Celery into $cache/venv"
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet -r benches/queue/requirements.txt
    cp benches/queue/requirements.txt "$cache/installed.txt"
fi

# Not below a home, which the servers' users may not enter; short, because of PostgreSQL's socket.
folder=$(mktemp -d "${TMPDIR:-/tmp}/toccata-bench-XXXXXX")
chmod 755 "$folder"
# The guard ends the servers when its input ends: with this script, however that ends.
exec {until_the_end}> >(exec scripts/servers.sh guard "$folder")

say "starting PostgreSQL and RabbitMQ"
postgres=$(scripts/servers.sh start postgres "$folder" {until_the_end}>&-)
rabbitmq=$(scripts/servers.sh start rabbitmq "$folder" {until_the_end}>&-)

for part in "${parts[@]}"; do
    say "$part; load $(cut -d ' ' -f 1-3 /proc/loadavg)"
    case $part in
        peers)
            "$programs/queue-bench" peers --postgres "$postgres" --rabbitmq "$rabbitmq" --rounds "${ROUNDS:-3}" \
                --python "$cache/venv/bin/python" --peer-folder "$PWD/benches/queue"
            ;;
        service)
            mkdir "$folder/api"
            "$programs/queue-bench" service --postgres "$postgres" --rabbitmq "$rabbitmq" --jobs "${JOBS:-1000000}" \
                --api "$programs/api" --folder "$folder/api"
            ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
    esac
done
