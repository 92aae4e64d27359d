#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/log_follower.h"
#include "app/output.h"
#include "app/runtime/bodies.h"
#include "app/text.h"
#include "app/verbs/verb.h"
#include "core/value.h"
#include "journal/inspect.h"

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kJournalExamples =
    "  tocsin journal verify data           every byte of data/events and data/alerts; exit 1 if "
    "damaged\n"
    "  tocsin journal stat data/events --json\n"
    "  tocsin journal dump data --log alerts --from 100 --to 120\n\n"
    "Nothing is repaired and no lock is taken: on the folder of a running engine the newest record "
    "may\n"
    "show as a torn tail.";

struct JournalVerbOptions {
  std::string folder;
  std::string log;  // events, alerts; empty: what is there
  LogPosition from = 1;
  LogPosition to = UINT64_MAX;
};

std::string time_text(Timestamp t) { return to_text(Value::timestamp(t)); }

// A data folder holds two logs; any other folder is taken for a log itself.
std::vector<std::string> log_folders(const JournalVerbOptions& options) {
  std::vector<std::string> folders;
  for (const char* name : {"events", "alerts"}) {
    const auto folder = std::filesystem::path(options.folder) / name;
    if (!options.log.empty() && options.log != name) continue;
    if (std::error_code error; std::filesystem::is_directory(folder, error)) {
      folders.push_back(folder.string());
    }
  }
  if (folders.empty()) folders.push_back(options.folder);
  return folders;
}

ordered_json problem_json(const journal::Problem& problem) {
  return {{"error", to_string(problem.error)}, {"segment", problem.segment},
          {"offset", problem.offset},          {"position", problem.position},
          {"torn_tail", problem.torn_tail},    {"text", problem.text}};
}

ordered_json inspection_json(const std::string& folder, const journal::Inspection& found,
                             bool with_kinds) {
  ordered_json json{{"schema", "tocsin.journal/1"},
                    {"log", folder},
                    {"sound", found.sound()},
                    {"segments", found.segments.size()},
                    {"records", found.records},
                    {"bytes", found.bytes},
                    {"first", found.first},
                    {"last", found.last},
                    {"being_written", found.being_written}};
  json["first_arr"] = unix_ms(found.first_arrival);
  json["last_arr"] = unix_ms(found.last_arrival);
  if (with_kinds) {
    for (std::size_t kind = 1; kind < found.records_by_kind.size(); ++kind) {
      json["kinds"][std::string(to_string(static_cast<RecordKind>(kind)))] =
          found.records_by_kind[kind];
    }
  }
  json["problems"] = ordered_json::array();
  for (const journal::Problem& problem : found.problems) {
    json["problems"].push_back(problem_json(problem));
  }
  return json;
}

void print_inspection(const std::string& folder, const journal::Inspection& found, bool with_kinds,
                      Output& out) {
  out.line(fmt::format("{}: {}, {} records ({} to {}), {} bytes in {} segments{}", folder,
                       found.sound() ? "sound" : "DAMAGED", found.records, found.first, found.last,
                       found.bytes, found.segments.size(),
                       found.being_written ? ", being written" : ""));
  for (const journal::Problem& problem : found.problems) {
    out.line(fmt::format("  {}{}", problem.torn_tail ? "torn tail: " : "", problem.text));
  }
  if (!with_kinds) return;
  if (found.records > 0) {
    out.line(fmt::format("  from {} to {}", time_text(found.first_arrival),
                         time_text(found.last_arrival)));
  }
  for (std::size_t kind = 1; kind < found.records_by_kind.size(); ++kind) {
    if (found.records_by_kind[kind] == 0) continue;
    out.line(fmt::format("  {:9} {}", to_string(static_cast<RecordKind>(kind)),
                         found.records_by_kind[kind]));
  }
  for (const journal::SegmentStat& segment : found.segments) {
    out.line(fmt::format("  {}  {} to {}  {} bytes", segment.path, segment.first, segment.last,
                         segment.bytes));
  }
}

ExitCode inspect(const JournalVerbOptions& options, const Common& common, bool with_kinds) {
  Output out;
  bool sound = true;
  for (const std::string& folder : log_folders(options)) {
    std::string detail;
    const auto found = journal::inspect(folder, {}, &detail);
    if (!found) {
      out.flush();
      complain(fmt::format("{}: {}", describe(found.error()), detail));
      return ExitCode::io;
    }
    sound = sound && found->sound();
    if (common.json) {
      out.line(inspection_json(folder, *found, with_kinds).dump());
    } else {
      print_inspection(folder, *found, with_kinds, out);
    }
  }
  if (!out.flush()) return ExitCode::io;
  return sound || with_kinds ? ExitCode::ok : ExitCode::failed;
}

void print_record(const LogRecord& record, const Common& common, Output& out) {
  const std::string body = describe_body(static_cast<std::uint8_t>(record.kind), record.body);
  if (common.json) {
    out.line(fmt::format(R"({{"schema":"tocsin.journal/1","position":{},"arr":{},"kind":"{}",)"
                         R"("bytes":{},"body":{}}})",
                         record.position, unix_ms(record.arr), to_string(record.kind),
                         record.body.size(), body));
  } else {
    out.line(fmt::format("{:>8} {} {:8} {}", record.position, time_text(record.arr),
                         to_string(record.kind), body));
  }
  out.flush_if_large();
}

ExitCode dump(const JournalVerbOptions& options, const Common& common) {
  Output out;
  const std::string folder = log_folders(options).front();
  LogFollower reader(folder, options.from);
  while (true) {
    const auto record = reader.next();
    if (!record) {
      out.flush();
      complain(fmt::format("{}: {}: {}", folder, describe(record.error()), reader.detail()));
      return record.error() == LogError::corrupt ? ExitCode::failed : ExitCode::io;
    }
    if (!*record || (*record)->position > options.to) break;
    print_record(**record, common, out);
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

CLI::App& add(Cli& cli, CLI::App& parent, const char* name, const char* what,
              const std::shared_ptr<JournalVerbOptions>& o) {
  CLI::App& verb = cli.verb(parent, name, what, kJournalExamples);
  auto* folder =
      verb.add_option("FOLDER,--data", o->folder, "The data folder, or one log's folder");
  folder->required();
  verb.add_option("--log", o->log, "Only this log of a data folder")
      ->check(CLI::IsMember({"events", "alerts"}));
  return verb;
}

}  // namespace

void add_journal(Cli& cli) {
  CLI::App& verb = cli.verb("journal", "The logs: verify, dump, stat", kJournalExamples);
  verb.require_subcommand(1);
  auto o = std::make_shared<JournalVerbOptions>();
  CLI::App& verify = add(cli, verb, "verify", "Check every byte", o);
  cli.on(verify, [&cli, o] { return inspect(*o, cli.common(), false); });
  CLI::App& stat = add(cli, verb, "stat", "Count records", o);
  cli.on(stat, [&cli, o] { return inspect(*o, cli.common(), true); });
  CLI::App& print = add(cli, verb, "dump", "Print records", o);
  print.add_option("--from", o->from, "First position")->type_name("POSITION");
  print.add_option("--to", o->to, "Last position")->type_name("POSITION");
  cli.on(print, [&cli, o] { return dump(*o, cli.common()); });
}

}  // namespace tocsin::app
