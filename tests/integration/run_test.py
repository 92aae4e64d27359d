"""`tocsin run` as its operator sees it, over a real mosquitto: what it counts, what it says on stderr, how it stops."""
import json
import pathlib
import re
import signal
import subprocess
import time
import unittest

import harness
from harness import Engine, Mosquitto, Process, eventually, temporary_folder

RULE = ("format: tocsin/1\nrule: smoke\nseverity: high\nfor_each: [device_id]\n"
        "match: {event: {event: smoke.alarm}}\n")


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(temporary_folder()))
        self.broker = self.enterContext(Mosquitto(self.folder))
        (self.folder / "smoke.yaml").write_text(RULE)

    def arguments(self, kafka):
        return ["--data", self.folder / "data", "--rules", self.folder / "smoke.yaml",
                "--broker", f"tcp://127.0.0.1:{self.broker.port}", "--kafka", kafka, "--http", "127.0.0.1:0"]

    def test_frames_on_topics_nobody_knows_are_counted_as_bad_topic_and_named(self):
        topics = ["tocsin/v1/g1/jsno", "tocsin/v1/g1/json/more", "tocsin/v1/g1"]
        with Engine(self.folder, *self.arguments(kafka="")) as engine:
            self.broker.publish("tocsin/v1/g1/status", "online")
            for topic in topics:
                self.broker.publish(topic, "{}")
            eventually(lambda: engine.metric('tocsin_events_rejected_total{reason="bad_topic"}') == len(topics), 20,
                       "each is counted")
            self.assertEqual(engine.metric("tocsin_events_received_total"), len(topics), "a status is no event")
            self.assertEqual(engine.metric("tocsin_books_balanced"), 1)
            rejected = json.loads(engine.http("/api/v1/rejected")[1])["rejected"]
            self.assertEqual([r["sample"] for r in rejected], topics)

    def test_an_engine_that_slept_hears_its_backlog_before_it_misses_anything(self):
        (self.folder / "smoke.yaml").write_text(
            "format: tocsin/1\nrule: unanswered\nseverity: high\nfor_each: [device_id]\nmatch: {sequence: {steps: "
            "[a: {event: smoke.alarm}], absent: {event: smoke.clear, within: 4s}}}\n")
        with Engine(self.folder, *self.arguments(kafka="")) as engine:
            def publish(kind, device):
                event = {"type": kind, "device_id": device, "ts": int(time.time() * 1000)}
                self.broker.publish("tocsin/v1/g1/json", json.dumps(event))
            for device in ("D1", "D2"):
                publish("smoke.alarm", device)
            eventually(lambda: engine.metric("tocsin_events_received_total") == 2, 20, "the alarms are there")
            engine.child.send_signal(signal.SIGSTOP)
            asleep = time.monotonic()
            publish("smoke.clear", "D1")
            eventually(lambda: time.monotonic() > asleep + 17, 30, "longer than a beat is late")
            engine.child.send_signal(signal.SIGCONT)
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 1, 40, "one was not answered")
            open_alerts = json.loads(engine.http("/api/v1/alerts")[1])["alerts"]
            self.assertEqual([a["key"] for a in open_alerts], [{"device_id": "D2"}])
            self.assertEqual(engine.metric("tocsin_books_balanced"), 1)

    def test_old_events_go_and_a_killed_engine_goes_on_from_what_is_kept(self):
        config = self.folder / "tocsin.yaml"
        config.write_text("journal: {segment_size: 1MiB, retention_size: 2MiB, snapshot_every: 5}\n")
        arguments = ["-c", config, *self.arguments(kafka="")]
        batches, size = 70, 1000
        now = int(time.time() * 1000)

        def publish(number):
            events = [{"type": "smoke.alarm", "device_id": f"D{i % 20}", "ts": now + number, "id": f"{number}-{i}"}
                      for i in range(size)]
            self.broker.publish("tocsin/v1/g1/json", json.dumps(events))

        def open_alerts(engine):
            return sorted(a["alert_id"] for a in json.loads(engine.http("/api/v1/alerts")[1])["alerts"])

        with Engine(self.folder, *arguments) as engine:
            for number in range(batches):
                publish(number)
            eventually(lambda: engine.metric("tocsin_events_received_total") == batches * size, 60, "all are there")
            eventually(lambda: engine.metric('tocsin_log_size_bytes{log="events"}') <= 2 << 20, 30, "the oldest go")
            first = engine.metric('tocsin_log_first_position{log="events"}')
            self.assertGreater(first, 1)
            before = open_alerts(engine)
            self.assertEqual(len(before), 20)
            engine.stop(signal.SIGKILL)
        for log in ("events", "alerts"):
            verified = subprocess.run([harness.TOCSIN, "journal", "verify", self.folder / "data" / log],
                                      capture_output=True, text=True, timeout=60)
            self.assertEqual(verified.returncode, 0, verified.stdout)
        with Engine(self.folder, *arguments, name="second") as engine:
            self.assertEqual(engine.metric('tocsin_log_first_position{log="events"}'), first)
            publish(batches)
            eventually(lambda: engine.metric("tocsin_events_received_total") == (batches + 1) * size, 30, "it goes on")
            self.assertEqual(engine.metric("tocsin_books_balanced"), 1)
            self.assertEqual(open_alerts(engine), before, "nothing is said again under another name")
        for snapshot in (self.folder / "data" / "snapshots").iterdir():
            snapshot.write_bytes(b"damaged")
        with Process([harness.TOCSIN, "run", *arguments], self.folder, "third") as engine:
            self.assertEqual(engine.child.wait(60), 74, engine.output())
            self.assertRegex(engine.output(), "no snapshot fits it")

    def awaiting_kafka(self, patience, name="engine"):
        """`tocsin run` whose Kafka is nowhere, with the wait for it as given, once it waits."""
        config = self.folder / "tocsin.yaml"
        config.write_text(f"kafka: {{start_timeout: {patience}}}\n")
        nowhere = f"127.0.0.1:{harness.free_port()}"
        return Process([harness.TOCSIN, "run", "-c", config, *self.arguments(nowhere)],
                       self.folder, name)

    def test_a_stop_while_kafka_is_awaited_is_prompt_and_ends_with_0(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.awaiting_kafka(patience="1h", name=how.name) as engine:
                eventually(lambda: "waiting for Kafka" in engine.output(), 20, "it waits")
                engine.child.send_signal(how)
                self.assertEqual(engine.child.wait(20), 0, engine.output())
                self.assertRegex(engine.output(), "stopped while it waited for Kafka")

    def test_without_kafka_the_start_fails_with_69_and_one_line_that_says_why(self):
        with self.awaiting_kafka(patience="200ms") as engine:
            self.assertEqual(engine.child.wait(30), 69, engine.output())
            self.assertEqual(len(re.findall("Kafka at .* is not ready", engine.output())), 1, engine.output())

    def test_a_broker_that_goes_and_comes_back_is_one_line_each_on_stderr(self):
        with Engine(self.folder, *self.arguments(kafka="")) as engine:
            port = self.broker.port
            self.broker.stop()
            eventually(lambda: "] degraded: broker" in engine.output(), 20, "the loss is said")
            with Mosquitto(self.folder, port):
                eventually(lambda: "] over: broker" in engine.output(), 20, "its end is said")
                self.assertEqual(engine.stop(), 0)
        for line in ("degraded: ", "over: "):
            self.assertEqual(engine.output().count(line), 1, engine.output())


if __name__ == "__main__":
    unittest.main()
