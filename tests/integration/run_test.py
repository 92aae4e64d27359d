"""`tocsin run` as its operator sees it, over a real mosquitto: what it counts, what it says on stderr, how it stops."""
import json
import pathlib
import unittest

from harness import Engine, Mosquitto, eventually, temporary_folder

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


if __name__ == "__main__":
    unittest.main()
