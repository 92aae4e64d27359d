#pragma once
/// The examples of Markdown pages: fenced blocks, by what follows the opening fence.
///
///     yaml                a whole rule file, or a bundle file (no `rule:`)
///     yaml PLACE          a fragment: entries of `rule`, `match`, `alert` or `bundle`
///     console             `$ command` and what it prints; a line `...` stands for any lines
///     FORMAT file=NAME    also a file for the page's commands
///
/// Anything else is shown, not run.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::docs {

struct Example {
  std::string page;    ///< "docs/rules.md"
  std::size_t line{};  ///< of the opening fence
  std::string format;  ///< the first word after the fence; may be empty
  std::string place;   ///< the second, unless it is file=
  std::string file;
  std::string text;

  std::string where() const { return page + ":" + std::to_string(line); }
};

struct Command {
  std::string text;
  std::vector<std::string> output;  ///< as shown; empty: nothing is shown
};

/// README.md and docs/*.md, in order of name, but for one that has a test of its own.
std::vector<std::string> pages();
std::vector<Example> examples_of(const std::string& page);
std::vector<Example> all_examples();

/// Lines indented by four outside of fences and lists: Markdown's other way to write code.
std::vector<std::string> indented_code(const std::string& page);

std::vector<Command> commands_of(const Example& console);

/// Whether `lines` are what `shown` shows.
bool matches(const std::vector<std::string>& shown, const std::vector<std::string>& lines);

}  // namespace tocsin::docs
