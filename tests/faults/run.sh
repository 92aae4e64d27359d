#!/usr/bin/env bash
# The fault campaign: kills, torn writes and kills during recovery, over the real binary and a real mosquitto.
#
#   tests/faults/run.sh           what CI runs: at least 400 kills
#   tests/faults/run.sh --long    every call, ten seeds of nested kills
#
# Needs a release build (deploy/build.sh release). Each part prints one JSON line; exit 1 if anything failed.
set -uo pipefail
cd "$(dirname "$0")/../.."
export TOCSIN_BINARY=${TOCSIN_BINARY:-$PWD/build/release/tocsin}
export TOCSIN_KILLPOINT=${TOCSIN_KILLPOINT:-$PWD/build/release/tests/faults/libkillpoint.so}
export PYTHONDONTWRITEBYTECODE=1
campaign=(/usr/bin/python3 tests/faults/kill_campaign.py)

case "${1:-}" in
  "") nested_seeds=(1) ;;
  --long) nested_seeds=(1 2 3 4 5 6 7 8 9 10) ;;
  *) echo "usage: tests/faults/run.sh [--long]" >&2; exit 2 ;;
esac

failed=0
"${campaign[@]}" & plain=$!
"${campaign[@]}" --torn || failed=1
wait "$plain" || failed=1
for seed in "${nested_seeds[@]}"; do
  "${campaign[@]}" --nested --torn --seed "$seed" || failed=1
done
exit "$failed"
