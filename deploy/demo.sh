#!/usr/bin/env bash
# The whole system on this machine, with a simulated city. Installs what is missing, builds, runs.
#
#   deploy/demo.sh                       until Ctrl-C; Kafka in memory, for development
#   deploy/demo.sh --kafka real          with a real Apache Kafka
#   deploy/demo.sh --for 60s             ends by itself, exit 0 if the books balance
#   deploy/demo.sh --help                every option
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install_dependencies.sh
case " $* " in *" --kafka real "* | *" --kafka=real "*) deploy/kafka.sh fetch ;; esac
deploy/build.sh release tocsin
exec build/release/tocsin demo "$@"
