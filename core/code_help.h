#pragma once
/// What `tocsin help CODE` says of one code: why it exists, a wrong and a right example, in both
/// languages. Each area has a table of its own codes (rules/load, ingest, app); app/code_help.h
/// joins them, and a test proves the examples.
#include <string_view>

namespace tocsin {

enum class ExampleKind : unsigned char {
  rule,     ///< lines of a rule file; replace those of a small rule with the same key
  file,     ///< a whole rule file
  tests,    ///< a *.test.yaml beside the small rule
  bundle,   ///< a bundle.yaml beside the small rule
  config,   ///< a tocsin.yaml
  places,   ///< a places.csv; no devices
  devices,  ///< a devices.csv; there is a place B1
  types,    ///< a .proto without its head: event types of one's own
  event,    ///< what `tocsin eval --event` is given
  shown,    ///< for people: what it stands for are bytes, sizes or several files
};

struct CodeHelp {
  std::string_view code;  ///< "E2103"
  std::string_view en;
  std::string_view zh;
  ExampleKind kind = ExampleKind::shown;
  std::string_view wrong;
  std::string_view right;
};

}  // namespace tocsin
