"""Alerts to displays over MQTT: `tocsin run` with a real mosquitto on either side."""
import json
import pathlib
import signal
import subprocess
import time
import unittest

import harness
from harness import Display, Engine, Mosquitto, Process, eventually, temporary_folder

RULE = ("format: tocsin/1\nrule: smoke\nseverity: high\ncategory: fire\nfor_each: [device_id]\n"
        "match: {event: {event: smoke.alarm}}\n"
        "alert: {resolve: {quiet_for: 1h, or_event: {event: smoke.clear}}}\n")
# Keeps sessions, and what is queued for them, over a kill.
PERSISTENT = "persistence true\npersistence_location {}/\nautosave_on_changes true\nautosave_interval 1\nuser root\n"


def first_of_each(alerts):
    """As a reader sees them that knows revisions by alert_id and rev. A killed broker may repeat, too."""
    seen = {}
    for alert in alerts:
        seen.setdefault((alert["alert_id"], alert["rev"]), alert)
    return list(seen.values())


class MqttSink(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(temporary_folder()))
        (self.folder / "smoke.yaml").write_text(RULE)
        self.source = self.broker("source")

    def broker(self, name, port=None, **more):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        broker = Mosquitto(folder, port, more=PERSISTENT.format(folder), **more)
        self.addCleanup(broker.stop)
        return broker

    def configure(self, broker, **settings):
        mqtt = {"uri": f"tcp://127.0.0.1:{broker.port}", **settings}
        (self.folder / "tocsin.yaml").write_text(json.dumps({"sinks": {"mqtt": mqtt}, "drain_timeout": "2s"}))

    def arguments(self):
        return ["-c", self.folder / "tocsin.yaml", "--data", self.folder / "data", "--rules", self.folder / "smoke.yaml",
                "--broker", f"tcp://127.0.0.1:{self.source.port}", "--http", "127.0.0.1:0"]

    def engine(self):
        return Engine(self.folder, *self.arguments())

    def alarm(self, *devices, kind="smoke.alarm"):
        now = int(time.time() * 1000)
        events = [{"type": kind, "device_id": device, "ts": now} for device in devices]
        self.source.publish("tocsin/v1/g1/json", json.dumps(events))

    def alert_log(self):
        out = subprocess.run([harness.TOCSIN, "alerts", "tail", "--json", "--data", self.folder / "data"], check=True,
                             capture_output=True, text=True, timeout=60).stdout
        return [json.loads(line) for line in out.splitlines()]

    def test_undisturbed_every_revision_arrives_once_in_order_as_in_the_alert_log(self):
        self.configure(self.source)  # one broker for both ways: alerts must not come back as events
        with Display(self.folder, self.source) as display, self.engine() as engine:
            for first in range(0, 500, 50):
                self.alarm(*(f"D{n}" for n in range(first, first + 50)))
            self.alarm("D7", kind="smoke.clear")
            eventually(lambda: len(display.heard()) >= 501, 40, "all are heard")
            self.assertEqual(engine.metric("tocsin_events_received_total"), 501)
            eventually(lambda: engine.metric('tocsin_sink_behind_records{sink="mqtt"}') == 0, 10, "it is remembered")
            self.assertEqual(engine.metric('tocsin_sink_published_total{sink="mqtt"}'), 501)
            self.assertEqual(engine.http("/readyz")[0], 200)
            self.assertEqual(engine.stop(), 0, engine.output())
            self.assertEqual(display.alerts(), self.alert_log())
        for retained, topic, alert in display.heard():
            self.assertEqual(topic, f"tocsin/alerts/v1/fire/smoke/{alert['alert_id']}")
            self.assertFalse(retained)

    def test_a_broker_that_is_killed_gets_everything_when_it_is_back(self):
        displays = self.broker("displays")
        self.configure(displays)
        with Display(self.folder, displays) as display, self.engine() as engine:
            self.alarm(*(f"A{n}" for n in range(20)))
            eventually(lambda: len(display.alerts()) == 20, 20, "the first are heard")
            eventually(lambda: (self.folder / "displays/mosquitto.db").exists(), 20, "the session is saved")
            displays.stop(signal.SIGKILL)
            for n in range(20):
                self.alarm(f"B{n}")
            eventually(lambda: "] degraded: MQTT sink" in engine.output(), 20, "the loss is said")
            status, ready = engine.http("/readyz")
            self.assertEqual(status, 503)
            self.assertIn("MQTT sink", ready)
            self.assertEqual(engine.metric('tocsin_sink_connected{sink="mqtt"}'), 0)
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 40, 20, "the engine goes on")
            self.broker("displays", displays.port)
            eventually(lambda: "] over: MQTT sink" in engine.output(), 20, "the end is said")
            self.assertEqual(engine.http("/readyz")[0], 200)
            eventually(lambda: engine.metric('tocsin_sink_published_total{sink="mqtt"}') == 40, 20, "each once")
            eventually(lambda: first_of_each(display.alerts()) == self.alert_log(), 40, "what waited is heard, in order")
            self.assertEqual(engine.stop(), 0, engine.output())

    def test_a_killed_engine_loses_nothing_and_repeats_with_the_same_alert_id_and_rev(self):
        displays = self.broker("displays")
        self.configure(displays)
        with Display(self.folder, displays) as display:
            for life in range(4):
                with self.engine() as engine:
                    self.alarm(*(f"D{life}-{n}" for n in range(200)))
                    if life < 3:
                        eventually(lambda: len(display.alerts()) > 200 * life + 20, 20, "some are heard")
                        engine.stop(signal.SIGKILL)
                    else:
                        eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 800, 30, "all are decided")
                        eventually(lambda: engine.metric('tocsin_sink_behind_records{sink="mqtt"}') == 0, 60, "all are out")
                        self.assertEqual(engine.stop(), 0, engine.output())
            log = self.alert_log()
            eventually(lambda: display.alerts()[-1] == log[-1], 60, "the last is heard")
            heard = display.alerts()
        self.assertEqual(len(log), 800)
        self.assertEqual(first_of_each(heard), log, "each revision, in order")
        said = {(a["alert_id"], a["rev"]): a for a in log}
        self.assertTrue(all(a == said[a["alert_id"], a["rev"]] for a in heard), "a repetition says the same")
        self.assertLessEqual(len(heard) - len(log), 3 * 200, "at most what one life made is said again")

    def test_a_wrong_password_is_a_reason_and_the_engine_goes_on_until_it_is_right(self):
        passwords = self.folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "tocsin", "secret"], check=True, timeout=20)
        displays = self.broker("displays", access=f"allow_anonymous false\npassword_file {passwords}")
        secret = self.folder / "secret"
        secret.write_text("wrong\n")
        self.configure(displays, username="tocsin", password_file=str(secret))
        with self.engine() as engine:
            self.alarm("D1")
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 1, 20, "the engine works")
            eventually(lambda: "refused" in engine.http("/readyz")[1], 20, "the reason is said")
            secret.write_text("secret\n")
            eventually(lambda: engine.metric('tocsin_sink_published_total{sink="mqtt"}') == 1, 20, "it is out")
            eventually(lambda: engine.http("/readyz")[0] == 200, 20, "all is well")
            self.assertEqual(engine.stop(), 0, engine.output())

    def test_what_waits_for_a_broker_at_a_stop_is_counted_and_sent_at_the_next_start(self):
        displays = self.broker("displays")
        self.configure(displays)
        displays.stop()
        with self.engine() as engine:
            self.alarm("D1", "D2")
            eventually(lambda: engine.metric("tocsin_alert_revisions_total") == 2, 20, "they are decided")
            self.assertEqual(engine.stop(), 0)
            self.assertIn("2 alert revisions wait in the alert log for the next start", engine.output())
        again = self.broker("displays", displays.port)
        with Display(self.folder, again) as display, self.engine():
            eventually(lambda: len(display.alerts()) == 2, 20, "they are out")

    def test_a_display_that_joins_late_hears_what_is_open_where_alerts_are_retained(self):
        self.configure(self.source, retain=True)
        with Display(self.folder, self.source) as early, self.engine() as engine:
            self.alarm("D1", "D2")
            self.alarm("D1", kind="smoke.clear")
            eventually(lambda: len(early.heard()) == 4, 20, "two open, one resolves and is taken away")
            self.assertEqual([(a["key"]["device_id"], a["state"]) if a else None for _, _, a in early.heard()],
                             [("D1", "firing"), ("D2", "firing"), ("D1", "resolved"), None])
            with Display(self.folder, self.source, "late") as late:
                eventually(lambda: late.heard(), 20, "something is retained")
                self.alarm("D3")
                eventually(lambda: len(late.heard()) >= 2, 20, "and what is new follows")
                self.assertEqual([(retained, a["key"]["device_id"]) for retained, _, a in late.heard()],
                                 [(True, "D2"), (False, "D3")])
            self.assertEqual(engine.stop(), 0, engine.output())

    def refusal(self):
        with Process([harness.TOCSIN, "run", *self.arguments()], self.folder, "refused") as run:
            return run.child.wait(30), run.output()

    def test_a_prefix_where_events_come_in_is_refused_at_the_start(self):
        self.configure(self.source, topic_prefix="tocsin/v1/alerts")
        code, said = self.refusal()
        self.assertEqual(code, 78, said)
        self.assertIn("error E5006", said)
        self.assertIn("tocsin/v1/alerts", said)

    def test_the_client_id_of_the_source_is_refused_at_the_start(self):
        uri = f"tcp://127.0.0.1:{self.source.port}"
        both = {"source": {"broker": {"uri": uri, "client_id": "x"}}, "sinks": {"mqtt": {"uri": uri, "client_id": "x"}}}
        (self.folder / "tocsin.yaml").write_text(json.dumps(both))
        code, said = self.refusal()
        self.assertEqual(code, 78, said)
        self.assertIn("sinks.mqtt.client_id 'x' is the source's too", said)


if __name__ == "__main__":
    unittest.main()
