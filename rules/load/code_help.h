#pragma once
/// What `tocsin help CODE` says: why a code exists, a wrong and a right example, in both languages.
/// One row per code in code_help.cc; a test proves each example through the loader.
#include <span>
#include <string>
#include <string_view>

namespace tocsin {

enum class ExampleKind : unsigned char {
  rule,    ///< lines of a rule file; replace those of a small rule with the same key
  file,    ///< a whole rule file
  bundle,  ///< a bundle.yaml
  config,  ///< a tocsin.yaml
  none,    ///< comes from no short text (bytes, sizes, several files): no examples
};

struct CodeHelp {
  std::string_view code;  ///< "E2103"
  std::string_view en;
  std::string_view zh;
  ExampleKind kind = ExampleKind::none;
  std::string_view wrong = {};
  std::string_view right = {};
};

std::span<const CodeHelp> all_code_help();
/// nullptr: no such code. Upper and lower case are the same.
const CodeHelp* find_code_help(std::string_view code);
/// The example as the whole file it stands for.
std::string example_file(ExampleKind kind, std::string_view example);

}  // namespace tocsin
