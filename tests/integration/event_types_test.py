"""docs/event_types.md done as it says: its files, its commands, and the event over a real mosquitto."""
import json
import os
import pathlib
import re
import subprocess
import unittest

import harness
from harness import Engine, Mosquitto, eventually, temporary_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def open_rules(engine):
    return [alert["rule"] for alert in json.loads(engine.http("/api/v1/alerts")[1])["alerts"]]


class EventTypes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(temporary_folder()))
        guide = (ROOT / "docs/event_types.md").read_text()
        (self.folder / "rules.d").mkdir()
        (self.folder / "proto").symlink_to(ROOT / "proto")
        (self.folder / "lift.proto").write_text(blocks(guide, "proto")[0])
        (self.folder / "rules.d/lift-stuck.yaml").write_text(blocks(guide, "yaml")[0])
        self.protoc, checks = blocks(guide, "sh")
        self.checks = checks.splitlines()

    def sh(self, command):
        path = f"{pathlib.Path(harness.TOCSIN).parent}:{os.environ['PATH']}"
        ran = subprocess.run(command, shell=True, cwd=self.folder, env={**os.environ, "PATH": path},
                             capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout + ran.stderr

    def test_the_guide_can_be_followed_and_the_event_alarms(self):
        code, output = self.sh("tocsin validate rules.d")
        self.assertEqual(code, 78, "the type is not known yet")
        self.assertIn("E2204", output)
        self.assertEqual(self.sh(self.protoc), (0, ""))
        for command in self.checks[:-1]:
            code, output = self.sh(command)
            self.assertEqual(code, 0, f"{command}: {output}")
        self.assertIn("lift.status", output, "the schema of an event knows the type")
        self.assertEqual(self.sh("tocsin validate rules.d/lift-stuck.yaml")[0], 0, "one file alone finds its types")
        code, output = self.sh("""tocsin eval 'e.load_kg > 300.0' --rules rules.d --event """
                               """'{"type":"lift.status","device_id":"L1","load_kg":310}'""")
        self.assertEqual(code, 0, output)
        self.assertIn("true", output)
        self.publish_and_reload()

    def publish_and_reload(self):
        broker = self.enterContext(Mosquitto(self.folder))
        arguments = ["--data", self.folder / "data", "--rules", self.folder / "rules.d", "--kafka", "",
                     "--broker", f"tcp://127.0.0.1:{broker.port}", "--http", "127.0.0.1:0"]
        rule = self.folder / "rules.d/lift-stuck.yaml"
        rule.write_text(re.sub(r"  sustained:.*?(?=alert:)",
                               """  event: {event: lift.status, where: 'e.state == "stuck"'}\n""",
                               rule.read_text().split("tests:")[0], flags=re.S))
        stuck = {"type": "lift.status", "device_id": "L1", "state": "stuck", "loadKg": 310}
        with Engine(self.folder, *arguments) as engine:
            broker.publish("tocsin/v1/g1/json", json.dumps(stuck))
            eventually(lambda: engine.metric("tocsin_events_accepted_total") == 1, 20, "the type is known")
            eventually(lambda: open_rules(engine) == ["lift-stuck"], 20, "it alarms")
        with Engine(self.folder, *arguments, name="again") as engine:
            eventually(lambda: open_rules(engine) == ["lift-stuck"], 20, "the log knows the type after a restart")


if __name__ == "__main__":
    unittest.main()
