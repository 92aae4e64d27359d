#!/usr/bin/env python3
"""How long `tocsin validate` takes for N rules and `tocsin test` for N cases.

Copies the shipped rules, tests included, under new names, one file each, until there are enough. Prints one line of
JSON. The figures to keep: 1,000 rules validated in at most 300 ms, 1,000 cases in at most 2 s.

    bench/rules/load_bench.py build/release/tocsin [--rules 1000] [--cases 1000] [--runs 5]
"""
import argparse
import json
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "rules.d"
NAME = re.compile(r"(?:^rule:|\bas:) ([a-z0-9-]+)", re.MULTILINE)


def rule_texts():
    """The shipped rules, without bundle.yaml; each with the number of its tests."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        if path.name != "bundle.yaml":
            text = path.read_text(encoding="utf-8")
            yield text, len(re.findall(r"^  - name:", text, re.MULTILINE))


def write_bundle(folder, enough):
    """Copies rules, all of them in each round, until `enough(rules, cases)`; a name means that of the round."""
    shutil.copy(SHIPPED / "bundle.yaml", folder)
    rules = cases = 0
    texts = list(rule_texts())
    names = "|".join(re.escape(name) for text, _ in texts for name in NAME.findall(text))
    name = re.compile(rf"(\balert\.|\brule: |\bas: )({names})(?![a-z0-9-])")
    while not enough(rules, cases):
        turn = rules // len(texts)
        for text, tests in texts:
            renamed = name.sub(rf"\1\2-{turn}", text)
            (pathlib.Path(folder) / f"{rules:05}.yaml").write_text(renamed, encoding="utf-8")
            rules, cases = rules + 1, cases + tests
    return rules, cases


def median_ms(command, runs):
    """Elapsed, and of the processor (what else the machine does is not in that one)."""
    elapsed, busy = [], []
    for _ in range(runs):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        elapsed.append(time.monotonic() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return [round(1000 * statistics.median(taken), 1) for taken in (elapsed, busy)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tocsin")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rules, _ = write_bundle(folder, lambda rules, _: rules >= wanted.rules)
        validate = median_ms([wanted.tocsin, "validate", folder], wanted.runs)
    with tempfile.TemporaryDirectory() as folder:
        tested, cases = write_bundle(folder, lambda _, cases: cases >= wanted.cases)
        test = median_ms([wanted.tocsin, "test", folder], wanted.runs)
    print(json.dumps({
        "rules": rules, "validate_ms": validate[0], "validate_cpu_ms": validate[1],
        "tested_rules": tested, "cases": cases, "test_ms": test[0], "test_cpu_ms": test[1],
    }))


if __name__ == "__main__":
    main()
