#include <algorithm>
#include <filesystem>

#include "alerts/mqtt_message.h"
#include "app/address.h"
#include "app/config.h"
#include "app/text.h"
#include "rules/load/read_values.h"

namespace tocsin::app {
namespace {

using yaml::KeySpec;
using yaml::Node;
using yaml::Report;

constexpr CodeInfo kBadSize{{},
                            "E5001",
                            "'{0}' is not a size: {1}",
                            "'{0}' 不是大小：{1}",
                            "write a whole number with a unit, such as 64MiB",
                            "请写整数加单位，例如 64MiB"};
constexpr CodeInfo kSizeRange{
    {}, "E5002", "'{0}' must be {1} to {2}, not {3}", "'{0}' 必须在 {1} 到 {2} 之间，而不是 {3}",
    "", ""};
constexpr CodeInfo kBadTopic{{},
                             "E5004",
                             "'{0}' is not a Kafka topic name: {1}",
                             "'{0}' 不是 Kafka 主题名：{1}",
                             "use A-Z a-z 0-9 . _ -, at most 249 of them",
                             "只能使用 A-Z a-z 0-9 . _ -，最多 249 个字符"};

constexpr CodeInfo kBadPrefix{{},
                              "E5005",
                              "alerts cannot go below the MQTT topic '{1}' ('{0}')",
                              "告警不能发布到 MQTT 主题 '{1}' 之下（'{0}'）",
                              "write levels separated by /, without + # and a leading $",
                              "请用 / 分隔各级，不含 + # ，不以 $ 开头"};
constexpr CodeInfo kSourcesPrefix{
    {},
    "E5006",
    "alerts below '{1}' ('{0}') would come back to the engine as events",
    "发布到 '{1}'（'{0}'）之下的告警会作为事件回到引擎",
    "choose a topic that is not tocsin and not below tocsin/v1, such as tocsin/alerts/v1",
    "请选择 tocsin 与 tocsin/v1 之外的主题，例如 tocsin/alerts/v1"};

bool is_topic(std::string_view text) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 249 && text != "." && text != ".." &&
         std::ranges::all_of(text, legal);
}

class Reader {
 public:
  Reader(ConfigRead& read, Report& report) : read_(read), report_(report) {}

  void section(const Node& node, const std::string& path) {
    const std::string prefix = path.empty() ? "" : path + ".";
    const std::vector<KeySpec> specs = children(prefix);
    if (!yaml::expect_map(node, specs, path.empty() ? "tocsin.yaml" : path, report_)) return;
    for (const KeySpec& spec : specs) {
      const Node* value = yaml::value_of(node, spec.name);
      if (value == nullptr) continue;
      const std::string full = prefix + std::string(spec.name);
      const auto key = std::ranges::find(config_keys(), full, &ConfigKey::path);
      key == config_keys().end() ? section(*value, full) : leaf(*key, *value);
    }
  }

 private:
  // The names one level below, each once.
  static std::vector<KeySpec> children(const std::string& prefix) {
    std::vector<KeySpec> specs;
    for (const ConfigKey& key : config_keys()) {
      if (!key.path.starts_with(prefix)) continue;
      const std::string_view rest = key.path.substr(prefix.size());
      const std::string_view name = rest.substr(0, rest.find('.'));
      if (std::ranges::find(specs, name, &KeySpec::name) == specs.end()) {
        specs.push_back({.name = name, .doc = key.meaning});
      }
    }
    return specs;
  }

  void leaf(const ConfigKey& key, const Node& node) {
    read_.present.push_back(key.path);
    std::visit([&](auto* field) { value(key, node, *field); }, key.field(read_.config));
  }

  void value(const ConfigKey& key, const Node& node, std::string& field) {
    if (key.kind == ConfigKind::word) {
      if (const auto word = yaml::read_word(node, key.words, key.path, report_)) field = *word;
      return;
    }
    if (node.kind == yaml::NodeKind::scalar && node.text.empty()) {
      field.clear();
      if (is_prefix(key)) check_prefix(key, node);
      return;
    }
    const auto text = yaml::read_text(node, key.path, report_);
    if (!text) return;
    field = *text;
    check(key, node);
  }

  // nullptr: the key is not an address.
  static const AddressForm* form_of(std::string_view path) {
    if (path == "source.broker.uri" || path == "sinks.mqtt.uri") return &kBrokerAddress;
    if (path == "kafka.bootstrap") return &kKafkaAddress;
    if (path == "http.listen") return &kListenAddress;
    return nullptr;
  }

  // What only the meaning of a text can refuse.
  void check(const ConfigKey& key, const Node& node) {
    const std::string_view text = node.text;
    if (const AddressForm* form = form_of(key.path); form != nullptr && !form->fits(text)) {
      report_.add(kBadAddress, node.span, {key.path, text, form->text});
    } else if (key.path.ends_with("topic") && !is_topic(text)) {
      report_.add(kBadTopic, node.span, {key.path, text});
    } else if (is_prefix(key)) {
      check_prefix(key, node);
    }
  }

  static bool is_prefix(const ConfigKey& key) { return key.path.ends_with("topic_prefix"); }

  void check_prefix(const ConfigKey& key, const Node& node) {
    using alerts::PrefixFault;
    const PrefixFault fault = alerts::check_topic_prefix(node.text);
    if (fault == PrefixFault::none) return;
    report_.add(fault == PrefixFault::sources_topics ? kSourcesPrefix : kBadPrefix, node.span,
                {key.path, node.text});
  }

  void value(const ConfigKey& key, const Node& node, std::vector<std::string>& field) {
    std::vector<std::string> texts;
    for (const Node* item : yaml::read_scalars(node, key.path, report_, {.or_one = true})) {
      if (const auto text = yaml::read_text(*item, key.path, report_)) texts.push_back(*text);
    }
    if (!texts.empty()) field = std::move(texts);
  }

  void value(const ConfigKey& key, const Node& node, bool& field) {
    if (const auto flag = yaml::read_boolean(node, key.path, report_)) field = *flag;
  }

  void value(const ConfigKey& key, const Node& node, Duration& field) {
    const auto duration = yaml::read_duration(node, key.path, report_);
    if (!duration) return;
    const Duration min{static_cast<std::int64_t>(key.min)};
    const Duration max{static_cast<std::int64_t>(key.max)};
    if (*duration < min || *duration > max) {
      report_.add(kSizeRange, node.span,
                  {key.path, duration_text(min), duration_text(max), node.text});
    }
    field = *duration;
  }

  void value(const ConfigKey& key, const Node& node, std::uint32_t& field) {
    const auto number = yaml::read_integer(node, static_cast<std::int64_t>(key.min),
                                           static_cast<std::int64_t>(key.max), key.path, report_);
    if (number) field = static_cast<std::uint32_t>(*number);
  }

  void value(const ConfigKey& key, const Node& node, std::uint64_t& field) {
    const auto text = yaml::read_text(node, key.path, report_);
    if (!text) return;
    const auto bytes = parse_bytes(*text);
    if (!bytes) {
      report_.add(kBadSize, node.span, {key.path, *text});
    } else if (*bytes < key.min || *bytes > key.max) {
      report_.add(kSizeRange, node.span,
                  {key.path, bytes_text(key.min), bytes_text(key.max), *text});
    } else {
      field = *bytes;
    }
  }

  ConfigRead& read_;
  Report& report_;
};

}  // namespace

ConfigRead parse_config(const std::string& file, const std::string& text) {
  ConfigRead read;
  const yaml::SourceText source(file, text);
  Report report(source);
  const std::vector<yaml::Document> documents = yaml::read_yaml(source, report);
  if (documents.size() > 1) report.add(Code::yaml_one_document, documents[1].root.span);
  if (!documents.empty()) Reader(read, report).section(documents.front().root, "");
  read.diagnostics = report.take();
  return read;
}

void resolve_paths(Config& config, const std::string& folder) {
  const auto resolve = [&](std::string& path) {
    if (!path.empty() && !folder.empty()) path = (std::filesystem::path(folder) / path).string();
  };
  for (const ConfigKey& key : config_keys()) {
    if (key.kind == ConfigKind::path) resolve(*std::get<std::string*>(key.field(config)));
    if (key.kind != ConfigKind::paths) continue;
    for (std::string& path : *std::get<std::vector<std::string>*>(key.field(config))) resolve(path);
  }
}

}  // namespace tocsin::app
