#include "app/demo/demo.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "alerts/alert_json.h"
#include "alerts/text_format.h"
#include "app/demo/scoreboard.h"
#include "app/runtime/engine_service.h"
#include "app/signals.h"
#include "app/version.h"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

constexpr Duration kLook{500};     // between looks at rules and children
constexpr Duration kSettle{3000};  // after the city ended: what is under way arrives
constexpr Duration kDrain{20'000};

// The newest change below the rule paths; a new value means: reload.
fs::file_time_type newest_change(const std::vector<std::string>& paths) {
  fs::file_time_type newest = fs::file_time_type::min();  // {} lies in the year 2174
  std::error_code error;
  for (const std::string& path : paths) {
    newest = std::max(newest, fs::last_write_time(path, error));
    if (!fs::is_directory(path, error)) continue;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      newest = std::max(newest, entry.last_write_time(error));
    }
  }
  return newest;
}

class Demo {
 public:
  Demo(const DemoOptions& options, const Common& common)
      : options_(options), common_(common), signals_{SIGINT, SIGTERM, SIGPIPE} {
    alerts::TextOptions text;
    text.language = common.language() == Language::zh ? alerts::Language::zh : alerts::Language::en;
    text.color = common.color(STDOUT_FILENO);
    format_.emplace(text);
  }

  ExitCode run();

 private:
  ExitCode give_up(const std::string& why, ExitCode code = ExitCode::unavailable);
  std::string prepare_rules();
  std::string start_world();
  std::optional<StartFailure> start_engine();
  void show(const AlertRevision& revision);
  void say(std::string_view en, std::string_view zh) const;
  void banner() const;
  void try_next() const;
  void watch();
  void reload_if_edited();
  DemoResult finish();
  ExitCode sum_up(const DemoResult& result) const;

  const DemoOptions& options_;
  const Common& common_;
  Signals signals_;
  World world_;
  std::string deploy_ = deploy_folder();
  std::vector<std::string> rules_ = options_.rules;
  fs::file_time_type rules_changed_{};
  bool rules_edited_ = false;
  std::optional<alerts::TextFormat> format_;
  Scoreboard board_;
  std::unique_ptr<EngineService> service_;
};

void Demo::say(std::string_view en, std::string_view zh) const {
  if (common_.json || common_.quiet) return;
  const std::string_view text = common_.in(en, zh);
  std::fprintf(stdout, "%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

ExitCode Demo::give_up(const std::string& why, ExitCode code) {
  complain(why);
  return code;
}

// The rules are a copy, so that editing them in a demo changes nothing that is kept.
std::string Demo::prepare_rules() {
  if (rules_.empty()) {
    if (deploy_.empty()) return "the shipped rules are not found: give --rules PATH";
    const std::string copy = world_.folder() + "/rules.d";
    std::error_code error;
    fs::copy(deploy_ + "/rules.d", copy, fs::copy_options::recursive, error);
    if (error) return fmt::format("cannot copy the shipped rules: {}", error.message());
    rules_ = {copy};
  }
  rules_changed_ = newest_change(rules_);
  return {};
}

std::string Demo::start_world() {
  if (world_.folder().empty()) return "no temporary folder can be made";
  if (std::string bad = prepare_rules(); !bad.empty()) return bad;
  if (std::string bad = world_.write_registry(options_.city); !bad.empty()) return bad;
  if (std::string bad = world_.start_broker(); !bad.empty()) return bad;
  if (options_.kafka != "real") return {};
  say("starting a real Apache Kafka ...", "正在启动真实的 Apache Kafka ……");
  return world_.start_kafka(deploy_ + "/kafka.sh");
}

std::optional<StartFailure> Demo::start_engine() {
  ServiceOptions options;
  options.data = world_.folder() + "/data";
  options.rules = rules_;
  options.registry = world_.registry_folder();
  options.broker = BrokerOptions{};
  options.broker->uri = world_.broker_uri();
  options.kafka.bootstrap = options_.kafka == "real" ? world_.kafka() : options_.kafka;
  options.http = options_.http;
  options.version = program_version();
  const unsigned short port = free_port();
  service_ = std::make_unique<EngineService>(options);
  service_->on_alert([this](const AlertRevision& revision) { show(revision); });
  auto failed = service_->start();
  if (failed && failed->http_in_use) {
    options.http = fmt::format("127.0.0.1:{}", port);
    service_ = std::make_unique<EngineService>(options);
    service_->on_alert([this](const AlertRevision& revision) { show(revision); });
    failed = service_->start();
  }
  return failed;
}

void Demo::show(const AlertRevision& revision) {
  board_.add(revision);
  std::string line = common_.json ? alerts::alert_to_json(revision) : format_->line(revision);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

void Demo::banner() const {
  const ReadyInfo& ready = service_->ready();
  const bool memory = options_.kafka == "dev";
  say(fmt::format("tocsin {}: a simulated city of {} devices\n"
                  "  mqtt    mosquitto at 127.0.0.1:{}\n"
                  "  kafka   {}{}\n"
                  "  http    http://{}/\n"
                  "  files   {} (removed at the end)",
                  program_version(), options_.city.devices, world_.mqtt_port(), ready.kafka,
                  memory ? " (in memory, for development)" : "", ready.http, world_.folder()),
      fmt::format("tocsin {}：模拟城市，{} 台设备\n"
                  "  mqtt    mosquitto 127.0.0.1:{}\n"
                  "  kafka   {}{}\n"
                  "  http    http://{}/\n"
                  "  文件    {}（结束时删除）",
                  program_version(), options_.city.devices, world_.mqtt_port(), ready.kafka,
                  memory ? "（仅在内存中，供开发使用）" : "", ready.http, world_.folder()));
}

void Demo::try_next() const {
  const std::string event = R"({"type":"smoke.alarm","device_id":"SD-MY-FIRST","level":3.1})";
  const std::string commands[3] = {
      fmt::format("kcat -C -b {} -t tocsin.alerts -o beginning", service_->ready().kafka),
      fmt::format("mosquitto_pub -p {} -q 1 -t tocsin/v1/my-gateway/json -m '{}'",
                  world_.mqtt_port(), event),
      fmt::format("sed -i 's/severity: high/severity: critical/' {}/smoke-alarm.yaml",
                  rules_.front())};
  say(fmt::format("\nTry next, in another terminal:\n"
                  "  1. watch the topic:         {}\n"
                  "  2. publish your own event:  {}\n"
                  "  3. edit a rule, it reloads: {}\n",
                  commands[0], commands[1], commands[2]),
      fmt::format("\n接下来可以在另一个终端里试试：\n"
                  "  1. 查看主题：          {}\n"
                  "  2. 发布自己的事件：    {}\n"
                  "  3. 改一条规则，自动重载：{}\n",
                  commands[0], commands[1], commands[2]));
}

void Demo::reload_if_edited() {
  const auto changed = newest_change(rules_);
  if (changed == rules_changed_) return;
  rules_changed_ = changed;
  const ReloadOutcome outcome = service_->reload();
  print_diagnostics(outcome.diagnostics, common_);
  if (outcome.ok) {
    rules_edited_ = true;
    say("rules reloaded: " + outcome.message, "规则已重载：" + outcome.message);
  } else {
    complain("the rules in force stay: " + outcome.message);
  }
}

// Until Ctrl-C, or until the city ended and what was under way has arrived.
void Demo::watch() {
  Duration left = kSettle;
  while (left > Duration{0}) {
    const auto signal = signals_.wait(kLook);
    if (signal == SIGINT || signal == SIGTERM) return;
    reload_if_edited();
    if (world_.city_ended()) left -= kLook;
    if (!service_->failure().empty() || !service_->fenced().empty()) return;
  }
}

DemoResult Demo::finish() {
  DemoResult result;
  if (!world_.stop_city()) complain("the simulated city ended with an error");
  result.unpublished = service_->drain_and_stop(kDrain);
  result.books = service_->books();
  result.rules_edited = rules_edited_;
  result.truth = board_.score(world_.truth_file(), service_->rule_names());
  world_.stop_servers();
  return result;
}

ExitCode Demo::sum_up(const DemoResult& result) const {
  const std::string text = common_.json ? board_.json(result) : board_.text(result, common_);
  std::fprintf(stdout, "%s\n", text.c_str());
  std::fflush(stdout);
  if (const std::string failure = service_->failure(); !failure.empty()) {
    complain(failure);
    return ExitCode::io;
  }
  return result.good() ? ExitCode::ok : ExitCode::failed;
}

ExitCode Demo::run() {
  auto logger = spdlog::stderr_color_mt("tocsin");
  logger->set_level(common_.verbose > 0 ? spdlog::level::info : spdlog::level::warn);
  spdlog::set_default_logger(logger);
  if (const std::string bad = start_world(); !bad.empty()) return give_up(bad);
  if (const auto failed = start_engine()) {
    print_diagnostics(failed->diagnostics, common_);
    return give_up(failed->message, static_cast<ExitCode>(failed->exit_code));
  }
  banner();
  CityOptions city = options_.city;
  city.run_for = options_.run_for;
  if (const std::string bad = world_.start_city(city); !bad.empty()) return give_up(bad);
  try_next();
  watch();
  return sum_up(finish());
}

}  // namespace

ExitCode run_demo(const DemoOptions& options, const Common& common) {
  return Demo(options, common).run();
}

}  // namespace tocsin::app
