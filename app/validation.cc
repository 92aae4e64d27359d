#include "app/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/config.h"
#include "app/rule_files.h"
#include "ingest/registry_csv.h"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool holds(const std::string& folder, const char* name) {
  std::error_code error;
  return fs::exists(fs::path(folder) / name, error);
}

// The names before a ':' at the start of a line.
template <class Use>
void for_each_top_key(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t colon = line.find(':');
    const bool name =
        colon != std::string_view::npos && !line.empty() && line[0] != ' ' && line[0] != '#';
    if (name) use(line.substr(0, colon));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

bool is_config_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](const ConfigKey& key) {
    return key.path.substr(0, key.path.find('.')) == name;
  });
}

std::string_view form_name(const rules::Form& form) {
  constexpr std::string_view kNames[] = {"event", "count", "all", "sequence", "silence"};
  static_assert(std::variant_size_v<rules::Form> == std::size(kNames));
  return kNames[form.index()];
}

std::string_view mode_name(rules::Mode mode) {
  constexpr std::string_view kNames[] = {"live", "shadow", "disabled"};
  return kNames[static_cast<std::size_t>(mode)];
}

class Validator {
 public:
  explicit Validator(const Catalogue& catalogue) : catalogue_(catalogue) {}

  Validation run(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      is_folder(path) ? folder(path) : file(path);
    }
    for (const std::string& path : registries_) registry(path);
    if (!loose_rules_.empty()) bundle(loose_rules_);
    return std::move(result_);
  }

 private:
  void folder(const std::string& path) {
    if (holds(path, "places.csv") || holds(path, "devices.csv")) return add_registry(path);
    const RuleFiles read = read_rule_files({path});
    if (!read.unreadable.empty()) return unreadable(read.unreadable);
    std::vector<rules::SourceFile> rules;
    for (const rules::SourceFile& one : read.files) {
      if (kind_of_file(one.name, one.text) == FileKind::config) {
        config(one.name, one.text);
      } else {
        rules.push_back(one);
      }
    }
    if (!rules.empty()) bundle(rules);
  }

  void file(const std::string& path) {
    std::string why;
    const auto text = read_file(path, why);
    if (!text) return unreadable(why);
    switch (kind_of_file(path, *text)) {
      case FileKind::registry: {
        const fs::path parent = fs::path(path).parent_path();
        return add_registry(parent.empty() ? "." : parent.string());
      }
      case FileKind::config: return config(path, *text);
      case FileKind::rules: loose_rules_.push_back({path, *text});
    }
  }

  void unreadable(const std::string& why) {
    if (result_.unreadable.empty()) result_.unreadable = why;
  }

  void add_registry(const std::string& path) {
    if (std::ranges::find(registries_, path) == registries_.end()) registries_.push_back(path);
  }

  void registry(const std::string& path) {
    RuleFiles read = read_files({path + "/places.csv", path + "/devices.csv"});
    if (!read.unreadable.empty()) return unreadable(read.unreadable);
    const auto loaded = ingest::load_registry(read.files);
    take(loaded.diagnostics);
    ++result_.registries;
    result_.places += loaded.registry->places().size();
    result_.devices += loaded.registry->devices().size();
  }

  void config(const std::string& path, const std::string& text) {
    take(parse_config(path, text).diagnostics);
    ++result_.configurations;
  }

  void bundle(const std::vector<rules::SourceFile>& files) {
    const rules::Loaded loaded = rules::load(files, catalogue_);
    take(loaded.diagnostics);
    result_.tests += loaded.tests.size();
    if (!loaded.rules) return;
    for (const rules::Rule& rule : loaded.rules->rules) {
      const auto tests = std::ranges::count(loaded.tests, rule.name, &rules::RuleTest::rule);
      result_.rules.push_back(fmt::format(
          "{}: {}, {}, {}, for each {}, {} tests", rule.name, form_name(rule.form),
          to_string(rule.severity), mode_name(rule.mode), fmt::join(rule.for_each, " "), tests));
    }
  }

  void take(const Diagnostics& found) {
    result_.diagnostics.insert(result_.diagnostics.end(), found.begin(), found.end());
  }

  const Catalogue& catalogue_;
  Validation result_;
  std::vector<std::string> registries_;
  std::vector<rules::SourceFile> loose_rules_;
};

}  // namespace

FileKind kind_of_file(const std::string& path, const std::string& text) {
  const fs::path name = fs::path(path).filename();
  if (name.extension() == ".csv") return FileKind::registry;
  if (name == "tocsin.yaml") return FileKind::config;
  if (name == "bundle.yaml") return FileKind::rules;
  bool rule = false;
  bool config = false;
  for_each_top_key(text, [&](std::string_view key) {
    rule = rule || key == "rule" || key == "format" || key == "match" || key == "tests";
    config = config || is_config_section(key);
  });
  return config && !rule ? FileKind::config : FileKind::rules;
}

Validation validate_paths(const std::vector<std::string>& paths, const Catalogue& catalogue) {
  return Validator(catalogue).run(paths);
}

}  // namespace tocsin::app
