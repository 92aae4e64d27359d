#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/address.h"
#include "app/config_file.h"
#include "app/doctor/host.h"
#include "app/doctor/kafka.h"
#include "app/doctor/mosquitto.h"
#include "app/output.h"
#include "app/verbs/verb.h"
#include "ingest/broker_probe.h"

namespace tocsin::app {
namespace {

constexpr const char* kDoctorExamples =
    "  tocsin doctor -c /etc/tocsin/tocsin.yaml           everything the configuration names\n"
    "  tocsin doctor --data /var/lib/tocsin               disk, limits, clock\n"
    "  tocsin doctor --mosquitto-conf /etc/mosquitto/mosquitto.conf\n"
    "  tocsin doctor --kafka HOST:PORT --json\n\n"
    "Changes nothing. Each line: what was found, and what to do about it. Exit 1 if something "
    "loses "
    "events or\n"
    "alerts (bad), 69 if a broker or Kafka does not answer, else 0.";

constexpr const char* kDebianConf = "/etc/mosquitto/mosquitto.conf";
constexpr Duration kPatience{3000};

struct DoctorFlags {
  std::optional<std::string> data, broker, kafka;
  std::string mosquitto_conf;
};

struct Visit {
  Findings findings;
  bool away = false;  ///< a service does not answer
  void add(Findings more) { std::ranges::move(more, std::back_inserter(findings)); }
};

bool is_local(const std::string& uri) {
  return uri.find("//127.") != uri.npos || uri.find("//localhost") != uri.npos ||
         uri.find("//[::1]") != uri.npos;
}

void visit_broker(const Config::Broker& broker, Visit& visit) {
  ingest::PahoOptions options;
  options.uri = broker.uri;
  options.client_id = "tocsin-doctor";
  options.username = broker.username;
  options.password_file = broker.password_file;
  options.trust_store = broker.trust_store;
  const auto facts = ingest::probe_broker(options, kPatience);
  if (!facts) {
    const std::string what = fmt::format("{}: {}", broker.uri, to_string(facts.error()));
    visit.away = true;
    visit.findings.push_back(
        {"broker",
         Health::bad,
         {what, what},
         {"start it, or correct source.broker", "请启动它，或更正 source.broker"}});
    return;
  }
  const std::string version = facts->version.empty() ? "?" : facts->version;
  visit.findings.push_back({"broker", Health::ok, {version, version}});
  if (facts->dropped.value_or(0) > 0) {
    visit.findings.push_back(
        {"broker.dropped",
         Health::bad,
         {fmt::format("it has dropped {} messages since its start", *facts->dropped),
          fmt::format("自启动以来已丢弃 {} 条消息", *facts->dropped)},
         {"look at max_queued_messages in its configuration (--mosquitto-conf)",
          "请检查其配置中的 max_queued_messages（--mosquitto-conf）"}});
  }
}

// The configuration named, or Debian's own where the broker is on this machine.
void visit_mosquitto_conf(const DoctorFlags& flags, const std::string& broker, Visit& visit) {
  std::string path = flags.mosquitto_conf;
  if (path.empty() && is_local(broker) && std::filesystem::exists(kDebianConf)) path = kDebianConf;
  if (path.empty()) {
    visit.findings.push_back(
        {"mosquitto",
         Health::skipped,
         {"its configuration cannot be read over MQTT", "无法通过 MQTT 读取其配置"},
         {"on the broker's machine: tocsin doctor --mosquitto-conf FILE",
          "请在 broker 所在机器上执行 tocsin doctor --mosquitto-conf 文件"}});
    return;
  }
  std::string why;
  const auto settings = read_mosquitto_conf(path, why);
  if (settings) {
    visit.add(judge(*settings));
  } else {
    visit.findings.push_back({"mosquitto", Health::bad, {why, why}});
  }
}

void visit_kafka(const Config::Kafka& kafka, Visit& visit) {
  alerts::KafkaOptions options;
  options.brokers = kafka.bootstrap;
  std::string why;
  KafkaUse use{{kafka.heartbeat_topic}, kafka.transactions};
  if (kafka.transactions) use.compacted.push_back(kafka.latest_topic);
  std::vector<std::string> topics{kafka.topic, kafka.shadow_topic};
  topics.insert(topics.end(), use.compacted.begin(), use.compacted.end());
  const auto facts = alerts::read_kafka_facts(options, topics, kPatience, why);
  if (facts) return visit.add(judge(*facts, use));
  visit.away = true;
  visit.findings.push_back(
      {"kafka",
       Health::bad,
       {why, why},
       {"start it, or correct kafka.bootstrap", "请启动它，或更正 kafka.bootstrap"}});
}

Visit make_visit(const DoctorFlags& flags, const Config& config) {
  Visit visit;
  visit.add(judge(look_at_host(config.data), config.journal.segment_size));
  if (!config.broker.uri.empty()) visit_broker(config.broker, visit);
  if (!config.broker.uri.empty() || !flags.mosquitto_conf.empty())
    visit_mosquitto_conf(flags, config.broker.uri, visit);
  if (config.kafka.bootstrap == "dev") {
    visit.findings.push_back(
        {"kafka",
         Health::bad,
         {"dev: alerts are in memory and gone with the process", "dev：告警仅在内存中，随进程消失"},
         {"kafka.bootstrap of a Kafka that is running",
          "请将 kafka.bootstrap 设为运行中的 Kafka"}});
  } else if (!config.kafka.bootstrap.empty()) {
    visit_kafka(config.kafka, visit);
  }
  if (config.journal.durability != "sync") {
    visit.findings.push_back(
        {"journal.durability",
         Health::warning,
         {"os: an acknowledged frame survives a crash of the process, not a loss of power",
          "os：已应答的帧可经受进程崩溃，但不能经受断电"},
         {"journal.durability: sync", "journal.durability: sync"}});
  }
  return visit;
}

std::size_t count(const Findings& findings, Health health) {
  return static_cast<std::size_t>(std::ranges::count(findings, health, &Finding::health));
}

void print(const Findings& findings, const Common& common) {
  Output out;
  for (const Finding& finding : findings) {
    const std::string_view what = common.in(finding.what.en, finding.what.zh);
    const std::string_view fix = common.in(finding.fix.en, finding.fix.zh);
    if (common.json) {
      out.line(nlohmann::ordered_json{
          {"schema", "tocsin.doctor/1"},
          {"check", finding.check},
          {"health", to_string(finding.health)},
          {"text", what},
          {"fix",
           fix}}.dump());
    } else if (!common.quiet || finding.health >= Health::warning) {
      out.line(fmt::format("{:<8} {}: {}", to_string(finding.health), finding.check, what));
      if (!fix.empty())
        out.line(fmt::format("{:<8}   {} {}", "", common.in("fix:", "处理："), fix));
    }
  }
  if (common.json || common.quiet) return;
  out.line(fmt::format(fmt::runtime(common.in("{} bad, {} warnings, {} ok, {} skipped",
                                              "{} 项不合格，{} 项警告，{} 项正常，{} 项跳过")),
                       count(findings, Health::bad), count(findings, Health::warning),
                       count(findings, Health::ok), count(findings, Health::skipped)));
}

ExitCode doctor(const DoctorFlags& flags, const Common& common) {
  Config config;
  if (const ExitCode read = load_config(common, config); read != ExitCode::ok) return read;
  const ExitCode bad = check_addresses(
      {{"--broker", flags.broker, kBrokerAddress}, {"--kafka", flags.kafka, kKafkaAddress}},
      common);
  if (bad != ExitCode::ok) return bad;
  if (flags.data) config.data = *flags.data;
  if (flags.broker) config.broker.uri = *flags.broker;
  if (flags.kafka) config.kafka.bootstrap = *flags.kafka;
  const Visit visit = make_visit(flags, config);
  print(visit.findings, common);
  if (visit.away) return ExitCode::unavailable;
  return count(visit.findings, Health::bad) > 0 ? ExitCode::failed : ExitCode::ok;
}

}  // namespace

void add_doctor(Cli& cli) {
  CLI::App& verb = cli.verb(
      "doctor", "Disk, limits, clock, broker and Kafka: what would lose data, with the fix",
      kDoctorExamples);
  auto flags = std::make_shared<DoctorFlags>();
  verb.add_option("--data", flags->data, "Folder of the logs");
  verb.add_option("--broker", flags->broker, "tcp://HOST:PORT of an MQTT broker");
  verb.add_option("--mosquitto-conf", flags->mosquitto_conf, "Its mosquitto.conf")
      ->type_name("FILE");
  verb.add_option("--kafka", flags->kafka, "HOST:PORT[,...]");
  cli.on(verb, [&cli, flags] { return doctor(*flags, cli.common()); });
}

}  // namespace tocsin::app
