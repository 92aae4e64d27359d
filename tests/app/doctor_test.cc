// What `tocsin doctor` makes of a machine, a broker and a Kafka.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>

#include <algorithm>

#include "app/doctor/host.h"
#include "app/doctor/kafka.h"
#include "app/doctor/mosquitto.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kSegment = 64ULL << 20;

// "check health", of what is not ok.
std::vector<std::string> complaints(const Findings& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    if (finding.health != Health::ok)
      lines.push_back(finding.check + " " + std::string(to_string(finding.health)));
  }
  return lines;
}

HostFacts good_host() {
  HostFacts facts;
  facts.folder = "/var/lib/tocsin";
  facts.file_system = EXT4_SUPER_MAGIC;
  facts.free_bytes = 500ULL << 30;
  facts.free_inodes = facts.total_inodes = 1'000'000;
  facts.sync_us = std::vector<std::int64_t>(200, 150);
  facts.open_files = 65'536;
  facts.file_size = UINT64_MAX;
  facts.memory = 8ULL << 30;
  facts.clock_synchronised = true;
  facts.clock_source = "tsc";
  return facts;
}
std::vector<std::string> complaints_about(void (*spoil)(HostFacts&)) {
  HostFacts facts = good_host();
  spoil(facts);
  return complaints(judge(facts, kSegment));
}

TEST(DoctorOfTheHost, finds_nothing_on_a_good_one) {
  EXPECT_THAT(complaints(judge(good_host(), kSegment)), IsEmpty());
}

TEST(DoctorOfTheHost, names_what_loses_data_and_what_is_slow) {
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.file_system = TMPFS_MAGIC; }),
              ElementsAre("disk.filesystem bad"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.file_system = NFS_SUPER_MAGIC; }),
              ElementsAre("disk.filesystem warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.sync_us.assign(200, 1); }),
              ElementsAre("disk.sync warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.sync_us.back() = h.sync_us[198] = 90'000; }),
              ElementsAre("disk.sync warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.free_bytes = 5ULL << 30; }),
              ElementsAre("disk.space warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.free_bytes = 5ULL << 20; }),
              ElementsAre("disk.space bad"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.free_inodes = 9; }),
              ElementsAre("disk.space warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.total_inodes = h.free_inodes = 0; }),
              IsEmpty());
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.open_files = 1024; }),
              ElementsAre("limits.files warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.open_files = 64; }),
              ElementsAre("limits.files bad"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.file_size = kSegment - 1; }),
              ElementsAre("limits.file_size bad"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.memory = 512ULL << 20; }),
              ElementsAre("limits.memory warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.clock_synchronised = false; }),
              ElementsAre("clock.synchronised warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.clock_source = "acpi_pm"; }),
              ElementsAre("clock.source warning"));
  EXPECT_THAT(complaints_about([](HostFacts& h) { h.problem = "/x: Read-only file system"; }),
              ElementsAre("disk bad"));
}

TEST(DoctorOfTheHost, looks_at_the_nearest_folder_there_is_and_leaves_nothing_behind) {
  const testing::Folder folder;
  const HostFacts facts = look_at_host(folder.path("not/yet/there"));
  EXPECT_EQ(facts.folder + "/", folder.path());
  EXPECT_EQ(facts.problem, "");
  EXPECT_EQ(facts.sync_us.size(), 200U);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DoctorOfMosquitto, its_defaults_lose_acknowledged_messages) {
  EXPECT_THAT(complaints(judge(MosquittoSettings{})),
              ElementsAre("mosquitto.max_queued_messages bad", "mosquitto.persistence bad",
                          "mosquitto.autosave bad", "mosquitto.set_tcp_nodelay warning"));
}

TEST(DoctorOfMosquitto, each_fix_is_a_line_that_satisfies_it) {
  const testing::Folder folder;
  std::string lines;
  for (const Finding& finding : judge(MosquittoSettings{})) {
    if (finding.health == Health::ok || finding.check == "mosquitto.autosave") continue;
    lines += finding.fix.en + "\n";
  }
  lines += "autosave_on_changes true\nautosave_interval 1\n";
  std::string why;
  const auto settings = read_mosquitto_conf(folder.write("mosquitto.conf", lines), why);
  ASSERT_TRUE(settings) << why;
  EXPECT_THAT(complaints(judge(*settings)), IsEmpty());
}

TEST(DoctorOfMosquitto, sizes_sessions_and_strangers) {
  MosquittoSettings settings{{"max_queued_messages", "0"},
                             {"persistence", "true"},
                             {"autosave_on_changes", "true"},
                             {"autosave_interval", "1"},
                             {"set_tcp_nodelay", "true"}};
  ASSERT_THAT(complaints(judge(settings)), IsEmpty());
  settings["message_size_limit"] = "100000";
  settings["max_packet_size"] = "262144";
  settings["max_queued_bytes"] = "1000000";
  settings["persistent_client_expiration"] = "1h";
  settings["retain_available"] = "false";
  settings["listener"] = "1883";
  settings["allow_anonymous"] = "true";
  EXPECT_THAT(
      complaints(judge(settings)),
      ElementsAre("mosquitto.max_queued_bytes bad", "mosquitto.message_size_limit bad",
                  "mosquitto.max_packet_size bad", "mosquitto.persistent_client_expiration warning",
                  "mosquitto.retain_available warning", "mosquitto.allow_anonymous warning"));
}

TEST(DoctorOfMosquitto, reads_comments_blanks_and_the_files_of_include_dir) {
  const testing::Folder folder;
  folder.write("conf.d/b.conf", "max_queued_messages\t0\r\n");
  folder.write("conf.d/a.conf", "max_queued_messages 5\n");
  folder.write("conf.d/c.txt", "persistence true\n");
  const std::string conf = folder.write(
      "mosquitto.conf", "# persistence true\n\n  autosave_interval   7 \ninclude_dir " +
                            folder.path("conf.d") + "\n");
  std::string why;
  const auto settings = read_mosquitto_conf(conf, why);
  ASSERT_TRUE(settings) << why;
  EXPECT_EQ(settings->at("max_queued_messages"), "0");
  EXPECT_EQ(settings->at("autosave_interval"), "7");
  EXPECT_FALSE(settings->contains("persistence"));
  EXPECT_FALSE(read_mosquitto_conf(folder.path("none"), why));
  EXPECT_THAT(why, HasSubstr("No such file"));
}

alerts::KafkaFacts good_kafka() {
  alerts::KafkaFacts facts{.brokers = 3, .has_admin_api = true, .settings = {}, .topics = {}};
  facts.topics.push_back({.name = "alerts",
                          .exists = true,
                          .replicas = 3,
                          .settings = {{"min.insync.replicas", "2"},
                                       {"unclean.leader.election.enable", "false"},
                                       {"cleanup.policy", "delete"},
                                       {"retention.ms", "604800000"},
                                       {"retention.bytes", "-1"},
                                       {"max.message.bytes", "1048588"}}});
  return facts;
}
std::vector<std::string> complaints_about(const char* setting, const char* value) {
  alerts::KafkaFacts facts = good_kafka();
  facts.topics[0].settings[setting] = value;
  return complaints(judge(facts, KafkaUse{{"beat"}}));
}

TEST(DoctorOfKafka, finds_nothing_on_a_good_one_and_waits_for_topics_to_be_made) {
  alerts::KafkaFacts facts = good_kafka();
  EXPECT_THAT(complaints(judge(facts, KafkaUse{{"beat"}})), IsEmpty());
  facts.topics.push_back({.name = "shadow", .settings = {}});
  EXPECT_THAT(complaints(judge(facts, KafkaUse{{"beat"}})), IsEmpty());
}

TEST(DoctorOfKafka, names_what_loses_or_hides_alerts) {
  EXPECT_THAT(complaints_about("min.insync.replicas", "1"),
              ElementsAre("kafka.alerts.min.insync.replicas bad"));
  EXPECT_THAT(complaints_about("unclean.leader.election.enable", "true"),
              ElementsAre("kafka.alerts.unclean.leader.election.enable bad"));
  EXPECT_THAT(complaints_about("cleanup.policy", "compact,delete"),
              ElementsAre("kafka.alerts.cleanup.policy bad"));
  EXPECT_THAT(complaints_about("retention.ms", "3600000"),
              ElementsAre("kafka.alerts.retention.ms warning"));
  EXPECT_THAT(complaints_about("retention.ms", "-1"), IsEmpty());
  EXPECT_THAT(complaints_about("retention.bytes", "1000"),
              ElementsAre("kafka.alerts.retention.bytes warning"));
  EXPECT_THAT(complaints_about("max.message.bytes", "100000"),
              ElementsAre("kafka.alerts.max.message.bytes warning"));
}

TEST(DoctorOfKafka, what_transactions_need_of_the_brokers) {
  alerts::KafkaFacts facts = good_kafka();
  facts.settings = {{"transaction.max.timeout.ms", "10000"},
                    {"transaction.state.log.replication.factor", "1"}};
  EXPECT_THAT(complaints(judge(facts, KafkaUse{})),
              ElementsAre("kafka.transaction.max.timeout.ms bad",
                          "kafka.transaction.state.log.replication.factor bad"));
  EXPECT_THAT(complaints(judge(facts, KafkaUse{.compacted = {}, .transactions = false})),
              IsEmpty());
}

TEST(DoctorOfKafka, more_copies_of_transactions_than_brokers_is_no_transaction) {
  alerts::KafkaFacts facts = good_kafka();
  facts.settings = {{"transaction.state.log.replication.factor", "4"}};
  EXPECT_THAT(complaints(judge(facts, KafkaUse{})),
              ElementsAre("kafka.transaction.state.log.replication.factor bad"));
}

TEST(DoctorOfKafka, a_topic_of_the_latest_must_be_compacted) {
  alerts::KafkaFacts facts = good_kafka();
  EXPECT_THAT(complaints(judge(facts, KafkaUse{{"alerts"}})),
              ElementsAre("kafka.alerts.cleanup.policy bad"));
}

TEST(DoctorOfKafka, one_copy_is_one_disk_and_a_heartbeat_may_be_compacted) {
  alerts::KafkaFacts facts = good_kafka();
  facts.topics[0].replicas = 1;
  facts.topics[0].settings["cleanup.policy"] = "compact";
  EXPECT_THAT(complaints(judge(facts, KafkaUse{{"alerts"}})),
              ElementsAre("kafka.alerts.replicas warning"));
}

TEST(DoctorOfKafka, without_an_admin_api_its_settings_are_skipped_and_said_so) {
  alerts::KafkaFacts facts{.brokers = 1, .has_admin_api = false, .settings = {}, .topics = {}};
  EXPECT_THAT(complaints(judge(facts, KafkaUse{{"beat"}})), ElementsAre("kafka.settings skipped"));
}

TEST(Doctor, every_complaint_has_a_fix_in_both_languages) {
  HostFacts host = good_host();
  host.open_files = host.file_size = host.memory = host.free_bytes = 0;
  host.file_system = TMPFS_MAGIC;
  host.clock_synchronised = false;
  Findings all = judge(host, kSegment);
  std::ranges::move(judge(MosquittoSettings{}), std::back_inserter(all));
  for (const Finding& finding : all) {
    EXPECT_FALSE(finding.what.zh.empty()) << finding.check;
    if (finding.health == Health::ok) continue;
    EXPECT_FALSE(finding.fix.en.empty()) << finding.check;
    EXPECT_FALSE(finding.fix.zh.empty()) << finding.check;
  }
}

TEST(Doctor, exit_codes_and_json) {
  const testing::Folder folder;
  const std::string conf = folder.write("mosquitto.conf", "persistence false\n");
  const testing::Ended bad =
      testing::tocsin({"doctor", "--data", folder.path(), "--mosquitto-conf", conf, "--json"});
  EXPECT_EQ(bad.code, 1) << bad.err;
  EXPECT_THAT(bad.out, HasSubstr(R"({"schema":"tocsin.doctor/1","check":"mosquitto.persistence",)"
                                 R"("health":"bad")"));
  const testing::Ended away =
      testing::tocsin({"doctor", "--data", folder.path(), "--kafka", "127.0.0.1:1"});
  EXPECT_EQ(away.code, 69) << away.out;
  EXPECT_THAT(away.out, HasSubstr("no broker answers at 127.0.0.1:1"));
  EXPECT_EQ(testing::tocsin({"doctor", "--kafka", "nowhere"}).code, 78);
}

}  // namespace
}  // namespace tocsin::app
