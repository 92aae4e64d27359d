#include "alerts/position_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/folder.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::Folder;
using tocsin::testing::slurp;

const StoredPosition kSome{"0123456789abcdef0123456789abcdef", 42};

TEST(PositionFile, ThereIsNoneBeforeTheFirst) {
  const Folder folder;
  EXPECT_TRUE(std::holds_alternative<NoPosition>(PositionFile(folder.path("p")).load()));
}

TEST(PositionFile, ReadsBackWhatWasStoredLast) {
  const Folder folder;
  const PositionFile file(folder.path("p"));
  EXPECT_EQ(file.store({kSome.log_id, 18'446'744'073'709'551'615u}), "");
  EXPECT_EQ(file.store(kSome), "");
  EXPECT_EQ(std::get<StoredPosition>(file.load()), kSome);
  EXPECT_EQ(slurp(file.path()), "tocsin.position/1 0123456789abcdef0123456789abcdef 42\n");
}

TEST(PositionFile, EveryCutOfItsLineIsSeen) {
  const Folder folder;
  const PositionFile file(folder.path("p"));
  ASSERT_EQ(file.store(kSome), "");
  const std::string line = slurp(file.path());
  for (std::size_t keep = 0; keep < line.size(); ++keep) {
    folder.write("p", line.substr(0, keep));
    EXPECT_TRUE(std::holds_alternative<UnreadablePosition>(file.load())) << keep;
  }
  for (const char* other : {"tocsin.position/2 a 1\n", "tocsin.position/1 a b\n",
                            "tocsin.position/1 a -1\n", "tocsin.position/1  1\n"}) {
    folder.write("p", other);
    EXPECT_TRUE(std::holds_alternative<UnreadablePosition>(file.load())) << other;
  }
}

TEST(PositionFile, WhatCannotBeWrittenIsSaidAndLeavesTheOldLine) {
  const Folder folder;
  const PositionFile file(folder.path("p"));
  ASSERT_EQ(file.store(kSome), "");
  std::filesystem::create_directory(folder.path("p.tmp"));  // in the way of the new file
  EXPECT_NE(file.store({kSome.log_id, 43}), "");
  EXPECT_EQ(std::get<StoredPosition>(file.load()), kSome);
  EXPECT_NE(PositionFile(folder.path("no/such/p")).store(kSome), "");
}

}  // namespace
}  // namespace tocsin::alerts
