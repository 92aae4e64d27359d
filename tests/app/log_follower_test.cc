#include "app/log_follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alerts/alert_log.h"
#include "core/clock.h"
#include "journal/file_log.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::unique_ptr<journal::FileLog> open_log(const std::string& folder,
                                           std::uint64_t segment = 1 << 20) {
  journal::FileLogOptions options;
  options.folder = folder;
  options.segment_bytes = segment;
  options.durability = journal::Durability::os;
  options.clock = [clock = SystemClock()] { return clock.now(); };
  auto opened = journal::FileLog::open(std::move(options));
  EXPECT_TRUE(opened);
  return std::move(*opened);
}

void append(journal::FileLog& log, std::string_view body) {
  const auto position = log.append(RecordKind::frame, body);
  ASSERT_TRUE(position);
  ASSERT_TRUE(log.commit(*position));
}

// Bodies of the frames that are there now.
std::vector<std::string> frames(LogFollower& follower) {
  std::vector<std::string> bodies;
  while (true) {
    const auto record = follower.next();
    EXPECT_TRUE(record) << follower.detail();
    if (!record || !*record) return bodies;
    if ((*record)->kind == RecordKind::frame) bodies.emplace_back((*record)->body);
  }
}

std::vector<std::string> segments(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".log") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

TEST(LogFollower, follows_a_log_that_grows_across_segments) {
  const testing::Folder folder;
  const auto log = open_log(folder.path("log"), 4096);
  LogFollower follower(folder.path("log"), 1);
  append(*log, "a");
  EXPECT_THAT(frames(follower), ElementsAre("a"));
  EXPECT_THAT(frames(follower), IsEmpty());
  const std::string large(3000, 'x');
  for (int i = 0; i < 5; ++i) append(*log, large);
  EXPECT_THAT(frames(follower), SizeIs(5));
  EXPECT_GT(segments(folder.path("log")).size(), 2u);
  append(*log, "z");
  EXPECT_THAT(frames(follower), ElementsAre("z"));
}

TEST(LogFollower, begins_where_it_is_told) {
  const testing::Folder folder;
  const auto log = open_log(folder.path("log"), 4096);
  for (const char* body : {"a", "b", "c"})
    append(*log, body);  // positions 2 to 4, after the start record
  LogFollower follower(folder.path("log"), 3);
  EXPECT_THAT(frames(follower), ElementsAre("b", "c"));
}

TEST(LogFollower, a_record_half_written_is_not_there_yet) {
  const testing::Folder folder;
  {
    const auto log = open_log(folder.path("log"));
    append(*log, "a");
    append(*log, std::string(500, 'b'));
  }
  const std::string path = segments(folder.path("log")).front();
  const std::string whole = testing::slurp(path);
  std::filesystem::resize_file(path, whole.size() - 100);
  LogFollower follower(folder.path("log"), 1);
  EXPECT_THAT(frames(follower), ElementsAre("a"));
  std::ofstream(path, std::ios::binary) << whole;
  EXPECT_THAT(frames(follower), ElementsAre(std::string(500, 'b')));
}

TEST(LogFollower, damage_before_the_last_segment_is_an_error) {
  const testing::Folder folder;
  {
    const auto log = open_log(folder.path("log"), 4096);
    for (int i = 0; i < 5; ++i) append(*log, std::string(3000, 'x'));
  }
  std::fstream file(segments(folder.path("log")).front(),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(200);
  file.put('!');
  file.close();
  LogFollower follower(folder.path("log"), 1);
  auto record = follower.next();
  while (record && *record) record = follower.next();
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error(), LogError::corrupt);
  EXPECT_THAT(follower.detail(), HasSubstr("checksum"));
}

TEST(LogFollower, a_folder_that_is_not_there_is_an_error) {
  LogFollower follower("/nonexistent/log", 1);
  EXPECT_FALSE(follower.next());
  EXPECT_THAT(follower.detail(), HasSubstr("No such file"));
}

// A data folder as an engine leaves it: events, and `alerts` revisions of one alert.
void write_data(const testing::Folder& folder, std::uint32_t alerts) {
  append(*open_log(folder.path("data/events")), "not a frame message");
  const auto log = open_log(folder.path("data/alerts"));
  auto alert_log = alerts::AlertLog::open(*log);
  ASSERT_TRUE(alert_log);
  for (std::uint32_t i = 0; i < alerts; ++i) {
    AlertRevision revision;
    revision.alert_id = std::string(32, 'a');
    revision.rule = "smoke";
    revision.rev = i + 1;
    const auto position = (*alert_log)->append(2, i, revision);
    ASSERT_TRUE(position);
    ASSERT_TRUE((*alert_log)->commit(*position));
  }
}

TEST(Binary, alerts_tail_prints_the_alert_log_of_a_data_folder) {
  const testing::Folder folder;
  write_data(folder, 5);
  const testing::Ended all =
      testing::tocsin({"alerts", "tail", "--data", folder.path("data"), "--json"});
  EXPECT_EQ(all.code, 0);
  const auto lines = testing::lines_of(all.out);
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(nlohmann::json::parse(lines[4]).at("rev"), 5);
  EXPECT_EQ(nlohmann::json::parse(lines[4]).at("schema"), "tocsin.alert/1");
  const testing::Ended two =
      testing::tocsin({"alerts", "tail", "--data", folder.path("data"), "-n", "2"});
  EXPECT_THAT(testing::lines_of(two.out), SizeIs(2));
}

TEST(Binary, journal_verify_finds_damage_and_repairs_nothing) {
  const testing::Folder folder;
  write_data(folder, 3);
  EXPECT_EQ(testing::tocsin({"journal", "verify", folder.path("data")}).code, 0);
  const auto stat = testing::tocsin({"journal", "stat", folder.path("data/alerts"), "--json"});
  EXPECT_EQ(nlohmann::json::parse(stat.out).at("kinds").at("alert"), 3);
  const auto dump = testing::tocsin({"journal", "dump", folder.path("data"), "--log", "alerts",
                                     "--from", "3", "--to", "3", "--json"});
  EXPECT_EQ(nlohmann::json::parse(dump.out).at("body").at("alert").at("rev"), 2);

  const std::string path = segments(folder.path("data/alerts")).front();
  std::string bytes = testing::slurp(path);
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
  const testing::Ended damaged = testing::tocsin({"journal", "verify", folder.path("data")});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.out, HasSubstr("DAMAGED"));
  EXPECT_EQ(testing::slurp(path), bytes);
}

}  // namespace
}  // namespace tocsin::app
