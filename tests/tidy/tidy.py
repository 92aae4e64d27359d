#!/usr/bin/env python3
"""House rules as tests: tidy.py CHECK, run from the repository's root. Prints each offence, exits 1 if any."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = (".cc", ".h")


def tracked(*folders, suffixes=CODE):
    """Files git knows below the folders (all of them where git is not there: a source archive)."""
    try:
        names = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", *folders],
                               capture_output=True, text=True, check=True).stdout.split("\n")
        paths = [ROOT / n for n in names if n]
    except (OSError, subprocess.CalledProcessError):
        paths = [p for f in folders or ["."] for p in (ROOT / f).rglob("*")]
    return [p for p in paths if p.is_file() and p.suffix in suffixes]


def offences(paths, pattern, allow=()):
    found = []
    for path in paths:
        name = str(path.relative_to(ROOT))
        if name in allow:
            continue
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            if re.search(pattern, line):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    return found


def rules_are_pure():
    """No clock, thread, socket, log line, metric or generated protobuf type in rules/."""
    return offences(tracked("rules"),
                    r"clock::now\(|std::(jthread|thread|mutex|atomic|cout|cerr|random_device)|sleep_for|mqtt/|rdkafka|"
                    r"boost/asio|prometheus/|\.pb\.h|spdlog|<random>|<fstream>|<filesystem>")


def siblings_do_not_include_each_other():
    """ingest and alerts know core, broker and proto only, journal and rules core; core knows itself only."""
    allowed = {"core": ["core"], "broker": ["core", "broker"], "ingest": ["core", "broker", "ingest", "tocsin"],
               "journal": ["core", "journal"], "rules": ["core", "rules"],
               "alerts": ["core", "broker", "alerts", "tocsin"]}
    found = []
    for folder, targets in allowed.items():
        others = "|".join(f for f in ["core", "broker", "ingest", "journal", "rules", "alerts", "bench", "app", "tocsin"]
                          if f not in targets)
        found += offences(tracked(folder), rf'#include "({others})/')
    return found


def the_clock_is_read_in_one_file():
    return offences(tracked("core", "broker", "ingest", "journal", "rules", "alerts", "app", "bench"),
                    r"(system_clock|high_resolution_clock)::now\(", allow=("core/clock.cc",))


def tests_do_not_sleep_or_fix_ports():
    return offences(tracked("tests", suffixes=(".cc", ".h", ".py", ".sh")),
                    r"sleep_for|usleep\(|time\.sleep|^\s*sleep [0-9]|127\.0\.0\.1:(1883|9092|8080)\b",
                    allow=("tests/tidy/tidy.py",))


def nothing_is_left_over():
    """No markers of unfinished work, no paths of one machine."""
    markers = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"])
    suffixes = CODE + (".py", ".sh", ".yaml", ".md", ".txt", ".proto", ".cmake")
    own = ("tests/tidy/tidy.py",)
    return (offences(tracked(suffixes=suffixes), rf"\b({markers})\b", allow=own) +
            offences(tracked(suffixes=suffixes), r"(^|[\s\"'=(])/(work|root|farm|home)/", allow=own))


def every_source_is_in_a_build_file():
    build = "\n".join(p.read_text() for p in ROOT.rglob("CMakeLists.txt") if "build" not in p.relative_to(ROOT).parts[:1])
    return [f"{p.relative_to(ROOT)}: no CMakeLists.txt names it" for p in tracked(suffixes=(".cc",))
            if not re.search(rf"(^|[\s/]){re.escape(p.name)}\b", build, re.M)]


CHECKS = {f.__name__: f for f in (rules_are_pure, siblings_do_not_include_each_other, the_clock_is_read_in_one_file,
                                  tests_do_not_sleep_or_fix_ports, nothing_is_left_over,
                                  every_source_is_in_a_build_file)}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:
        sys.exit(f"usage: tidy.py {'|'.join(CHECKS)}")
    bad = CHECKS[sys.argv[1]]()
    print("\n".join(bad))
    sys.exit(1 if bad else 0)
