#include "app/replay/replay.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "app/replay/line_input.h"
#include "app/rule_files.h"
#include "core/clock.h"

namespace tocsin::app {
namespace {

class Run {
 public:
  Run(const ReplayOptions& options, ReplayInputs inputs, Output& out, std::FILE* remarks)
      : options_(options), session_(std::move(inputs)), out_(out), remarks_(remarks) {}

  ExitCode operator()() {
    LineInput input(options_.events);
    input.before_waiting([this] { out_.flush(); });
    const SystemClock clock;
    const Timestamp begin = clock.now();
    while (const auto line = input.next()) one_line(input, *line);
    if (!input.error().empty()) {
      complain(input.error());
      return ExitCode::io;
    }
    session_.finish(options_.until, revisions_);
    print();
    report(clock.now() - begin);
    if (!out_.flush()) return ExitCode::io;
    return options_.strict && bad_lines_ > 0 ? ExitCode::failed : ExitCode::ok;
  }

 private:
  void one_line(const LineInput& input, std::string_view line) {
    const LineResult result = session_.apply(input.seen(), line, revisions_);
    if (result.bad) remark(input.line_number(), result.problem);
    print();
  }

  void print() {
    for (const AlertRevision& revision : revisions_) {
      alerts::append_alert_json(revision, out_.buffer());
      out_.buffer() += '\n';
    }
    revisions_.clear();
    out_.flush_if_large();
  }

  void remark(std::size_t line, std::string_view problem) {
    ++bad_lines_;
    if (remarks_ == nullptr) return;
    const std::string text = fmt::format("{}:{}: {}\n", options_.events, line, problem);
    std::fwrite(text.data(), 1, text.size(), remarks_);
  }

  void report(Duration wall) {
    ReplayTotals totals;
    totals.books = session_.engine().books();
    totals.rules = session_.engine().engine().totals();
    totals.alerts = session_.alerts();
    totals.revisions = session_.revisions();
    totals.bad_lines = bad_lines_;
    totals.restarts = session_.restarts();
    totals.wall_s = static_cast<double>(wall.count()) / 1000;
    if (options_.summary) out_.line(summary_json(totals));
    if (!options_.timing) return;
    const std::string text =
        fmt::format("timing: {} events in {:.3f} s, {:.0f} events/s\n", totals.books.received,
                    totals.wall_s, totals.events_per_s());
    std::fputs(text.c_str(), stderr);
  }

  const ReplayOptions& options_;
  ReplaySession session_;
  Output& out_;
  std::FILE* remarks_;
  std::vector<AlertRevision> revisions_;
  std::uint64_t bad_lines_ = 0;
};

}  // namespace

std::string summary_json(const ReplayTotals& totals) {
  const Books& books = totals.books;
  return nlohmann::ordered_json{{"schema", "tocsin.replay/1"},
                                {"summary", true},
                                {"events", books.received},
                                {"accepted", books.accepted},
                                {"duplicate", books.duplicate},
                                {"late", books.late},
                                {"rejected", books.rejected()},
                                {"shed", books.shed},
                                {"balanced", books.balance()},
                                {"matches", totals.rules.matches},
                                {"alerts", totals.alerts},
                                {"revisions", totals.revisions},
                                {"bad_lines", totals.bad_lines},
                                {"clamped", books.clamped},
                                {"unkeyed", totals.rules.unkeyed},
                                {"unregistered", books.unregistered},
                                {"unknown_fields", books.unknown_fields},
                                {"restarts", totals.restarts},
                                {"wall_s", totals.wall_s},
                                {"events_per_s", std::round(totals.events_per_s())}}
      .dump();
}

ExitCode run_replay(const ReplayOptions& options, ReplayInputs inputs, Output& out,
                    std::FILE* remarks) {
  return Run(options, std::move(inputs), out, remarks)();
}

}  // namespace tocsin::app
