#include "ingest/decoder.h"
#include "ingest/utf8.h"

namespace tocsin::ingest {

std::optional<Topic> parse_topic(std::string_view topic) {
  constexpr std::string_view kPrefix = "tocsin/v1/";
  if (!topic.starts_with(kPrefix)) return std::nullopt;
  topic.remove_prefix(kPrefix.size());
  const std::size_t slash = topic.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash > kMaxIdBytes) return std::nullopt;
  Topic parts;
  parts.gateway = topic.substr(0, slash);
  if (!is_utf8(parts.gateway)) return std::nullopt;
  const std::string_view last = topic.substr(slash + 1);
  if (last == "pb") {
    parts.encoding = Encoding::protobuf;
  } else if (last == "json") {
    parts.encoding = Encoding::json;
  } else if (last == "status") {
    parts.status = true;
  } else {
    return std::nullopt;
  }
  return parts;
}

}  // namespace tocsin::ingest
