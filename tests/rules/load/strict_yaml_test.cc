#include "rules/load/strict_yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace tocsin::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  explicit Read(std::string text) : source("f.yaml", std::move(text)), report(source) {
    documents = read_yaml(source, report);
    diagnostics = report.take();
    for (const Diagnostic& d : diagnostics)
      brief.push_back(fmt::format("{} {}:{}", d.code, d.line, d.col));
  }
  const Node& value(std::string_view key) const { return documents.at(0).root.find(key)->value; }
  std::string at(std::size_t offset) const {
    const Position p = source.position(offset);
    return fmt::format("{}:{}", p.line, p.col);
  }
  // Where the first occurrence of `word` in the value stands in the file.
  std::string place_of(std::string_view key, std::string_view word) const {
    const Node& node = value(key);
    const auto offsets = text_offsets(source.text(), node.span.begin, node.style, node.text);
    return at(offsets.at(node.text.find(word)));
  }

  SourceText source;
  Report report;
  std::vector<Document> documents;
  Diagnostics diagnostics;
  std::vector<std::string> brief;
};

TEST(StrictYaml, ColumnsCountCodePoints) {
  const Read read("title: {zh: 烟雾, en: Smoke}\r\nb: x\r\n");
  EXPECT_THAT(read.brief, IsEmpty());
  const Node& title = read.value("title");
  EXPECT_EQ(read.at(title.find("en")->key.span.begin), "1:17");
  EXPECT_EQ(read.at(title.find("zh")->value.span.end), "1:15");
  EXPECT_EQ(read.at(read.value("b").span.begin), "2:4");
}

TEST(StrictYaml, AByteOrderMarkIsNoCharacter) {
  const Read read("\xEF\xBB\xBFx: yes\n");
  EXPECT_THAT(read.brief, ElementsAre("E1010 1:4"));
}

TEST(StrictYaml, SeveralDocumentsEachWithItsText) {
  const Read read("# first\na: 1\n---\n---\n# only a comment\n---\nb: 2\n...\nc: 3\n");
  EXPECT_THAT(read.brief, IsEmpty());
  ASSERT_EQ(read.documents.size(), 3U);
  EXPECT_EQ(read.source.text(read.documents[0].text), "# first\na: 1\n");
  EXPECT_EQ(read.documents[2].root.find("c")->value.text, "3");
  EXPECT_EQ(read.at(read.documents[1].root.entries[0].key.span.begin), "7:1");
}

TEST(StrictYaml, ASyntaxErrorSparesTheOtherDocuments) {
  const Read read("a: {b: 1\n---\nok: 1\n---\nq: \"open\n---\nx: @y\n");
  ASSERT_EQ(read.documents.size(),
            3U);  // an open quote or a '@' spoils one value, not its document
  EXPECT_EQ(read.documents[0].root.find("ok")->value.text, "1");
  ASSERT_EQ(read.brief.size(), 3U);
  EXPECT_EQ(read.brief[1], "E1001 5:4");
  EXPECT_EQ(read.brief[2], "E1001 7:4");
  EXPECT_THAT(read.diagnostics[1].message_en, HasSubstr("quote that is not closed"));
  EXPECT_THAT(read.diagnostics[1].message_zh, HasSubstr("引号没有闭合"));
}

TEST(StrictYaml, ValuesThatSpoilThemselvesHideNoOtherFault) {
  const Read read(
      "a: 50% of: all\n"
      "b: @home\n"
      "c: !e.x && y  # trap\n"
      "d: &&\n"
      "e: {f: * 3, g: yes}\n"
      "h: 'open\n"
      "i: \"\\q\"\n"
      "j: `x`\n"
      "k: fine\n");
  EXPECT_THAT(read.brief,
              ElementsAre("E1001 1:10", "E1001 2:4", "E1005 3:4", "E1006 4:4", "E1007 5:8",
                          "E1010 5:16", "E1001 6:4", "E1001 7:5", "E1001 8:4"));
  EXPECT_EQ(read.value("a").kind, NodeKind::invalid);
  EXPECT_EQ(read.value("h").kind, NodeKind::invalid);
  EXPECT_EQ(read.value("k").text, "fine");
}

TEST(StrictYaml, WhatIsLeftOpenIsToldWhereItOpens) {
  EXPECT_THAT(Read("a: {b: 1\nc: 2\n").brief, ElementsAre("E1001 1:4"));
  EXPECT_THAT(Read("a: [1, 2\n").brief, ElementsAre("E1001 1:4"));
  EXPECT_THAT(Read("a: {b: 1 c: 2}\n").brief, ElementsAre("E1001 1:11"));
  EXPECT_THAT(Read("a: 1\nb\nc: 2\n").brief, ElementsAre("E1001 2:1"));
  EXPECT_THAT(Read("a:\n  - x\n b: 1\n").brief, ElementsAre("E1001 3:2"));
}

TEST(StrictYaml, AnUnquotedNotIsATagAndRefused) {
  const Read read("where: !e.test_mode && e.level > 2  # trap\n");
  ASSERT_THAT(read.brief, ElementsAre("E1005 1:8"));
  EXPECT_THAT(read.diagnostics[0].next_step_en, HasSubstr("\"!e.test_mode && e.level > 2\""));
  EXPECT_EQ(read.diagnostics[0].end_col, 35U);
  EXPECT_EQ(read.value("where").kind, NodeKind::invalid);
}

TEST(StrictYaml, TheHintForATagLeavesOutWhatStandsAroundIt) {
  const auto quoted = [](const std::string& text) {
    return Read(text).diagnostics.at(0).next_step_en;
  };
  EXPECT_EQ(quoted("m: {event: {where: !e.test_mode}}\n"), "quote it: \"!e.test_mode\"");
  EXPECT_EQ(quoted("m: {where: !e.test_mode, event: x}\n"), "quote it: \"!e.test_mode\"");
  EXPECT_EQ(quoted("w: !f(a, b) || x in [1, 2]\r\n"), "quote it: \"!f(a, b) || x in [1, 2]\"");
}

TEST(StrictYaml, TagsOnAnythingAreRefused) {
  EXPECT_THAT(Read("a: !!str 1\n").brief, ElementsAre("E1005 1:4"));
  EXPECT_THAT(Read("a: ! x\n").brief, ElementsAre("E1005 1:4"));
  EXPECT_THAT(Read("a: !m\n  b: 1\n").brief, ElementsAre("E1005 1:4"));
  EXPECT_THAT(Read("a: !s [1]\n").brief, ElementsAre("E1005 1:4"));
}

TEST(StrictYaml, AnchorsAliasesAndMergesAreRefused) {
  EXPECT_THAT(Read("a: &x 1\nb: 2\n").brief, ElementsAre("E1006 1:4"));
  EXPECT_THAT(Read("a: &x 1\nb: *x\n").brief, ElementsAre("E1006 1:4", "E1007 2:4"));
  EXPECT_THAT(Read("b: *nowhere\n").brief, ElementsAre("E1007 1:4"));
  EXPECT_THAT(Read("<<: {a: 1}\nb: 2\n").brief, ElementsAre("E1008 1:1"));
}

TEST(StrictYaml, ADuplicateKeyNamesTheFirst) {
  const Read read("a: 1\nb: {c: 1, c: 2}\na: 3\n");
  ASSERT_THAT(read.brief, ElementsAre("E1009 2:11", "E1009 3:1"));
  EXPECT_THAT(read.diagnostics[1].message_en, HasSubstr("first on line 1"));
  EXPECT_EQ(read.value("a").text, "1");
}

TEST(StrictYaml, BareWordsThatMayBeBooleansAreRefused) {
  for (const char* word : {"yes", "no", "on", "off", "Yes", "NO", "On", "OFF"}) {
    EXPECT_THAT(Read(fmt::format("a: {}\n", word)).brief, ElementsAre("E1010 1:4")) << word;
    EXPECT_THAT(Read(fmt::format("a: \"{}\"\n", word)).brief, IsEmpty()) << word;
  }
  EXPECT_EQ(Read("a: off\n").diagnostics[0].suggestion, "false");
  EXPECT_EQ(Read("a: [Yes]\n").diagnostics[0].suggestion, "true");
  EXPECT_THAT(Read("a: online\n").brief, IsEmpty());
}

TEST(StrictYaml, TabsAreRefusedWhereverTheyStand) {
  EXPECT_THAT(Read("a:\n\tb: 1\n").brief, ElementsAre("E1004 2:1"));
  EXPECT_THAT(Read("a:\t1\nc: yes\n").brief, ElementsAre("E1004 1:3", "E1010 2:4"));
  EXPECT_THAT(Read("a: \"x\ty\"\n").brief, ElementsAre("E1004 1:6"));
}

TEST(StrictYaml, BrokenTextIsNotParsed) {
  EXPECT_THAT(Read("a: 1\nb: \xff\xfe\n").brief, ElementsAre("E1002 2:4"));
  EXPECT_THAT(Read("a: \xed\xa0\x80\n").brief, ElementsAre("E1002 1:4"));  // a surrogate
  EXPECT_THAT(Read("a: \xc0\xaf\n").brief, ElementsAre("E1002 1:4"));      // overlong
  EXPECT_THAT(Read(std::string("a: \x01") + '\0' + "\nb: \x7f\n").brief,
              ElementsAre("E1003 1:4", "E1003 2:4"));
  EXPECT_THAT(Read("a: 1\rb: 2\n").brief, ElementsAre("E1003 1:5"));
}

TEST(StrictYaml, SizeAndDepthHaveLimits) {
  EXPECT_THAT(Read(std::string(kMaxYamlBytes + 1, '#')).brief, ElementsAre("E1012 1:1"));
  EXPECT_THAT(Read(std::string(kMaxYamlBytes, '#')).brief, IsEmpty());
  EXPECT_THAT(Read(std::string(64, '[') + std::string(64, ']')).brief, IsEmpty());
  EXPECT_THAT(Read(std::string(65, '[') + std::string(65, ']')).brief, ElementsAre("E1011 1:65"));
  EXPECT_EQ(Read(std::string(100'000, '[')).brief.size(), 1U);
  EXPECT_EQ(Read(std::string(50'000, '{')).brief.size(), 1U);
}

TEST(StrictYaml, DirectivesAndOddKeysAreRefused) {
  EXPECT_THAT(Read("%YAML 1.1\n---\na: 1\n").brief, ElementsAre("E1013 1:1"));
  EXPECT_THAT(Read("? [a]\n: 1\nb: 2\n").brief, ElementsAre("E1014 1:3"));
  EXPECT_THAT(Read("[a] b\n").brief, ElementsAre("E1001 1:5"));
}

TEST(StrictYaml, CharactersNoTextHoldsAreRefusedWithTheirNumber) {
  const Read read("a: x\xC2\x80y\n");
  ASSERT_THAT(read.brief, ElementsAre("E1003 1:5"));
  EXPECT_THAT(read.diagnostics[0].message_en, HasSubstr("U+0080"));
}

TEST(StrictYaml, EmptyValuesAreNullAtTheirKey) {
  const Read read("a:\nb: ~\nc: \"\"\n");
  EXPECT_EQ(read.value("a").kind, NodeKind::null);
  EXPECT_EQ(read.at(read.value("a").span.begin), "1:1");
  EXPECT_EQ(read.value("b").kind, NodeKind::null);
  EXPECT_EQ(read.value("c").kind, NodeKind::scalar);
}

TEST(StrictYaml, CharactersAreFoundAgainInEveryStyle) {
  const Read read(
      "plain: a + b\n"
      "folded: a\n"
      "  + bcd\n"
      "double: \"烟 \\\"q\\\" \\u70df + x\"\n"
      "broken: \"a \\\n"
      "   + y\"\n"
      "single: 'it''s + z'\n"
      "literal: |\n"
      "  first\n"
      "    + deep\n"
      "long: >-\n"
      "  one\n"
      "  + two\n"
      "\n"
      "  three\n");
  EXPECT_THAT(read.brief, IsEmpty());
  EXPECT_EQ(read.place_of("plain", "b"), "1:12");
  EXPECT_EQ(read.place_of("folded", "+"), "3:3");
  EXPECT_EQ(read.place_of("folded", "cd"), "3:6");
  EXPECT_EQ(read.value("double").text, "烟 \"q\" 烟 + x");
  EXPECT_EQ(read.place_of("double", "+"), "4:25");
  EXPECT_EQ(read.place_of("double", "q"), "4:14");
  EXPECT_EQ(read.place_of("broken", "y"), "6:6");
  EXPECT_EQ(read.place_of("single", "z"), "7:18");
  EXPECT_EQ(read.place_of("literal", "deep"), "10:7");
  EXPECT_EQ(read.place_of("long", "two"), "13:5");
  EXPECT_EQ(read.place_of("long", "three"), "15:3");
}

TEST(StrictYaml, MoreProblemsThanOneCanReadAreCutWithANote) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("k{}: yes\n", i);
  const Read read(text);
  EXPECT_EQ(read.brief.size(), Report::kMaxPerFile + 1);
  EXPECT_TRUE(
      std::ranges::any_of(read.diagnostics, [](const Diagnostic& d) { return d.code == "E1016"; }));
}

TEST(StrictYaml, WarningsOverTheLimitAreNoErrors) {
  const SourceText source("f.yaml", "a: 1\n");
  Report report(source);
  for (std::size_t i = 0; i < Report::kMaxPerFile + 2; ++i) {
    report.add(Code::unused_param, {0, 1}, {"a"});
  }
  EXPECT_FALSE(report.has_errors());
  report.add(Code::bad_name, {0, 1}, {"a", "b"});
  report.add(Code::unused_param, {0, 1}, {"a"});
  EXPECT_TRUE(report.has_errors());
  EXPECT_EQ(report.take().size(), Report::kMaxPerFile + 1);
}

}  // namespace
}  // namespace tocsin::yaml
