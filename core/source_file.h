#pragma once
/// A file by content: what loaders of rules and registries work on, so that what is replayed from
/// the log loads exactly as it did from disk.
#include <string>
#include <string_view>

namespace tocsin {

struct SourceFile {
  std::string name;  ///< as diagnostics print it; its last part says what it is ("bundle.yaml",
                     ///< "places.csv")
  std::string text;

  std::string_view last_part() const {
    const std::string_view whole = name;
    return whole.substr(whole.rfind('/') + 1);  // npos + 1 is 0
  }
  /// Of a rule bundle: a protobuf descriptor set with event types of the deployment's own.
  bool is_descriptor_set() const { return has_descriptor_set_name(last_part()); }
  static bool has_descriptor_set_name(std::string_view name) {
    return name.ends_with(".desc") || name.ends_with(".binpb") || name.ends_with(".protoset");
  }
};

}  // namespace tocsin
