#!/usr/bin/env bash
# Installs the Debian 12 packages that building, testing and running tocsin need; only what is missing.
# Idempotent, never asks. Usage: deploy/install_dependencies.sh [--run-only]
set -euo pipefail

build=(
  build-essential cmake ninja-build ccache pkg-config
  libboost1.81-dev       # Asio, Beast, unordered_flat_map, system::result
  libpaho-mqttpp-dev libpaho-mqtt-dev   # MQTT client
  librdkafka-dev         # Kafka client and its mock cluster
  protobuf-compiler libprotobuf-dev
  libsimdjson-dev nlohmann-json3-dev libyaml-dev
  libabsl-dev            # time zones (cctz)
  libre2-dev libxxhash-dev libssl-dev
  libfmt-dev libspdlog-dev libcli11-dev prometheus-cpp-dev
  libgtest-dev libgmock-dev
)
run=(
  mosquitto mosquitto-clients   # the broker of the demo and the tests
  kcat                          # the independent Kafka consumer of the tests
  openjdk-17-jre-headless maven # a real Apache Kafka: Java to run it, Maven to fetch its jars
  python3 python3-jsonschema    # checks alerts against their schema in the tests
  tzdata                        # time zones in conditions
  procps
)

wanted=("${build[@]}" "${run[@]}")
[ "${1:-}" = "--run-only" ] && wanted=("${run[@]}")

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install: needs root or sudo to install: ${missing[*]}" >&2; exit 69; }
  sudo=(sudo)
fi
echo "install: ${#missing[@]} packages: ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${sudo[@]}" apt-get update -qq &&
       "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
     >"$log" 2>&1 </dev/null; then
  tail -n 5 "$log" >&2
  echo "install: apt-get could not install: ${missing[*]}" >&2
  exit 69
fi
# The package starts a broker of its own on port 1883; ours take free ports.
if [ -d /run/systemd/system ] && [[ " ${missing[*]} " == *" mosquitto "* ]]; then
  "${sudo[@]}" systemctl disable --now mosquitto >/dev/null 2>&1 || true
fi
