#!/usr/bin/env bash
# Times Toccata against the Python packages it replaces, on the same clips, in the same run: CPU seconds (user + system) of
# whole processes, alternating, as ratios. `benches/label/run.sh [CLIP...]`; without clips, a rendered one.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache="${TOCCATA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toccata}/bench-label"
toccata="${CARGO_TARGET_DIR:-target}/release/toccata"
# Made anew when the list changes or an installation broke off: the copy of the list is written last.
if ! cmp -s benches/label/requirements.txt "$cache/installed.txt"; then
    echo "== installing the peers (mediapipe 0.10.21, transkun 2.0.1; 2 GB) into $cache/venv" >&2
    python3 -m venv --clear "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --no-cache-dir --no-deps -r benches/label/requirements.txt
    "$cache/venv/bin/python" benches/label/without_cuda.py
    cp benches/label/requirements.txt "$cache/installed.txt"
fi
if [ $# = 0 ]; then
    [ -f "$cache/clip.mp4" ] || "$toccata" synthesize deploy/demo/minuet_in_g.pig.txt --out "$cache/clip.mp4" --seed 1
    set -- "$cache/clip.mp4"
fi
exec "$cache/venv/bin/python" benches/label/bench.py --toccata "$toccata" "$@"
