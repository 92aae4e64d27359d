"""`tocsin doctor` at a real mosquitto and a real Kafka that would lose what they acknowledge."""
import json
import os
import pathlib
import subprocess
import unittest

from harness import TOCSIN, Engine, Kafka, Mosquitto, temporary_folder

CARELESS = "\n".join([
    "log.cleanup.policy=compact", "log.retention.hours=1", "unclean.leader.election.enable=true",
    "message.max.bytes=100000", ""])


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(temporary_folder()))

    def doctor(self, *arguments):
        ran = subprocess.run([TOCSIN, "doctor", "--json", "--data", self.folder, *arguments],
                             capture_output=True, text=True, timeout=60)
        findings = [json.loads(line) for line in ran.stdout.splitlines()]
        return ran.returncode, {finding["check"]: finding for finding in findings}

    def test_a_real_broker_and_a_real_kafka_are_read_and_judged(self):
        os.environ["TOCSIN_KAFKA_PROPERTIES"] = CARELESS
        self.addCleanup(os.environ.pop, "TOCSIN_KAFKA_PROPERTIES")
        kafka = self.enterContext(Kafka(self.folder))
        broker = self.enterContext(Mosquitto(self.folder))
        uri = f"tcp://127.0.0.1:{broker.port}"

        code, found = self.doctor("--kafka", kafka.bootstrap)
        self.assertEqual(code, 0, found)
        self.assertIn("not there yet", found["kafka.tocsin.alerts.topic"]["text"])
        rules = self.folder / "rules.d"
        rules.mkdir()
        (rules / "r.yaml").write_text("format: tocsin/1\nrule: r\nseverity: low\nfor_each: [device_id]\n"
                                      "match: {event: {event: smoke.alarm}}\n")
        with Engine(self.folder, "--data", self.folder / "data", "--rules", rules, "--broker", uri,
                    "--kafka", kafka.bootstrap, "--http", "127.0.0.1:0"):
            pass  # the topics are made

        code, found = self.doctor("--kafka", kafka.bootstrap, "--broker", uri, "--mosquitto-conf",
                                  self.folder / "mosquitto.conf")
        self.assertEqual(code, 1, found)
        health = {check: finding["health"] for check, finding in found.items()}
        self.assertEqual(health["kafka.tocsin.alerts.cleanup.policy"], "bad")
        self.assertEqual(health["kafka.tocsin.alerts.unclean.leader.election.enable"], "bad")
        self.assertEqual(health["kafka.tocsin.alerts.retention.ms"], "warning")
        self.assertEqual(health["kafka.tocsin.alerts.max.message.bytes"], "warning")
        self.assertEqual(health["kafka.tocsin.alerts.replicas"], "warning")
        self.assertNotIn("kafka.tocsin.heartbeat.cleanup.policy", health, "compacted by design")
        self.assertIn("mosquitto version", found["broker"]["text"])
        self.assertEqual(health["mosquitto.max_queued_messages"], "ok")
        self.assertEqual(health["mosquitto.persistence"], "bad")
        self.assertTrue(all(finding["fix"] for finding in found.values() if finding["health"] == "bad"))


if __name__ == "__main__":
    unittest.main()
