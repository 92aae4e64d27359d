#include "app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/service_options.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

std::string shipped() { return testing::slurp(TOCSIN_SOURCE "/deploy/tocsin.yaml"); }

// "code line:col suggestion" of each diagnostic.
std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> found;
  for (const Diagnostic& d : parse_config("tocsin.yaml", text).diagnostics) {
    found.push_back(d.code + " " + std::to_string(d.line) + ":" + std::to_string(d.col) +
                    (d.suggestion.empty() ? "" : " " + d.suggestion));
  }
  return found;
}

TEST(Config, the_shipped_file_says_the_defaults) {
  const ConfigRead read = parse_config("tocsin.yaml", shipped());
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_TRUE(read.config == Config{});
}

TEST(Config, the_shipped_file_has_every_key) {
  std::vector<std::string_view> all;
  for (const ConfigKey& key : config_keys()) all.push_back(key.path);
  EXPECT_THAT(parse_config("tocsin.yaml", shipped()).present, UnorderedElementsAreArray(all));
}

TEST(Config, an_empty_file_is_the_defaults) {
  const ConfigRead read = parse_config("tocsin.yaml", "# nothing\n");
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_TRUE(read.config == Config{});
}

TEST(Config, every_kind_of_value_is_read) {
  const ConfigRead read =
      parse_config("tocsin.yaml",
                   "data: /var/lib/tocsin\n"
                   "rules: a.yaml\n"
                   "language: zh\n"
                   "source: {broker: {uri: 'ssl://mq.city:8883', username: ops}}\n"
                   "kafka: {bootstrap: 'k1:9092,k2:9092', format: protobuf}\n"
                   "http: {listen: ''}\n"
                   "journal: {durability: os, segment_size: 2MiB}\n"
                   "engine: {dedup_window: 1m30s, dedup_entries_per_device: 8}\n"
                   "sinks: {stdout: true, mqtt: {uri: 'tcp://mq:1883', topic_prefix: a/b, qos: 0, "
                   "retain: true}}\n");
  EXPECT_THAT(read.diagnostics, IsEmpty());
  const Config& c = read.config;
  EXPECT_EQ(c.data, "/var/lib/tocsin");
  EXPECT_EQ(c.rules, std::vector<std::string>{"a.yaml"});
  EXPECT_EQ(c.language, "zh");
  EXPECT_EQ(c.broker.uri, "ssl://mq.city:8883");
  EXPECT_EQ(c.kafka.bootstrap, "k1:9092,k2:9092");
  EXPECT_EQ(c.kafka.format, "protobuf");
  EXPECT_EQ(c.http.listen, "");
  EXPECT_EQ(c.journal.durability, "os");
  EXPECT_EQ(c.journal.segment_size, 2u << 20);
  EXPECT_EQ(c.engine.dedup_window.count(), 90'000);
  EXPECT_EQ(c.engine.dedup_entries_per_device, 8u);
  EXPECT_TRUE(c.sinks.stdout_sink);
  EXPECT_EQ(c.sinks.mqtt.uri, "tcp://mq:1883");
  EXPECT_EQ(c.sinks.mqtt.topic_prefix, "a/b");
  EXPECT_EQ(c.sinks.mqtt.qos, 0u);
  EXPECT_TRUE(c.sinks.mqtt.retain);
}

TEST(Config, alerts_are_not_published_where_events_come_in_nor_below_what_is_no_topic) {
  const auto prefix = [](const std::string& topic) {
    return problems("sinks: {mqtt: {topic_prefix: '" + topic + "'}}");
  };
  const auto refused = [](const std::string& code) {
    return std::vector<std::string>{code + " 1:30"};
  };
  for (const char* topic : {"tocsin/v1", "tocsin/v1/alerts", "tocsin"})
    EXPECT_EQ(prefix(topic), refused("E5006")) << topic;
  for (const char* topic : {"", "/a", "a/", "a//b", "a/#", "+/a", "$SYS/a"})
    EXPECT_EQ(prefix(topic), refused("E5005")) << topic;
  for (const char* topic : {"tocsin/v10", "tocsin/alerts/v1", "alerts", "报警/v1"})
    EXPECT_THAT(prefix(topic), IsEmpty()) << topic;
  EXPECT_THAT(problems("sinks: {mqtt: {qos: 2}}"), SizeIs(1));
  EXPECT_THAT(problems("sinks: {mqtt: {uri: 'mq:1883'}}"), SizeIs(1));
}

TEST(Config, the_service_is_given_the_mqtt_sink_as_the_file_says) {
  EXPECT_FALSE(service_options(Config{}).mqtt.has_value());
  const Config config =
      parse_config("tocsin.yaml",
                   "sinks: {mqtt: {uri: 'tcp://mq:1', client_id: i, username: u, password_file: p, "
                   "trust_store: t, topic_prefix: x, qos: 0, retain: true}}")
          .config;
  const auto mqtt = service_options(config).mqtt;
  ASSERT_TRUE(mqtt.has_value());
  EXPECT_EQ(mqtt->broker.uri, "tcp://mq:1");
  EXPECT_EQ(mqtt->broker.client_id, "i");
  EXPECT_EQ(mqtt->broker.username, "u");
  EXPECT_EQ(mqtt->broker.password_file, "p");
  EXPECT_EQ(mqtt->broker.trust_store, "t");
  EXPECT_EQ(mqtt->topic_prefix, "x");
  EXPECT_EQ(mqtt->qos, 0u);
  EXPECT_TRUE(mqtt->retain);
}

TEST(Config, every_error_is_said_at_once_with_its_place) {
  EXPECT_EQ(
      problems("dtaa: x\n"
               "kafka: {bootstap: dev, topic: 'a b'}\n"
               "journal: {segment_size: 64MB, durability: sinc}\n"
               "engine: {dedup_window: 10}\n"
               "sinks: {stdout: maybe}\n"),
      (std::vector<std::string>{"E2103 1:1 data", "E2103 2:9 bootstrap", "E5004 2:31", "E5001 3:25",
                                "E2116 3:43 sync", "E2111 4:24 10s", "E2114 5:17"}));
}

TEST(Config, addresses_are_checked) {
  EXPECT_THAT(problems("source: {broker: {uri: 'mqtt://h:1'}}"), SizeIs(1));
  EXPECT_THAT(problems("source: {broker: {uri: 'tcp://h'}}"), SizeIs(1));
  EXPECT_THAT(problems("kafka: {bootstrap: 'h:1,,h:2'}"), SizeIs(1));
  EXPECT_THAT(problems("http: {listen: '127.0.0.1:99999'}"), SizeIs(1));
  EXPECT_THAT(problems("http: {listen: '127.0.0.1:0'}"), IsEmpty());
  EXPECT_THAT(problems("source: {broker: {uri: 'tcp://h:0'}}"), SizeIs(1));
  EXPECT_THAT(problems("kafka: {bootstrap: 'h:0'}"), SizeIs(1));
  EXPECT_THAT(problems("journal: {segment_size: 1KiB}"), SizeIs(1));
}

TEST(Config, it_is_one_document) { EXPECT_THAT(problems("data: a\n---\ndata: b\n"), SizeIs(1)); }

TEST(Config, paths_are_relative_to_the_file) {
  Config config;
  config.registry = "/etc/registry";
  resolve_paths(config, "conf");
  EXPECT_EQ(config.data, "conf/data");
  EXPECT_EQ(config.rules, std::vector<std::string>{"conf/rules.d"});
  EXPECT_EQ(config.registry, "/etc/registry");
  EXPECT_EQ(config.broker.password_file, "");
}

TEST(Config, the_schema_has_every_key_with_its_default) {
  const auto schema = nlohmann::json::parse(config_schema());
  for (const ConfigKey& key : config_keys()) {
    const nlohmann::json* at = &schema;
    for (std::string_view rest = key.path; !rest.empty();) {
      const std::string name(rest.substr(0, rest.find('.')));
      ASSERT_TRUE(at->at("properties").contains(name)) << key.path;
      at = &at->at("properties").at(name);
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    }
    EXPECT_TRUE(at->contains("default")) << key.path;
    EXPECT_TRUE(at->contains("description")) << key.path;
  }
}

}  // namespace
}  // namespace tocsin::app
