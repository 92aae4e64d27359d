// Every single-character typo in the keys and field names of the shipped rules: how many get the
// right word suggested.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/diagnostic.h"
#include "ingest/catalogue_builder.h"
#include "rules/load/loader.h"

namespace tocsin::rules {
namespace {

std::vector<SourceFile> shipped() {
  std::vector<SourceFile> read;
  for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_RULES_DIR)) {
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    read.push_back({entry.path().filename().string(), text.str()});
  }
  std::ranges::sort(read, {}, &SourceFile::name);
  return read;
}

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// One place of a file where a key or a field stands.
struct Word {
  std::size_t begin;
  std::string text;  ///< "severity", "building" of loc.building
  bool field;        ///< e.level, step.level, loc.building; else a key of the form
};

// The first place of each word before the tests: words followed by ':' and words behind a '.' or in
// for_each.
std::vector<Word> words_of(const std::string& text) {
  std::vector<Word> words;
  std::set<std::string> seen;
  const std::size_t end = std::min(text.find("\ntests:"), text.size());
  for (std::size_t i = 0; i < end;) {
    if (text[i] == '#' || text.compare(i, 2, "{{") == 0) {
      i = std::min(text.find(text[i] == '#' ? "\n" : "}}", i), end);
      continue;
    }
    if (!is_word_char(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < end && is_word_char(text[i])) ++i;
    const std::string word = text.substr(begin, i - begin);
    const bool field = begin >= 2 && text[begin - 1] == '.' &&
                       (text.compare(begin - 2, 2, "e.") == 0 ||
                        (begin >= 4 && text.compare(begin - 4, 4, "loc.") == 0));
    const bool key = i < end && text[i] == ':';
    if ((key || field) && word.size() > 1 && seen.insert(word).second)
      words.push_back({begin, word, field});
  }
  return words;
}

std::vector<std::string> typos(const std::string& word) {
  std::set<std::string> all;
  for (std::size_t i = 0; i < word.size(); ++i) {
    all.insert(word.substr(0, i) + word.substr(i + 1));
    if (i + 1 < word.size()) {
      std::string swapped = word;
      std::swap(swapped[i], swapped[i + 1]);
      all.insert(swapped);
    }
    for (char c = 'a'; c <= 'z'; ++c) {
      std::string replaced = word;
      replaced[i] = c;
      all.insert(replaced);
    }
  }
  for (std::size_t i = 0; i <= word.size(); ++i) {
    for (char c = 'a'; c <= 'z'; ++c) all.insert(word.substr(0, i) + c + word.substr(i));
  }
  all.erase(word);
  all.erase("");
  return {all.begin(), all.end()};
}

// A parameter, step or condition: named by the author, so that a typo is only another name.
bool is_own_name(const SourceFile& file, const Word& word) {
  static const std::string schema = rules_json_schema(RuleDocument::rule);
  const std::string_view after = std::string_view(file.text).substr(word.begin + word.text.size());
  if (word.field) return false;
  if (file.name == "bundle.yaml") return after.starts_with(": \"");
  return after.starts_with(": {value:") || schema.find('"' + word.text + '"') == std::string::npos;
}

struct Score {
  std::size_t tried = 0;
  std::size_t right = 0;
  std::size_t valid = 0;  ///< the typo is another right word: nothing to suggest
  std::map<std::string, std::size_t> missed;
};

// "building" is right as "loc.building" and "e.level" as "level".
bool means(const std::string& suggestion, const std::string& word) {
  return suggestion == word || suggestion.ends_with("." + word) ||
         suggestion.starts_with(word + ".");
}

void try_typos(const std::vector<SourceFile>& bundle, std::size_t file, const Word& word,
               const Catalogue& catalogue, Score& score) {
  std::vector<SourceFile> files{bundle[file]};
  files[0].text.resize(std::min(files[0].text.find("\ntests:"), files[0].text.size() - 1) + 1);
  const std::string text = files[0].text;
  if (bundle[file].name != "bundle.yaml") files.push_back(bundle.front());
  for (const std::string& typo : typos(word.text)) {
    files[0].text = text.substr(0, word.begin) + typo + text.substr(word.begin + word.text.size());
    const Loaded loaded = load(files, catalogue);
    if (!has_errors(loaded.diagnostics)) {
      ++score.valid;
      continue;
    }
    ++score.tried;
    const bool right = std::ranges::any_of(
        loaded.diagnostics, [&](const Diagnostic& d) { return means(d.suggestion, word.text); });
    score.right += right ? 1 : 0;
    if (!right) ++score.missed[word.text];
  }
}

TEST(Typos, NineteenOfTwentyGetTheRightSuggestion) {
  const Catalogue catalogue = ingest::builtin_catalogue();
  const std::vector<SourceFile> bundle = shipped();
  ASSERT_EQ(bundle.front().name, "bundle.yaml");
  std::set<std::string> tried;
  Score score;
  for (std::size_t i = 0; i < bundle.size(); ++i) {
    for (const Word& word : words_of(bundle[i].text)) {
      if (is_own_name(bundle[i], word)) continue;
      if (tried.insert(word.text).second) try_typos(bundle, i, word, catalogue, score);
    }
  }
  std::string worst;
  for (const auto& [word, n] : score.missed) worst += " " + word + ":" + std::to_string(n);
  RecordProperty("words", static_cast<int>(tried.size()));
  EXPECT_GE(tried.size(), 40U);
  EXPECT_GE(static_cast<double>(score.right), 0.95 * static_cast<double>(score.tried))
      << score.right << " of " << score.tried << " (" << tried.size() << " words, " << score.valid
      << " typos are right words); missed:" << worst;
}

}  // namespace
}  // namespace tocsin::rules
