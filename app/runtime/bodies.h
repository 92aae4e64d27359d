#pragma once
/// Bodies of log records as plain values: the only place of app/ that knows their protobuf form.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "rules/load/loader.h"

namespace tocsin::app {

struct Frame {
  std::string topic;
  std::string payload;
  bool retained = false;
};

/// A rule bundle or a registry by content. `version` is the digest of the files.
struct Bundle {
  std::vector<rules::SourceFile> files;
  std::string version;
};

struct GatewayState {
  std::string gateway;
  bool up = false;
};

/// The version of files by content: their names' last parts and texts, in order.
std::string content_version(const std::vector<rules::SourceFile>& files);

/// How often a beat is promised by a start record; zero: it is not.
Duration beat_of_start(std::string_view body);

// Each parse: nullopt if the bytes are not that message.
std::optional<Frame> parse_frame(std::string_view body);
std::optional<Bundle> parse_bundle(std::string_view body);
std::optional<Bundle> parse_registry(std::string_view body);
std::optional<GatewayState> parse_gateway(std::string_view body);
std::string bundle_body(const Bundle& bundle);
std::string registry_body(const Bundle& files);

/// One line of JSON for `tocsin journal dump`: what the body says, payloads as text where they are
/// text.
std::string describe_body(std::uint8_t record_kind, std::string_view body);

}  // namespace tocsin::app
