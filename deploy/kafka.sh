#!/usr/bin/env bash
# A real Apache Kafka for tests, benchmarks and `tocsin demo --kafka real`: one node (KRaft) on loopback,
# jars from Maven Central, Java from Debian. For development: one copy, no authentication.
#
#   deploy/kafka.sh fetch                   puts the jars into the cache (once)
#   deploy/kafka.sh start DIR [--port P]    starts a broker that keeps its data in DIR; prints its address when ready
#   deploy/kafka.sh run   DIR [--port P]    the same in the foreground, for a process tree; DIR/bootstrap has the address
#   deploy/kafka.sh stop  DIR               stops it
#   deploy/kafka.sh class-path              prints the class path of the fetched jars
#
# Cache: $TOCSIN_KAFKA_HOME, by default ${XDG_CACHE_HOME:-$HOME/.cache}/tocsin/kafka-4.4.0.
# $TOCSIN_KAFKA_PROPERTIES: more lines for server.properties.
# Exit: 0 ok, 2 usage, 69 something is missing or did not start.
set -euo pipefail

version=4.4.0
home=${TOCSIN_KAFKA_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/tocsin/kafka-$version}
start_limit=60   # seconds until a broker must answer
stop_limit=15    # seconds until a broker that does not stop is killed
heap=(-Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)

die() { echo "kafka: $1" >&2; exit "${2:-69}"; }
need() { command -v "$1" >/dev/null || die "$1 is missing: apt-get install $2"; }
usage() { sed -n '5,9s/^# *//p' "$0" >&2; exit 2; }

pom() {
  cat <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tocsin</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
}

fetch() {
  [ -f "$home/complete" ] && return
  need java openjdk-17-jre-headless
  need mvn maven
  mkdir -p "$home"
  exec 8>"$home/lock"
  flock 8                                # two fetches at once: the second finds it done
  if [ ! -f "$home/complete" ]; then
    echo "kafka: fetching Apache Kafka $version from Maven Central" >&2
    rm -rf "$home/libs"
    pom >"$home/pom.xml"
    mvn -q -B -f "$home/pom.xml" dependency:copy-dependencies -DoutputDirectory="$home/libs" \
        -DincludeScope=runtime >"$home/fetch.log" 2>&1 </dev/null ||
      { grep -m 3 ERROR "$home/fetch.log" >&2 || true; die "the jars could not be fetched (log: $home/fetch.log)"; }
    touch "$home/complete"
  fi
  exec 8>&-
}

class_path() { local IFS=:; set -- "$home"/libs/*.jar; echo "$*"; }

# Two ports nobody listens on. Another process may take one before Kafka does; start tries again.
free_ports() {
  python3 - <<'PY'
import socket
held = [socket.socket() for _ in range(2)]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))
PY
}

configure() {
  local dir=$1 port=$2 controller=$3
  cat >"$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=2097152
auto.create.topics.enable=false
${TOCSIN_KAFKA_PROPERTIES:-}
PROPERTIES
}

# 22 characters of base64; none that could pass for an option.
cluster_id() { head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '='; }

# Prepares DIR for a broker: configuration, and storage unless there is some already.
prepare() {
  dir=$(mkdir -p "$1" && cd "$1" && pwd)
  port=$2
  local free
  free=$(free_ports)
  [ "$port" = 0 ] && port=${free% *}
  configure "$dir" "$port" "${free#* }"
  # The flag keeps Java's scratch files out of the shared temporary folder.
  java=(java "${heap[@]}" "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn" -XX:-UsePerfData -cp "$(class_path)")
  if [ ! -f "$dir/data/meta.properties" ]; then
    "${java[@]}" kafka.tools.StorageTool format -t "$(cluster_id)" -c "$dir/server.properties" \
      >"$dir/format.log" 2>&1 </dev/null || { tail -n 3 "$dir/format.log" >&2; die "storage could not be formatted"; }
  fi
  echo "127.0.0.1:$port" >"$dir/bootstrap.next"
}

answers() { timeout 2 kcat -L -b "$1" -m 1 >/dev/null 2>&1; }

# The broker's process id, empty unless it is really that broker (ids are reused).
pid_of() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "kafka.Kafka $1/server.properties"; then
    echo "$pid"
  fi
}

start_once() {
  local pid deadline=$((SECONDS + start_limit)) fd
  prepare "$1" "$2"
  (
    for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done   # no lock or pipe of the caller's is held for life
    exec setsid "${java[@]}" kafka.Kafka "$dir/server.properties" >"$dir/server.log" 2>&1 </dev/null
  ) &
  pid=$!
  echo "$pid" >"$dir/pid"
  until answers "127.0.0.1:$port"; do
    if ! kill -0 "$pid" 2>/dev/null; then return 1; fi
    if [ "$SECONDS" -ge "$deadline" ]; then kill -9 "$pid" 2>/dev/null || true; return 1; fi
  done
  mv "$dir/bootstrap.next" "$dir/bootstrap"
}

start() {
  need kcat kcat
  mkdir -p "$1"
  [ -z "$(pid_of "$(cd "$1" && pwd)")" ] || die "a broker already runs in $1"
  # A port can be lost between asking for it and taking it.
  for _ in 1 2 3; do
    if start_once "$1" "$2"; then cat "$dir/bootstrap"; return; fi
    [ "$2" = 0 ] || break
  done
  rm -f "$dir/pid"
  tail -n 3 "$dir/server.log" >&2 || true
  die "the broker did not start (log: $dir/server.log)"
}

run() {
  prepare "$1" "$2"
  mv "$dir/bootstrap.next" "$dir/bootstrap"
  echo "$$" >"$dir/pid"
  exec "${java[@]}" kafka.Kafka "$dir/server.properties"
}

stop() {
  local folder pid deadline=$((SECONDS + stop_limit))
  folder=$(cd "$1" 2>/dev/null && pwd) || return 0
  pid=$(pid_of "$folder")
  rm -f "$folder/pid" "$folder/bootstrap"
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
  kill -9 "$pid" 2>/dev/null || true
}

verb=${1:-}
case "$verb" in
  fetch) [ $# -eq 1 ] || usage; fetch; exit ;;
  class-path) [ $# -eq 1 ] || usage; fetch; class_path; exit ;;
  start | run | stop) ;;
  *) usage ;;
esac
[ $# -eq 2 ] || { [ $# -eq 4 ] && [ "$3" = --port ] && [ "$verb" != stop ]; } || usage
if [ "$verb" = stop ]; then stop "$2"; exit; fi
need java openjdk-17-jre-headless
need python3 python3
fetch
"$verb" "$2" "${4:-0}"
