#include "tests/docs/examples.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/app/support.h"

namespace tocsin::docs {
namespace {

constexpr std::string_view kFence = "```";

// Its rule needs a descriptor set: tests/integration follows the page from its first step to its
// last.
constexpr std::string_view kFollowedElsewhere = "event_types.md";

std::vector<std::string> lines_of_page(const std::string& page) {
  return app::testing::lines_of(app::testing::slurp(TOCSIN_SOURCE "/" + page));
}

Example opened(const std::string& page, std::size_t line, const std::string& fence) {
  Example example;
  example.page = page;
  example.line = line;
  std::istringstream words(fence.substr(kFence.size()));
  words >> example.format;
  for (std::string word; words >> word;) {
    const bool file = word.starts_with("file=");
    (file ? example.file : example.place) = file ? word.substr(5) : word;
  }
  return example;
}

bool begins_item(const std::string& line) {
  const std::size_t at = line.find_first_not_of(' ');
  return at != std::string::npos && (line[at] == '-' || (line[at] >= '0' && line[at] <= '9'));
}

}  // namespace

std::vector<std::string> pages() {
  std::vector<std::string> found{"README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_SOURCE "/docs")) {
    if (entry.path().extension() == ".md" && entry.path().filename() != kFollowedElsewhere)
      found.push_back("docs/" + entry.path().filename().string());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<Example> examples_of(const std::string& page) {
  std::vector<Example> found;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string& line : lines_of_page(page)) {
    ++number;
    if (line.starts_with(kFence)) {
      if (!inside) found.push_back(opened(page, number, line));
      inside = !inside;
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  return found;
}

std::vector<Example> all_examples() {
  std::vector<Example> all;
  for (const std::string& page : pages()) {
    for (Example& example : examples_of(page)) all.push_back(std::move(example));
  }
  return all;
}

std::vector<std::string> indented_code(const std::string& page) {
  std::vector<std::string> found;
  bool inside = false, list = false;
  std::size_t number = 0;
  for (const std::string& line : lines_of_page(page)) {
    ++number;
    if (line.starts_with(kFence)) inside = !inside;
    if (inside || line.empty()) continue;
    if (begins_item(line)) list = true;
    const bool indented = line.starts_with("    ");
    if (!line.starts_with(" ") && !begins_item(line)) list = false;
    if (indented && !list) found.push_back(page + ":" + std::to_string(number) + ": " + line);
  }
  return found;
}

std::vector<Command> commands_of(const Example& console) {
  std::vector<Command> commands;
  for (const std::string& line : app::testing::lines_of(console.text)) {
    if (line.starts_with("$ ")) {
      commands.push_back({line.substr(2), {}});
    } else if (!commands.empty()) {
      commands.back().output.push_back(line);
    }
  }
  return commands;
}

bool matches(const std::vector<std::string>& shown, const std::vector<std::string>& lines) {
  std::size_t at = 0;
  bool any = false;
  for (const std::string& want : shown) {
    if (want == "...") {
      any = true;
      continue;
    }
    while (any && at < lines.size() && lines[at] != want) ++at;
    if (at >= lines.size() || lines[at] != want) return false;
    ++at;
    any = false;
  }
  return any || at == lines.size();
}

}  // namespace tocsin::docs
