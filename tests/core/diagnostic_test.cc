#include "core/diagnostic.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Diagnostic typo() {
  Diagnostic d;
  d.code = "E2103";
  d.file = "smoke.yaml";
  d.line = 9;
  d.col = 6;
  d.end_col = 14;
  d.message_en = "unknown field 'treshold'";
  d.message_zh = "未知字段 'treshold'";
  d.suggestion = "threshold";
  d.source_line = "  火  treshold: 3";
  return d;
}

TEST(Diagnostic, RendersPositionSourceCaretAndSuggestion) {
  EXPECT_EQ(render(typo(), Language::en, false),
            "smoke.yaml:9:6: error E2103: unknown field 'treshold'\n"
            "    火  treshold: 3\n"
            "        ^~~~~~~~\n"
            "  did you mean 'threshold'?\n");
}

TEST(Diagnostic, SpeaksChinese) {
  const std::string text = render(typo(), Language::zh, false);
  EXPECT_NE(text.find("错误 E2103: 未知字段"), std::string::npos);
  EXPECT_NE(text.find("是否想写 'threshold'？"), std::string::npos);
}

TEST(Nearest, FindsSwapsAndDropsButNotStrangers) {
  const std::vector<std::string> words{"threshold", "within", "where"};
  EXPECT_EQ(nearest("treshold", words), "threshold");
  EXPECT_EQ(nearest("wihtin", words), "within");
  EXPECT_EQ(nearest("colour", words), "");
}

}  // namespace
}  // namespace tocsin
