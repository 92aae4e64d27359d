#include <fmt/format.h>

#include <deque>
#include <memory>

#include "alerts/alert_json.h"
#include "alerts/alert_log.h"
#include "alerts/text_format.h"
#include "app/log_follower.h"
#include "app/output.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

constexpr const char* kAlertsExamples =
    "  tocsin alerts tail --data data               what the engine decided, oldest first\n"
    "  tocsin alerts tail --data data -n 20 -f      the newest 20, then each new one\n"
    "  tocsin alerts tail --data data --json | jq .";

struct TailOptions {
  std::string data;
  bool follow = false;
  std::size_t newest = 0;  // 0: all
  LogPosition from = 1;
};

class Tail {
 public:
  Tail(const TailOptions& options, const Common& common)
      : options_(options),
        json_(common.json),
        text_({common.language() == Language::zh ? alerts::Language::zh : alerts::Language::en,
               common.color(1),
               {},
               nullptr}) {
    auto follower = std::make_unique<LogFollower>(options.data + "/alerts", options.from);
    follower_ = follower.get();
    reader_ = std::make_unique<alerts::AlertReader>(std::move(follower));
  }

  ExitCode operator()() {
    bool at_end = false;
    while (true) {
      const auto record = reader_->next();
      if (!record) return damaged(record.error());
      if (*record) {
        take((*record)->revision, at_end);
        continue;
      }
      at_end = true;
      print_held();
      if (!out_.flush()) return ExitCode::io;
      if (!options_.follow) return ExitCode::ok;
      reader_->wait(Duration{1000});
    }
  }

 private:
  // Until the end of what is there is known, the newest N wait.
  void take(const AlertRevision& revision, bool at_end) {
    if (at_end || options_.newest == 0) return print(revision);
    held_.push_back(revision);
    if (held_.size() > options_.newest) held_.pop_front();
  }

  void print_held() {
    for (const AlertRevision& revision : held_) print(revision);
    held_.clear();
  }

  void print(const AlertRevision& revision) {
    if (json_) {
      alerts::append_alert_json(revision, out_.buffer());
    } else {
      text_.append(revision, out_.buffer());
    }
    out_.buffer() += '\n';
    out_.flush_if_large();
  }

  ExitCode damaged(LogError error) {
    out_.flush();
    complain(fmt::format("{}/alerts: {}: {}", options_.data, describe(error), follower_->detail()));
    return ExitCode::io;
  }

  const TailOptions& options_;
  bool json_;
  alerts::TextFormat text_;
  LogFollower* follower_ = nullptr;  // the reader's
  std::unique_ptr<alerts::AlertReader> reader_;
  std::deque<AlertRevision> held_;
  Output out_;
};

}  // namespace

void add_alerts(Cli& cli) {
  CLI::App& verb = cli.verb("alerts", "What the engine decided", kAlertsExamples);
  verb.require_subcommand(1);
  CLI::App& tail = cli.verb(verb, "tail", "Alert revisions from the alert log", kAlertsExamples);
  auto o = std::make_shared<TailOptions>();
  tail.add_option("--data", o->data, "The engine's data folder")->required()->type_name("DIR");
  tail.add_flag("-f,--follow", o->follow, "Go on with each new one");
  tail.add_option("-n", o->newest, "Only the newest N of those already there")->type_name("N");
  tail.add_option("--from", o->from, "Begin at this alert-log position")->type_name("POSITION");
  cli.on(tail, [&cli, o] { return Tail(*o, cli.common())(); });
  cli.not_yet(verb, {"list", "ack", "accept", "dispatch", "close"});
}

}  // namespace tocsin::app
