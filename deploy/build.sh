#!/usr/bin/env bash
# Builds one preset. Usage: deploy/build.sh PRESET [TARGET...]   (release, dev, asan, tsan)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true

log=build/$preset.log
mkdir -p build
if ! cmake --preset "$preset" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "build: cmake could not configure preset $preset (whole log: $log)" >&2
  exit 1
fi
echo "build: $preset" >&2
started=$SECONDS
# On a terminal ninja shows its own progress; elsewhere only what fails is worth a line.
if [ -t 2 ]; then
  ninja -C "build/$preset" "$@" >&2
elif ! ninja -C "build/$preset" "$@" >>"$log" 2>&1; then
  grep -E 'error|FAILED' "$log" | head -n 40 >&2
  echo "build: $preset failed (whole log: $log)" >&2
  exit 1
fi
echo "build: $preset done in $((SECONDS - started)) s" >&2
