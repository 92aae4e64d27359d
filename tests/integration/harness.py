"""Starts the real parts for integration tests: mosquitto, Apache Kafka, the engine; each on free ports, in
a temporary folder, stopped by process id."""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOCSIN = pathlib.Path(os.environ.get("TOCSIN_BINARY", ROOT / "build/release/tocsin"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(condition, seconds, what):
    """The first true value of condition() within `seconds`; fails the test otherwise."""
    pause = threading.Event()
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        pause.wait(0.02)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """A child whose output is kept in a file and which is stopped at the end of its `with` block."""

    def __init__(self, command, folder, name, stdout=None):
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.errors = open(self.log, "ab")
        self.child = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL,
                                      stdout=stdout or self.errors, stderr=self.errors, start_new_session=True)

    def stop(self, how=signal.SIGTERM, patience=20):
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(patience)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.errors.close()
        return self.child.returncode

    def output(self):
        return self.log.read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Mosquitto(Process):
    def __init__(self, folder, port=None, access="allow_anonymous true", more=""):
        self.port = port or free_port()
        config = pathlib.Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\n{access}\nmax_queued_messages 0\n{more}")
        super().__init__([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", config], folder, "mosquitto")
        eventually(lambda: accepts(self.port), 10, "mosquitto listens")

    def publish(self, topic, payload, qos=1):
        payload = payload if isinstance(payload, bytes) else payload.encode()
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-q", str(qos), "-t", topic,
                        "-s" if payload else "-n"], input=payload, check=True, timeout=20)


class Display(Process):
    """mosquitto_sub on all alerts, with a session that the broker keeps; it connects again by itself."""

    def __init__(self, folder, broker, name="display", *more):
        self.lines = pathlib.Path(folder) / f"{name}.heard"
        self.file = open(self.lines, "wb")
        super().__init__(["mosquitto_sub", "-h", "127.0.0.1", "-p", broker.port, "-i", name, "-c", "-q", "1",
                          "-t", "tocsin/alerts/v1/#", "-F", "%r %t %p", *more], folder, name, stdout=self.file)
        eventually(lambda: f"as {name} " in broker.output(), 10, "the display is there")

    def heard(self):
        """(retained, topic, alert or None where the payload is empty), oldest first."""
        lines = self.lines.read_text().split("\n")[:-1]  # the last one may be half there
        fields = [line.split(" ", 2) for line in lines]
        return [(f[0] == "1", f[1], json.loads(f[2]) if f[2] else None) for f in fields]

    def alerts(self):
        return [alert for _, _, alert in self.heard() if alert]

    def stop(self, *how):
        self.file.close()
        return super().stop(*how)


class Kafka:
    """A real Apache Kafka, one node."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "kafka"
        self.script = ROOT / "deploy/kafka.sh"

    def __enter__(self):
        subprocess.run([self.script, "start", self.folder], check=True, timeout=120, stdout=subprocess.DEVNULL)
        self.bootstrap = (self.folder / "bootstrap").read_text().strip()
        return self

    def __exit__(self, *_):
        subprocess.run([self.script, "stop", self.folder], check=False, timeout=60, stdout=subprocess.DEVNULL)

    def stop(self):
        """Cleanly; the data stay."""
        subprocess.run([self.script, "stop", self.folder], check=True, timeout=60, stdout=subprocess.DEVNULL)

    def restart(self):
        """On the same port."""
        port = self.bootstrap.rsplit(":", 1)[1]
        subprocess.run([self.script, "start", self.folder, "--port", port], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)

    def read(self, topic, count=None, seconds=30):
        """Records as kcat sees them, read_committed: `count` of them, or all there are now."""
        form = '{"key":"%k","headers":"%h","value":%s}\n'
        command = ["kcat", "-C", "-b", self.bootstrap, "-t", topic, "-o", "beginning", "-q", "-f", form,
                   "-X", "isolation.level=read_committed"] + (["-c", str(count)] if count else ["-e"])
        out = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        records = [json.loads(line) for line in out.stdout.splitlines()]
        for record in records:
            record["headers"] = dict(h.split("=", 1) for h in record["headers"].split(",") if "=" in h)
        return records


class Engine(Process):
    """`tocsin run` until its ready line."""

    def __init__(self, folder, *arguments, name="engine"):
        read_end, write_end = os.pipe()
        super().__init__([TOCSIN, "run", "--json", *arguments], folder, name, stdout=write_end)
        os.close(write_end)
        self.stdout = os.fdopen(read_end)
        ready, _, _ = select.select([self.stdout], [], [], 60)
        line = self.stdout.readline() if ready else ""
        if not line:
            code = self.stop()
            raise AssertionError(f"the engine is not ready (exit {code}): {self.output()}")
        self.ready = json.loads(line)

    def stop(self, *how):
        self.stdout.close()
        return super().stop(*how)

    def http(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.ready['http']}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def metric(self, name):
        """The sum of a metric's samples."""
        _, text = self.http("/metrics")
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name) and line[len(name):len(name) + 1] in ("{", " "))


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="tocsin-test-")
