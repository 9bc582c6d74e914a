#!/usr/bin/env bash
# Control steps a second here and in Python's RoboPianist, the same actions, in turns: `benches/simulation/run.sh PYTHON [ROUNDS] [STEPS]`.
# PYTHON is an interpreter that has robopianist 1.0.10, mujoco 3.17.0 and dm_control 1.0.50.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$1 rounds=${2:-3} steps=${3:-1000}
cargo build --release --quiet -p simulation --example speed
for ((round = 1; round <= rounds; round++)); do
    echo "== round $round"
    "${CARGO_TARGET_DIR:-target}/release/examples/speed" "$steps"
    MUJOCO_GL=disabled "$python" -W ignore benches/simulation/python_speed.py "$steps" 2>/dev/null
done
