"""The engine is killed at the N-th call that writes, for N = 1, 2, ... until a run survives; each time it is
started again and must have lost nothing, doubled nothing, and say what a replay of its log says.

    kill_campaign.py [--from N] [--step S] [--most M] [--torn] [--nested] [--seed N]

The scenario: needles in noise. Each needle is a building with alarms of two detectors, each published twice over a
real mosquitto at QoS 1; it must give exactly three alerts. The kill comes at a call of any thread, between the first
byte of the start and the last acknowledgement. --torn: the write it comes at is half done. --nested: the first
restart is killed as well, at a call drawn from the seed.
Prints a line for each failure, with the command that does it again, and a summary as its last line. Exit 1 if anything failed."""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import TOCSIN, Engine, Mosquitto, Process, eventually, temporary_folder  # noqa: E402

LIBRARY = os.environ["TOCSIN_KILLPOINT"]
NEEDLES = 5
RULES = """format: tocsin/1
rule: alarm
severity: high
for_each: [device_id]
match: {event: {event: smoke.alarm}}
alert: {resolve: {after: 24h}}
---
format: tocsin/1
rule: confirmed
severity: critical
for_each: [loc.building]
match: {count: {event: smoke.alarm, distinct: [device_id], at_least: 2, within: 10m}}
alert: {resolve: {after: 24h}}
---
format: tocsin/1
rule: unanswered
severity: medium
for_each: [loc.building]
match: {sequence: {steps: [{alarm: {event: smoke.alarm}}], absent: {event: panel.operation, within: 24h}}}
"""


def messages():
    """Noise, and the alarms of each needle, all of them twice."""
    lines = []
    for needle in range(NEEDLES):
        for detector in ("a", "b"):
            lines.append({"type": "device.heartbeat", "device_id": f"H{needle}{detector}", "id": f"h{needle}{detector}"})
            alarm = {"type": "smoke.alarm", "device_id": f"D{needle}{detector}", "id": f"n{needle}{detector}", "level": 3.0}
            lines += [alarm, alarm]
    return lines


class Trouble(Exception):
    pass


class Trial:
    """One run of the scenario."""

    def __init__(self, folder, broker, environment):
        self.folder = pathlib.Path(folder)
        self.broker = broker
        self.environment = environment
        self.data = self.folder / "data"
        (self.folder / "r.yaml").write_text(RULES)
        # Snapshots all the time: a kill comes while one is written, and the start after it has one to go on from.
        (self.folder / "tocsin.yaml").write_text("journal: {snapshot_every: 3}\n")
        (self.folder / "places.csv").write_text("place_id,kind,parent_id\n" + "".join(
            f"B{needle},building,\n" for needle in range(NEEDLES)))
        (self.folder / "devices.csv").write_text("device_id,kind,place_id\n" + "".join(
            f"D{needle}{detector},smoke_detector,B{needle}\n" for needle in range(NEEDLES) for detector in "ab"))

    def arguments(self, data):
        return ["-c", self.folder / "tocsin.yaml", "--data", data, "--rules", self.folder / "r.yaml", "--registry", self.folder, "--kafka", "", "--http", "127.0.0.1:0",
                "--broker", f"tcp://127.0.0.1:{self.broker.port}"]

    def doomed(self, settings):
        """Starts the engine with a kill ahead. The engine once it is ready; None: it was killed before."""
        with Preloaded(settings):
            try:
                return Engine(self.folder, *self.arguments(self.data), name="doomed")
            except AssertionError as failure:
                if "exit -9" in str(failure):
                    return None
                raise Trouble(str(failure)) from failure

    def publish(self):
        text = "".join(json.dumps(line) + "\n" for line in messages())
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-q", "1", "-l",
                        "-t", "tocsin/v1/g1/json"], input=text.encode(), check=True, timeout=20)

    def run(self, settings, again=None):
        """Whether the kill came."""
        engine = self.doomed(settings)
        published = engine is not None
        if published:
            self.publish()
            killed = self.wait_for_kill(engine)
        else:
            killed = True
        if again is not None:
            second = self.doomed(again)
            if second is not None:
                self.wait_for_kill(second)
        self.recover(published)
        return killed

    def wait_for_kill(self, engine):
        """Until it is killed, or has everything; then it is stopped, which may be killed as well."""
        with engine:
            eventually(lambda: engine.child.poll() is not None or self.has_all(engine), 20, "a kill, or all events")
            return engine.stop() == -signal.SIGKILL

    @staticmethod
    def has_all(engine):
        try:
            return engine.metric("tocsin_events_received_total") >= len(messages())
        except OSError:
            return False

    def recover(self, published):
        with Engine(self.folder, *self.arguments(self.data), name="recovered") as engine:
            if not published:
                self.publish()
            eventually(lambda: self.has_needles(engine), 20, "every needle")
            if engine.metric("tocsin_books_balanced") != 1:
                raise Trouble("the books do not balance")
            if engine.stop() != 0:
                raise Trouble("the recovered engine does not stop with 0: " + engine.output())
        self.check_logs()

    def has_needles(self, engine):
        return self.has_all(engine) and engine.metric("tocsin_alert_revisions_total") >= NEEDLES * 3

    def dump(self, data):
        ran = subprocess.run([TOCSIN, "journal", "dump", data, "--log", "alerts", "--json"], capture_output=True, text=True)
        if ran.returncode != 0:
            raise Trouble("journal dump: " + ran.stderr)
        records = [json.loads(line) for line in ran.stdout.splitlines()]
        return [record["body"]["alert"] for record in records if record["kind"] == "alert"]

    def check_logs(self):
        sound = subprocess.run([TOCSIN, "journal", "verify", self.data], capture_output=True, text=True)
        if sound.returncode != 0:
            raise Trouble("journal verify: " + sound.stdout + sound.stderr)
        alerts = self.dump(self.data)
        said = sorted((a["rule"], a["key"][0]["value"]["string_value"], a["rev"]) for a in alerts)
        wanted = sorted([("alarm", f"D{n}{d}", 1) for n in range(NEEDLES) for d in "ab"]
                        + [("confirmed", f"B{n}", 1) for n in range(NEEDLES)])
        if said != wanted:
            raise Trouble(f"alerts {said}, wanted {wanted}")
        self.check_replay(alerts)

    def check_replay(self, alerts):
        """An engine that has only the event log says the same."""
        twin = self.folder / "twin"
        twin.mkdir()
        shutil.copytree(self.data / "events", twin / "events")
        with Engine(self.folder, *self.arguments(twin), name="twin") as engine:
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") >= len(alerts), 20, "the replay")
            engine.stop()
        again = self.dump(twin)
        if again != alerts:
            raise Trouble(f"the log says {again}, the engine said {alerts}")


class Preloaded:
    def __init__(self, settings):
        self.settings = {"LD_PRELOAD": LIBRARY, **settings}

    def __enter__(self):
        os.environ.update(self.settings)

    def __exit__(self, *_):
        for name in self.settings:
            os.environ.pop(name, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--torn", action="store_true")
    parser.add_argument("--nested", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kills = failures = 0
    began = time.monotonic()
    with temporary_folder() as home, Mosquitto(home) as broker:
        at = options.first
        while kills < options.most:
            settings = {"KILLPOINT": str(at), **({"KILLPOINT_TORN": "1"} if options.torn else {})}
            draw = random.Random(f"{options.seed} {at}")
            again = {**settings, "KILLPOINT": str(draw.randint(1, 60))} if options.nested else None
            with temporary_folder() as folder:
                try:
                    killed = Trial(folder, broker, settings).run(settings, again)
                except (Trouble, AssertionError, subprocess.SubprocessError) as failure:
                    failures += 1
                    killed = True
                    flags = " ".join(f"--{name}" for name in ("torn", "nested") if getattr(options, name))
                    print(f"FAILED at call {at}: {failure}\n  again: {sys.argv[0]} --from {at} --most 1 {flags} "
                          f"--seed {options.seed}", flush=True)
            if not killed:
                break
            kills += 1
            at += options.step
    print(json.dumps({"kills": kills, "failures": failures, "torn": options.torn, "nested": options.nested,
                      "seed": options.seed, "seconds": round(time.monotonic() - began, 1)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
