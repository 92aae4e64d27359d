#!/usr/bin/env bash
# Installs what is missing, builds, runs every test. The last line is 'N passed, N failed, N skipped'.
#
#   tests/run.sh           everything: release build with the real mosquitto and the real Kafka, then
#                          address + undefined sanitizers with 2,000 cases of each oracle, then the
#                          threaded parts under the thread sanitizer, then bugs planted on purpose, each of
#                          which a test must find
#   tests/run.sh --quick   the inner loop: release build, no sanitizers, no Kafka
#   tests/run.sh --long    everything, and in the release build 1,000,000 cases of each oracle and long fuzzing
#
# TOCSIN_LONG=1 build/asan/tests/fuzz/fuzz_rules_test runs a fuzz target fifty times as long (tests/fuzz/campaign.h).
set -uo pipefail
cd "$(dirname "$0")/.."

quick=0 long=0
case "${1:-}" in
  "") ;;
  --quick) quick=1 ;;
  --long) long=1 ;;
  *) echo "usage: tests/run.sh [--quick | --long]" >&2; exit 2 ;;
esac

passed=0 failed=0 skipped=0 patience=600

# Adds one ctest run to the totals: run_tests PRESET CTEST_ARGUMENTS...
run_tests() {
  local preset=$1; shift
  local report=build/$preset.ctest.log
  echo "test: $preset" >&2
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j 2 --timeout "$patience" "$@" 2>&1 \
    | tee "$report" | grep -vE '^ *(Start|[0-9]+/[0-9]+ Test.* Passed)' || true
  local ran bad skip
  ran=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#' "$report")
  skip=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#.*\*\*\*(Skipped|Not Run)' "$report")
  bad=$(grep -E '^ *[0-9]+/[0-9]+ Test +#' "$report" | grep -cvE ' Passed |\*\*\*Skipped|\*\*\*Not Run')
  if [ "$ran" -eq 0 ]; then bad=1 ran=1; fi
  passed=$((passed + ran - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

# Plants bugs, one at a time, and counts each that the tests find.
run_canaries() {
  local report=build/canaries.log
  echo "test: planted bugs" >&2
  tests/faults/canaries.py 2>&1 | tee "$report" | grep -v '^found' || true
  local found missed
  found=$(grep -c '^found' "$report")
  missed=$(grep -c '^FAILED' "$report")
  if [ $((found + missed)) -eq 0 ]; then missed=1; fi
  passed=$((passed + found)) failed=$((failed + missed))
}

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}

# A step that must succeed before any test can run.
need() { "$@" || { failed=$((failed + 1)); finish; exit 1; }; }

need deploy/install_dependencies.sh
need deploy/build.sh release
if [ "$quick" -eq 1 ]; then
  run_tests release -LE integration
  finish
  exit
fi

need deploy/kafka.sh fetch
if [ "$long" -eq 1 ]; then
  patience=36000
  export TOCSIN_LONG=1 TOCSIN_ORACLE_CASES=1000000
fi
run_tests release
unset TOCSIN_LONG TOCSIN_ORACLE_CASES
need deploy/build.sh asan
TOCSIN_ORACLE_CASES=2000 run_tests asan -LE integration
need deploy/build.sh tsan threaded_tests
run_tests tsan -L threaded
run_canaries
finish
