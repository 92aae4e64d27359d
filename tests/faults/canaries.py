#!/usr/bin/python3
"""Plants bugs, one at a time, and demands that the tests go red for each: a campaign that stays green for a bug
proves nothing.

    tests/faults/canaries.py            every bug; the last line counts
    tests/faults/canaries.py NAME...    these only

The sources are copied to build/canaries/src and edited there (EDITS), so that what ships carries no switch. One
build holds all bugs; the environment variable TOCSIN_PLANTED chooses one. Without it every test named here must
be green, in the same build.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "canaries"
PATIENCE_S = 300

# file, what stands there, what is put there. What stands there must be found exactly once.
EDITS = [
    ("journal/file_log.cc", "    if (segment_.sync() != 0) {\n      queue_.fail();\n      return false;\n    }\n    progress.sync",
     "    if (!planted(\"acknowledged before the sync\") && segment_.sync() != 0 &&\n"
     "        !planted(\"failed sync called good\")) {\n      queue_.fail();\n      return false;\n    }\n    progress.sync"),
    ("journal/file_log.cc", "last_arrival_ = std::max(last_arrival_, now());",
     "last_arrival_ = planted(\"arrival goes back\") ? now() : std::max(last_arrival_, now());"),
    ("journal/file_log.cc", "    if (!means_no_space(error)) {\n",
     "    if (planted(\"full disk drops a record\")) return true;\n    if (!means_no_space(error)) {\n"),
    ("journal/file_log.cc", "  if (held != 0) {\n", "  if (held != 0 && !planted(\"two writers\")) {\n"),
    ("journal/cursor.cc", "if (!checksum_holds(bytes, header->size(), header_.salt)) {\n    return fail(",
     "if (!planted(\"torn record accepted\") && !checksum_holds(bytes, header->size(), header_.salt)) {\n    return fail("),
    ("journal/recovery.cc", "cursor.synced() >= damaged",
     "cursor.synced() >= damaged && !planted(\"promised record cut\")"),
    ("journal/segment_index.cc", "if (next.first > needed ||",
     "if ((next.first > needed && !planted(\"trimmed what is needed\")) ||"),
    ("rules/dedup.cc", "return age(i - 1, arr) <= window.count();",
     "return age(i - 1, arr) + (planted(\"dedup window off by one\") ? 1 : 0) <= window.count();"),
    ("rules/sustained_matcher.h", "      a(identity, start, newest, newest_ts, newest_arr, counted,",
     "      Duration lost{};\n      a(identity, start, newest, newest_ts, newest_arr,\n"
     "        planted(\"run lost in a snapshot\") ? lost : counted,"),
    ("rules/timers.cc", "if (due) set(timer, *due);",
     "if (due && !planted(\"timer lost in a snapshot\")) set(timer, *due);"),
    ("rules/count_matcher.cc", "const Timestamp earliest = entries[arrived].ts - form.within;",
     "const Timestamp earliest =\n      entries[arrived].ts - form.within - Duration{planted(\"window off by one\") ? 1 : 0};"),
    ("rules/event_time.cc", "event.late = event.arr - event.ts > settings.lateness;",
     "event.late = event.arr - event.ts + Duration{planted(\"late off by one\") ? 1 : 0} > settings.lateness;"),
    ("rules/episode.cc", "when.after = episode.opened_at + *resolve.after;",
     "when.after = episode.opened_at + *resolve.after - Duration{planted(\"resolved too early\") ? 1 : 0};"),
    ("rules/episode.cc", "  episode.last_contribution = turn.at;\n  set_resolve_timer(episode, turn);\n}",
     "  if (!planted(\"quiet not put off\")) episode.last_contribution = turn.at;\n  set_resolve_timer(episode, turn);\n}"),
    ("app/runtime/engine_loop.cc", "if (already_ && at <= *already_) {",
     "const alerts::AlertCause next{already_ ? already_->record : 0, already_ ? already_->index + 1 : 0};\n"
     "    if (already_ && !(planted(\"said again after a restart\") && at == *already_) &&\n"
     "        (at <= *already_ || (planted(\"one revision lost at a restart\") && at == next))) {"),
    ("app/runtime/engine_loop.cc", "record_digest(**record) != snapshot->head.record)",
     "(record_digest(**record) != snapshot->head.record &&\n                               !planted(\"snapshot of another log\")))"),
    ("app/runtime/snapshots.cc", "digest != digest_of(header, snapshot.state)",
     "(digest != digest_of(header, snapshot.state) && !planted(\"damaged snapshot used\"))"),
    ("app/runtime/snapshots.cc", "if (alerts_durable < head_->alerts) return",
     "if (alerts_durable < head_->alerts && !planted(\"snapshot before its alerts\")) return"),
    ("app/runtime/pipeline.cc", "return beat_ > Duration{} &&", "return !planted(\"standing still not noticed\") && beat_ > Duration{} &&"),
    ("app/runtime/pipeline.cc", "case rules::Verdict::duplicate: ++books_.duplicate; break;",
     "case rules::Verdict::duplicate: books_.duplicate += planted(\"duplicate not in the books\") ? 0 : 1; break;"),
    ("app/runtime/housekeeper.cc", "published < newest ? published + 1 :",
     "published < newest && !planted(\"unpublished alerts trimmed\") ? published + 1 :"),
    ("alerts/delivery_window.cc", "while (!entries_.empty() && entries_.front().arrived) {",
     "while (!entries_.empty() && (entries_.front().arrived || planted(\"position committed too early\"))) {"),
    ("alerts/kafka_session.cc", "if (beyond_.contains(record.position)) {",
     "if (beyond_.contains(record.position) && !planted(\"read-back ignored\")) {"),
]

# The test binary and the tests that are to find it.
BUGS = {
    "acknowledged before the sync": ("journal/journal_power_loss_test", "*"),
    "failed sync called good": ("journal/journal_file_log_test", "FileLogTest.AFailedSync*"),
    "arrival goes back": ("journal/journal_file_log_test", "FileLogTest.ArrivalNever*"),
    "full disk drops a record": ("journal/journal_file_log_test", "FileLogTest.AFullDiskIsSaid*"),
    "two writers": ("journal/journal_file_log_test", "FileLogTest.ASecondOpen*"),
    "torn record accepted": ("journal/journal_damage_test", "Damage.EveryBit*"),
    "promised record cut": ("journal/journal_damage_test", "Damage.*"),
    "trimmed what is needed": ("journal/journal_file_log_test", "RetentionTest.*"),
    "dedup window off by one": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "run lost in a snapshot": ("rules/engine/sustained_oracle_test", "*"),
    "timer lost in a snapshot": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "window off by one": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "late off by one": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "resolved too early": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "quiet not put off": ("rules/engine/engine_oracle_test", "Oracle.*"),
    "said again after a restart": ("app/runtime/app_runtime_engine_test", "EngineLoopTest.*"),
    "one revision lost at a restart": ("app/runtime/app_runtime_engine_test", "EngineLoopTest.*"),
    "snapshot of another log": ("app/runtime/app_runtime_snapshots_test", "SnapshotsOfARun.*"),
    "damaged snapshot used": ("app/runtime/app_runtime_snapshots_test", "SnapshotsOfARun.*"),
    "snapshot before its alerts": ("app/runtime/app_runtime_snapshots_test", "SnapshotWriter.*"),
    "standing still not noticed": ("app/runtime/app_runtime_pipeline_test", "PipelineTest.*"),
    "duplicate not in the books": ("app/runtime/app_runtime_pipeline_test", "PipelineTest.*"),
    "unpublished alerts trimmed": ("app/runtime/app_runtime_snapshots_test", "HousekeeperTest.*"),
    "position committed too early": ("alerts/alerts_test", "DeliveryWindow.*"),
    "read-back ignored": ("alerts/kafka_publisher_test", "*WithManyPartitionsARestart*"),
}


def copy_sources():
    """Writes only what differs, so that a second build is short."""
    edited = {}
    for name, old, new in EDITS:
        text = edited.get(name) or (ROOT / name).read_text()
        if text.count(old) != 1:
            sys.exit(f"{name}: {text.count(old)} places read\n{old}\nThe code has moved on: bring EDITS up to date.")
        edited[name] = text.replace(old, new)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source = ROOT / name
        if not source.is_file():
            continue
        wanted = edited[name].encode() if name in edited else source.read_bytes()
        target = HOME / "src" / name
        if target.exists() and target.read_bytes() == wanted:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wanted)


def build():
    targets = sorted({pathlib.Path(binary).name for binary, _ in BUGS.values()})
    configure = ["cmake", "-S", HOME / "src", "-B", HOME / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG", "-DCMAKE_UNITY_BUILD=ON", "-DTOCSIN_WERROR=OFF",
                 f"-DCMAKE_CXX_FLAGS=-include {HOME}/src/tests/faults/planted.h"]
    with open(HOME / "build.log", "w") as log:
        for command in (configure, ["cmake", "--build", HOME / "build", "--target", *targets, "--", "-j2"]):
            if subprocess.run(command, stdout=log, stderr=log).returncode != 0:
                sys.exit(f"the planted build failed: {HOME}/build.log\n" + (HOME / "build.log").read_text()[-3000:])


def is_green(binary, tests, bug=None):
    environment = {**os.environ, "TOCSIN_ORACLE_CASES": "3000"}
    if bug:
        environment["TOCSIN_PLANTED"] = bug
    try:
        done = subprocess.run([HOME / "build" / "tests" / binary, f"--gtest_filter={tests}"], env=environment,
                              cwd=HOME, timeout=PATIENCE_S, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return False
    if " 0 tests " in done.stdout.split("[==========]")[1]:
        sys.exit(f"{binary} has no test {tests}")
    return done.returncode == 0


def main():
    chosen = sys.argv[1:] or list(BUGS)
    if unknown := [name for name in chosen if name not in BUGS]:
        sys.exit(f"no such bug: {', '.join(unknown)}")
    switches = "".join(new for _, _, new in EDITS)
    if lost := [name for name in BUGS if f'planted("{name}")' not in switches]:
        sys.exit(f"planted nowhere: {', '.join(lost)}")
    HOME.mkdir(parents=True, exist_ok=True)
    copy_sources()
    build()
    failed = 0
    for what in sorted({BUGS[name] for name in chosen}):
        if not is_green(*what):
            failed += 1
            print(f"FAILED: {what[0]} {what[1]} is red without any bug")
    for name in chosen:
        found = not is_green(*BUGS[name], bug=name)
        failed += not found
        print(f"{'found ' if found else 'FAILED: not found:'} {name} ({BUGS[name][0]} {BUGS[name][1]})", flush=True)
    print(f"{len(chosen)} bugs planted, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
