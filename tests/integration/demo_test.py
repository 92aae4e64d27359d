"""What the demo invites its users to do, done: read the topic, publish an event, edit a rule, press Ctrl-C."""
import os
import re
import shlex
import signal
import subprocess
import unittest

import harness


class Demo(unittest.TestCase):
    def test_the_three_things_to_try_work_and_ctrl_c_leaves_nothing_running(self):
        with harness.temporary_folder() as folder:
            with harness.Process([harness.TOCSIN, "demo"], folder, "demo") as demo:
                said = demo.output
                harness.eventually(lambda: "Try next" in said() and said().count(" (count ") > 0, 60, "a first alert")
                watch, publish, edit = [shlex.split(re.search(rf"^  {n}\. [^:]*: +(.*)$", said(), re.M)[1])
                                        for n in (1, 2, 3)]
                topic = subprocess.run(watch + ["-e", "-q"], capture_output=True, text=True, timeout=30)
                self.assertIn('"schema":"tocsin.alert/1"', topic.stdout)
                subprocess.run(publish, check=True, timeout=30)
                harness.eventually(lambda: "detector SD-MY-FIRST" in said(), 30,
                                   "the alert of an event of one's own")
                subprocess.run(edit, check=True, timeout=30)
                harness.eventually(lambda: "rules reloaded" in said(), 30, "the edited rule in force")
                children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(demo.child.pid)],
                                          capture_output=True, text=True).stdout.split()
                self.assertGreaterEqual(len(children), 2, "mosquitto and the city")
                demo.child.send_signal(signal.SIGINT)
                self.assertEqual(demo.child.wait(60), 0, said())
                self.assertIn("the books balance", said())
                for pid in children:
                    self.assertFalse(os.path.exists(f"/proc/{pid}"), f"{pid} is still running")
                files = re.search(r"files +(\S+)", said())[1]
                self.assertFalse(os.path.exists(files), files)


if __name__ == "__main__":
    unittest.main()
