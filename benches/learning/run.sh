#!/usr/bin/env bash
# DroQ's update here and in robopianist-rl's JAX, the same batch and random numbers first, then updates a second in turns:
# `benches/learning/run.sh PYTHON ROBOPIANIST_RL [ROUNDS] [UPDATES]`.
# PYTHON is an interpreter that has requirements.txt; ROBOPIANIST_RL is a checkout of kevinzakka/robopianist-rl.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$1 theirs=$2 rounds=${3:-3} updates=${4:-200}
fixture=$(mktemp)
trap 'rm -f "$fixture"' EXIT
cargo build --release --quiet -p learning --example droq_update
ours=${CARGO_TARGET_DIR:-target}/release/examples/droq_update
"$python" -W ignore benches/learning/jax_update.py "$theirs" fixture "$fixture" >/dev/null
"$ours" check "$fixture"
for ((round = 1; round <= rounds; round++)); do
    for threads in 1 2; do
        echo "== round $round, $threads threads"
        cores=0-$((threads - 1))
        taskset -c "$cores" "$python" -W ignore benches/learning/jax_update.py "$theirs" time "$updates"
        taskset -c "$cores" "$ours" time "$threads" "$updates"
        taskset -c "$cores" "$ours" time "$threads" "$updates" dense
    done
done
