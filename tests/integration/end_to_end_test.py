"""The whole way over the real parts: mosquitto_pub -> mosquitto -> Paho -> log -> engine -> librdkafka ->
Apache Kafka -> kcat."""
import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import jsonschema

import harness
from harness import Engine, Kafka, Mosquitto, eventually, temporary_folder

RULES = harness.ROOT / "deploy/rules.d"



def smoke(event_id, device="SD-EXAMPLE-1", **fields):
    return json.dumps({"id": event_id, "type": "smoke.alarm", "device_id": device,
                       "ts": int(time.time() * 1000), "level": 3.1, **fields})


def arguments(folder, broker, kafka, rules=RULES):
    return ["--data", pathlib.Path(folder) / "data", "--rules", rules,
            "--broker", f"tcp://127.0.0.1:{broker.port}", "--kafka", kafka.bootstrap, "--http", "127.0.0.1:0"]


class EndToEnd(unittest.TestCase):
    def setUp(self):
        folder = temporary_folder()
        self.folder = self.enterContext(folder)
        self.kafka = self.enterContext(Kafka(self.folder))
        self.broker = self.enterContext(Mosquitto(self.folder))

    def engine(self, **more):
        return Engine(self.folder, *arguments(self.folder, self.broker, self.kafka, **more))

    def test_an_alarm_published_by_mosquitto_pub_is_read_by_kcat_and_fits_its_schema(self):
        schema = json.loads(subprocess.run([harness.TOCSIN, "schema", "alert"], check=True, capture_output=True).stdout)
        with self.engine() as engine:
            self.broker.publish("tocsin/v1/g1/json", smoke("e2e-1"))
            record = self.kafka.read("tocsin.alerts", count=1)[0]
            self.assertEqual(engine.stop(), 0, engine.output())
        alert = record["value"]
        jsonschema.validate(alert, schema)
        self.assertEqual(record["key"], alert["alert_id"])
        self.assertEqual((alert["rule"], alert["rev"], alert["state"]), ("smoke-alarm", 1, "firing"))
        self.assertEqual(alert["evidence"][0]["id"], "e2e-1")
        self.assertEqual(record["headers"]["ce_id"], f"{alert['alert_id']}.1")
        self.assertEqual(record["headers"]["ce_specversion"], "1.0")
        self.assertGreater(int(record["headers"]["tocsin-position"]), 0)

    def test_a_killed_engine_neither_loses_nor_repeats(self):
        with self.engine() as engine:
            self.broker.publish("tocsin/v1/g1/json", smoke("k-1", device="D-1"))
            self.kafka.read("tocsin.alerts", count=1)
            engine.stop(signal.SIGKILL)
        # Published while no engine runs: the broker keeps it for the session.
        self.broker.publish("tocsin/v1/g1/json", smoke("k-2", device="D-2"))
        self.broker.publish("tocsin/v1/g1/json", smoke("k-1", device="D-1"))
        with self.engine() as engine:
            self.kafka.read("tocsin.alerts", count=2)
            eventually(lambda: engine.metric("tocsin_events_duplicate_total") == 1, 10, "the repetition is counted")
            self.assertEqual(engine.metric("tocsin_books_balanced"), 1)
            self.assertEqual(engine.stop(), 0)
        alerts = [r["value"] for r in self.kafka.read("tocsin.alerts")]
        self.assertEqual([(a["key"], a["rev"]) for a in alerts if a["rule"] == "smoke-alarm"],
                         [({"device_id": "D-1"}, 1), ({"device_id": "D-2"}, 1)])

    def test_an_engine_that_slept_while_another_took_over_publishes_nothing_more_and_says_so(self):
        other = pathlib.Path(self.folder) / "other"
        other.mkdir()
        with self.engine() as sleeper:
            self.broker.publish("tocsin/v1/g1/json", smoke("s-1", device="D-1"))
            self.kafka.read("tocsin.alerts", count=1)
            sleeper.child.send_signal(signal.SIGSTOP)
            with Engine(self.folder, *arguments(other, self.broker, self.kafka), name="successor") as successor:
                self.broker.publish("tocsin/v1/g1/json", smoke("s-2", device="D-2"))
                self.kafka.read("tocsin.alerts", count=2)
                sleeper.child.send_signal(signal.SIGCONT)
                self.assertEqual(sleeper.child.wait(30), 78, sleeper.output())
                self.assertIn("fenced: another engine publishes to tocsin.alerts", sleeper.output())
                self.assertEqual(successor.stop(), 0, successor.output())
        alerts = [r["value"] for r in self.kafka.read("tocsin.alerts")]
        self.assertEqual([(a["key"], a["rev"]) for a in alerts if a["rule"] == "smoke-alarm"],
                         [({"device_id": "D-1"}, 1), ({"device_id": "D-2"}, 1)])

    def test_bad_input_costs_its_neighbours_nothing(self):
        bad = [b"", b"{", b"[" * 10_000, b"\xff\xfe", b'{"type":"no.such","device_id":"D"}',
               b'{"type":"smoke.alarm"}', b'{"type":"smoke.alarm","device_id":"D","level":"high"}', b"x" * 300_000]
        with self.engine() as engine:
            for payload in bad:
                self.broker.publish("tocsin/v1/g1/json", payload)
            self.broker.publish("tocsin/v1/g1/pb", b"\x0a\xff\xff\xff\xff\x0f")
            self.broker.publish("tocsin/v1/g1/json", smoke("good"))
            self.kafka.read("tocsin.alerts", count=1)
            eventually(lambda: engine.metric("tocsin_events_rejected_total") == len(bad) + 1, 10, "each is counted")
            self.assertEqual(engine.metric("tocsin_books_balanced"), 1)
            samples = json.loads(engine.http("/api/v1/rejected")[1])
            self.assertEqual(len(samples["rejected"]), len(bad) + 1)

    def test_kafka_gone_and_back_is_said_and_so_is_what_it_did_not_get_before_a_stop(self):
        config = pathlib.Path(self.folder) / "tocsin.yaml"
        config.write_text("drain_timeout: 100ms\n")
        rule = pathlib.Path(self.folder) / "smoke.yaml"
        rule.write_text("format: tocsin/1\nrule: smoke\nseverity: high\nfor_each: [device_id]\n"
                        "match: {event: {event: smoke.alarm}}\n")
        with Engine(self.folder, "-c", config, *arguments(self.folder, self.broker, self.kafka, rule)) as engine:
            said = engine.output
            self.kafka.stop()
            eventually(lambda: said().count("degraded: Kafka") == 1, 60, "the loss is said")
            self.kafka.restart()
            eventually(lambda: said().count("over: Kafka") == 1, 60, "its end is said")
            self.kafka.stop()
            eventually(lambda: said().count("degraded: Kafka") == 2, 60, "the next loss is said")
            self.broker.publish("tocsin/v1/g1/json", smoke("kept"))
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 1, 20, "the alert is in the log")
            self.assertEqual(engine.stop(), 0)
            self.assertIn("1 alert revision waits in the alert log for the next start", said())
        self.kafka.restart()

    def test_a_reload_takes_good_rules_and_keeps_the_old_ones_over_bad(self):
        rules = pathlib.Path(self.folder) / "rules"
        rules.mkdir()
        rule = rules / "one.yaml"
        text = ("format: tocsin/1\nrule: {name}\nseverity: high\nfor_each: [device_id]\n"
                "match: {{event: {{event: smoke.alarm}}}}\n")
        rule.write_text(text.format(name="first"))
        with self.engine(rules=rules) as engine:
            rule.write_text("format: tocsin/1\nrule: broken\nsevrity: high\n")
            engine.child.send_signal(signal.SIGHUP)
            eventually(lambda: "E2103" in engine.output(), 10, "the reason is said")
            rule.write_text(text.format(name="second"))
            engine.child.send_signal(signal.SIGHUP)
            eventually(lambda: 'rule="second"' in engine.http("/metrics")[1], 10, "the new rule is in force")
            self.broker.publish("tocsin/v1/g1/json", smoke("after"))
            self.assertEqual(self.kafka.read("tocsin.alerts", count=1)[0]["value"]["rule"], "second")

    def test_every_planted_incident_gives_exactly_its_alerts(self):
        out = subprocess.run([harness.TOCSIN, "demo", "--for", "40s", "--kafka", self.kafka.bootstrap, "--devices", "1000",
                              "--scenario", "duplicates,storm", "--json"], capture_output=True, text=True, timeout=150)
        self.assertEqual(out.returncode, 0, out.stdout[-2000:] + out.stderr[-2000:])
        summary = json.loads(out.stdout.splitlines()[-1])
        self.assertTrue(summary["books"]["balanced"])
        self.assertGreater(summary["truth"]["expected"], 10)
        self.assertEqual((summary["truth"]["missed"], summary["truth"]["duplicated"], summary["truth"]["wrong"]), (0, 0, 0))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
