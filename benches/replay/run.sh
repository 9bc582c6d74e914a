#!/usr/bin/env bash
# Plays the recordings in results/ (or the folders given) in the unmodified Python RoboPianist 1.0.10, and compares its own frame F1 with
# the one in metrics.json. `benches/replay/run.sh [FOLDER...]`
set -euo pipefail
cd "$(dirname "$0")/../.."
cache="${TOCCATA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toccata}/replay"
# Made anew when the list changes or an installation broke off: the copy of the list is written last.
if ! cmp -s benches/replay/requirements.txt "$cache/installed.txt"; then
    echo "== installing Python's RoboPianist 1.0.10 (1.2 GB) into $cache/venv" >&2
    python3 -m venv --clear "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --no-cache-dir --no-deps -r benches/replay/requirements.txt
    cp benches/replay/requirements.txt "$cache/installed.txt"
fi
[ $# -gt 0 ] || set -- results/*/
exec env MUJOCO_GL=disabled PYTHONPATH=benches/replay/stubs "$cache/venv/bin/python" -W ignore benches/replay/replay.py "$@"
