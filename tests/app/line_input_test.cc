#include "app/replay/line_input.h"

#include <gtest/gtest.h>

#include "tests/app/support.h"

namespace tocsin::app {
namespace {

std::vector<std::string> read_all(LineInput& input) {
  std::vector<std::string> lines;
  while (const auto line = input.next()) lines.emplace_back(*line);
  return lines;
}

TEST(LineInput, gives_lines_with_or_without_a_last_line_end) {
  const testing::Folder folder;
  for (const char* text : {"a\n\nb", "a\n\nb\n"}) {
    LineInput input(folder.write("f", text));
    EXPECT_EQ(read_all(input), (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(input.line_number(), 3u);
    EXPECT_EQ(input.seen(), "a\n\n");
    EXPECT_EQ(input.error(), "");
  }
}

TEST(LineInput, an_empty_file_has_no_line) {
  const testing::Folder folder;
  LineInput input(folder.write("f", ""));
  EXPECT_TRUE(read_all(input).empty());
  EXPECT_EQ(input.error(), "");
}

TEST(LineInput, what_cannot_be_read_says_why) {
  const testing::Folder folder;
  for (const std::string& path : {folder.path("missing"), folder.path()}) {
    LineInput input(path);
    EXPECT_TRUE(read_all(input).empty());
    EXPECT_NE(input.error().find(path), std::string::npos);
  }
}

TEST(LineInput, a_pipe_gives_the_same_as_a_file_and_remembers_what_was_seen) {
  const testing::Folder folder;
  const std::string fifo = folder.path("fifo");
  const std::string text(300'000, 'x');
  const std::string path = folder.write("f", text + "\nlast\n");
  const std::string command = "mkfifo " + fifo + " && { cat " + path + " > " + fifo + " & }";
  ASSERT_EQ(std::system(command.c_str()), 0);
  LineInput input(fifo);
  EXPECT_EQ(read_all(input), (std::vector<std::string>{text, "last"}));
  EXPECT_EQ(input.seen(), text + "\n");
}

}  // namespace
}  // namespace tocsin::app
