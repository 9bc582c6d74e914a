#!/usr/bin/env bash
# Fingers from the score beside the Python package pianoplayer, on printed fingerings: `benches/fingering/run.sh CORPUS [TABLES]`.
# CORPUS is Beringer and Dunhill's exercises as David Randolph's abcD files (folders scales, arpeggios, broken_chords). TABLES are shell
# patterns of exercises; without one all are fingered (pianoplayer takes ten minutes).
set -euo pipefail
corpus=$(realpath "$1")
pattern=${2:-*}
cd "$(dirname "$0")/../.."
cache="${TOCCATA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toccata}/bench-fingering"
if ! cmp -s benches/fingering/requirements.txt "$cache/installed.txt"; then
    echo "== installing pianoplayer into $cache/venv" >&2
    python3 -m venv --clear "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --no-cache-dir --no-deps -r benches/fingering/requirements.txt
    cp benches/fingering/requirements.txt "$cache/installed.txt"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 benches/fingering/beringer.py "$corpus" "$work/all"
mkdir "$work/tables"
# shellcheck disable=SC2086 # the pattern is to be expanded
cp "$work"/all/$pattern.tsv "$work/tables"
cargo build --release --quiet -p fingering --example finger_tables
echo "== Toccata"
"${CARGO_TARGET_DIR:-target}/release/examples/finger_tables" "$work/ours" "$work"/tables/*.tsv
echo "== pianoplayer"
"$cache/venv/bin/python" benches/fingering/pianoplayer_peer.py "$work/theirs" "$work"/tables/*.tsv
python3 benches/fingering/compare.py "$work/tables" "toccata=$work/ours" "pianoplayer=$work/theirs"
