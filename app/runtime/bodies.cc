#include "app/runtime/bodies.h"

#include <google/protobuf/util/json_util.h>

#include "core/digest.h"
#include "core/log.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::app {
namespace {

template <class Message>
std::optional<Message> parse(std::string_view body) {
  Message message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
  return message;
}

template <class Message>
std::optional<Bundle> parse_files(std::string_view body) {
  std::optional<Message> message = parse<Message>(body);
  if (!message) return std::nullopt;
  Bundle bundle;
  bundle.version = message->version();
  for (v1::LogFile& file : *message->mutable_files()) {
    bundle.files.push_back({std::move(*file.mutable_name()), std::move(*file.mutable_text())});
  }
  return bundle;
}

template <class Message>
std::string files_body(const Bundle& bundle) {
  Message message;
  message.set_version(bundle.version);
  for (const rules::SourceFile& file : bundle.files) {
    v1::LogFile* out = message.add_files();
    out->set_name(file.name);
    out->set_text(file.text);
  }
  return message.SerializeAsString();
}

template <class Message>
std::string json_of(std::string_view body) {
  const std::optional<Message> message = parse<Message>(body);
  if (!message) return R"({"error":"body does not parse"})";
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(*message, &json, options);
  return status.ok() ? json : R"({"error":"body cannot be printed"})";
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

std::string content_version(const std::vector<rules::SourceFile>& files) {
  std::string all;
  for (const rules::SourceFile& file : files) {
    const std::string_view name = last_part(file.name);
    all += std::to_string(name.size()) + ':' + std::string(name);
    all += std::to_string(file.text.size()) + ':' + file.text;
  }
  return sha256(all);
}

std::optional<Frame> parse_frame(std::string_view body) {
  std::optional<v1::LogFrame> message = parse<v1::LogFrame>(body);
  if (!message) return std::nullopt;
  return Frame{std::move(*message->mutable_topic()), std::move(*message->mutable_payload()),
               message->retained()};
}

std::optional<Bundle> parse_bundle(std::string_view body) {
  return parse_files<v1::LogBundle>(body);
}
std::optional<Bundle> parse_registry(std::string_view body) {
  return parse_files<v1::LogRegistry>(body);
}
std::optional<GatewayState> parse_gateway(std::string_view body) {
  std::optional<v1::LogGateway> message = parse<v1::LogGateway>(body);
  if (!message) return std::nullopt;
  return GatewayState{std::move(*message->mutable_gateway()), message->up()};
}
std::string bundle_body(const Bundle& bundle) { return files_body<v1::LogBundle>(bundle); }
std::string registry_body(const Bundle& files) { return files_body<v1::LogRegistry>(files); }

Duration beat_of_start(std::string_view body) {
  const auto start = parse<v1::LogStart>(body);
  return start ? Duration(start->beat_ms()) : Duration{};
}

std::string describe_body(std::uint8_t record_kind, std::string_view body) {
  switch (static_cast<RecordKind>(record_kind)) {
    case RecordKind::start: return json_of<v1::LogStart>(body);
    case RecordKind::frame: return json_of<v1::LogFrame>(body);
    case RecordKind::bundle: return json_of<v1::LogBundle>(body);
    case RecordKind::registry: return json_of<v1::LogRegistry>(body);
    case RecordKind::gateway: return json_of<v1::LogGateway>(body);
    case RecordKind::command: return json_of<v1::Command>(body);
    case RecordKind::alert: return json_of<v1::LogAlert>(body);
    case RecordKind::beat:
    case RecordKind::tick: break;
  }
  return "{}";
}

}  // namespace tocsin::app
