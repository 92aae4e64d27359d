#include "app/doctor/kafka.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "app/text.h"
#include "core/time.h"

namespace tocsin::app {
namespace {

using alerts::KafkaFacts;
using alerts::KafkaTopicFacts;

// A reader that was away over a long weekend must find every alert.
constexpr Duration kShortRetention{7 * 24 * 3'600'000LL};
// A record is cut to a megabyte; headers and framing come to it.
constexpr std::int64_t kLargestRecord = 1'048'588;

std::string get(const KafkaTopicFacts& topic, const char* name) {
  const auto at = topic.settings.find(name);
  return at == topic.settings.end() ? std::string() : at->second;
}
std::int64_t number(const KafkaTopicFacts& topic, const char* name) {
  return std::strtoll(get(topic, name).c_str(), nullptr, 10);
}

class TopicJudge {
 public:
  TopicJudge(const KafkaTopicFacts& topic, int brokers, bool compacted)
      : topic_(topic), brokers_(brokers), compacted_(compacted) {}

  Findings all() {
    if (!topic_.exists) {
      add("topic", Health::ok, {"not there yet: made at the start", "尚不存在，启动时创建"});
      return std::move(findings_);
    }
    replicas();
    if (topic_.settings.empty()) return std::move(findings_);
    election();
    compacted_ ? compaction() : keeping();
    sizes();
    if (findings_.empty())
      add("topic", Health::ok,
          {fmt::format("{} replicas", topic_.replicas), fmt::format("{} 个副本", topic_.replicas)});
    return std::move(findings_);
  }

 private:
  void add(const char* what, Health health, Words words, const char* fix = "") {
    findings_.push_back(
        {fmt::format("kafka.{}.{}", topic_.name, what), health, std::move(words), {fix, fix}});
  }

  void replicas() {
    if (topic_.replicas < 2) {
      add("replicas", Health::warning,
          {fmt::format("1 copy on {} broker(s): its disk is the only one that has the alerts",
                       brokers_),
           fmt::format("只有 1 份副本（{} 个 broker）：其磁盘是唯一保存告警之处", brokers_)},
          brokers_ < 2 ? "three brokers, and topics with replication factor 3"
                       : "kafka-reassign-partitions.sh, to replication factor 3");
      return;
    }
    const std::int64_t insync = number(topic_, "min.insync.replicas");
    if (!topic_.settings.empty() && insync < 2) {
      add("min.insync.replicas", Health::bad,
          {fmt::format("{}: an alert acknowledged by one broker alone is gone with it", insync),
           fmt::format("{}：仅由一个 broker 应答的告警会随其丢失", insync)},
          "kafka-configs.sh --alter --add-config min.insync.replicas=2");
    }
  }

  void election() {
    if (get(topic_, "unclean.leader.election.enable") != "true") return;
    add("unclean.leader.election.enable", Health::bad,
        {"true: a broker that lacks acknowledged alerts may take the lead",
         "true：缺少已应答告警的 broker 可能成为 leader"},
        "kafka-configs.sh --alter --add-config unclean.leader.election.enable=false");
  }

  void keeping() {
    if (get(topic_, "cleanup.policy").find("compact") != std::string::npos) {
      add("cleanup.policy", Health::bad,
          {"compact: earlier revisions of an alert vanish", "compact：告警的早期版本会消失"},
          "kafka-configs.sh --alter --add-config cleanup.policy=delete");
    }
    const std::int64_t retention = number(topic_, "retention.ms");
    if (retention >= 0 && Duration(retention) < kShortRetention) {
      const std::string text = duration_text(Duration(retention));
      add("retention.ms", Health::warning,
          {fmt::format("{}: a reader that is away longer misses alerts", text),
           fmt::format("{}：离线更久的读者会错过告警", text)},
          "kafka-configs.sh --alter --add-config retention.ms=604800000");
    }
    const std::int64_t bytes = number(topic_, "retention.bytes");
    if (bytes >= 0) {
      const std::string text = bytes_text(static_cast<std::uint64_t>(bytes));
      add("retention.bytes", Health::warning,
          {fmt::format("{} a partition: a storm pushes out alerts nobody has read", text),
           fmt::format("每分区 {}：告警风暴会挤掉尚未读取的告警", text)},
          "kafka-configs.sh --alter --add-config retention.bytes=-1");
    }
  }

  void compaction() {
    const std::string policy = get(topic_, "cleanup.policy");
    if (policy == "compact") return;
    add("cleanup.policy", Health::bad,
        {fmt::format("{}: what is older than the retention is gone for readers that join late",
                     policy),
         fmt::format("{}：超过保留期的内容，后加入的读者无法读到", policy)},
        "kafka-configs.sh --alter --add-config cleanup.policy=compact");
  }

  void sizes() {
    const std::int64_t most = number(topic_, "max.message.bytes");
    if (most >= kLargestRecord) return;
    add("max.message.bytes", Health::warning,
        {fmt::format("{}: evidence of large alerts is cut to fit", most),
         fmt::format("{}：大告警的证据会被裁减", most)},
        "kafka-configs.sh --alter --add-config max.message.bytes=1048588");
  }

  const KafkaTopicFacts& topic_;
  const int brokers_;
  const bool compacted_;
  Findings findings_;
};

// What the broker keeps of transactions is a topic of its own, made by the broker.
void judge_transactions(const KafkaFacts& facts, Findings& findings) {
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const auto at = facts.settings.find(name);
    return at == facts.settings.end() ? otherwise : std::strtoll(at->second.c_str(), nullptr, 10);
  };
  const std::int64_t wanted = alerts::KafkaOptions{}.transaction_timeout.count();
  const std::int64_t longest = number("transaction.max.timeout.ms", wanted);
  if (longest < wanted) {
    findings.push_back(
        {"kafka.transaction.max.timeout.ms",
         Health::bad,
         {fmt::format("{}: publishing asks for {} and is refused", longest, wanted),
          fmt::format("{}：发布需要 {}，会被拒绝", longest, wanted)},
         {fmt::format("transaction.max.timeout.ms={} in server.properties", wanted),
          fmt::format("在 server.properties 中设 transaction.max.timeout.ms={}", wanted)}});
  }
  const std::int64_t copies = number("transaction.state.log.replication.factor", 3);
  if (copies > facts.brokers) {
    findings.push_back(
        {"kafka.transaction.state.log.replication.factor",
         Health::bad,
         {fmt::format("{} with {} brokers: no transaction ever begins, nothing is published",
                      copies, facts.brokers),
          fmt::format("{}，而节点只有 {} 个：事务无法开始，告警不会发布", copies, facts.brokers)},
         {"lower it before the topic __transaction_state is made, or kafka.transactions: false",
          "请在 __transaction_state 主题创建之前调低，或设 kafka.transactions: false"}});
  }
  if (facts.brokers > 1 && copies < 2) {
    findings.push_back(
        {"kafka.transaction.state.log.replication.factor",
         Health::bad,
         {"1: with that one broker every transaction stops", "1：该节点停机时所有事务停止"},
         {"raise it to 3 before the topic __transaction_state is made",
          "请在 __transaction_state 主题创建之前调为 3"}});
  }
}

}  // namespace

Findings judge(const KafkaFacts& facts, const KafkaUse& use) {
  Findings findings{
      {"kafka.brokers",
       Health::ok,
       {fmt::format("{} answer", facts.brokers), fmt::format("{} 个应答", facts.brokers)}}};
  if (!facts.has_admin_api) {
    findings.push_back({"kafka.settings",
                        Health::skipped,
                        {"it does not answer for its settings: no admin API, or no right to ask",
                         "无法得知其设置：没有管理接口，或没有权限"},
                        {"allow DescribeConfigs for this user", "请为此用户开放 DescribeConfigs"}});
  }
  if (use.transactions && !facts.settings.empty()) judge_transactions(facts, findings);
  for (const KafkaTopicFacts& topic : facts.topics) {
    const bool compacted = std::ranges::find(use.compacted, topic.name) != use.compacted.end();
    Findings of = TopicJudge(topic, facts.brokers, compacted).all();
    findings.insert(findings.end(), of.begin(), of.end());
  }
  return findings;
}

}  // namespace tocsin::app
