#include "app/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "app/config.h"
#include "app/loaded_bundle.h"
#include "app/rule_files.h"
#include "ingest/registry_csv.h"
#include "rules/load/codes.h"
#include "rules/load/describe.h"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBundleFile = "bundle.yaml";

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

class Validator {
 public:
  Validation run(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      is_folder(path) ? folder(path) : file(path);
    }
    for (const std::string& path : registries_) registry(path);
    if (!loose_rules_.empty()) loose_bundle();
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
      case FileKind::types:
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

  // Single rule files mean what they mean in their folder: with its bundle.yaml and event types.
  void loose_bundle() {
    add_types_beside();
    const std::string beside = bundle_beside();
    if (beside.empty()) return bundle(loose_rules_);
    std::string why;
    const auto text = read_file(beside, why);
    if (!text) return unreadable(why);
    result_.bundle_beside = beside;
    loose_rules_.push_back({beside, *text});
    bundle(loose_rules_);
    // What the other rules of the folder use is not known here.
    std::erase_if(result_.diagnostics, [&](const Diagnostic& d) {
      return d.file == beside && (d.code == info(Code::unused_condition).code ||
                                  d.code == info(Code::unused_calendar).code);
    });
  }

  void add_types_beside() {
    std::set<std::string> sets;
    for (const rules::SourceFile& file : loose_rules_) {
      if (file.is_descriptor_set()) return;
      const fs::path parent = fs::path(file.name).parent_path();
      for (std::string& set : descriptor_sets_in(parent.empty() ? "." : parent.string()))
        sets.insert(std::move(set));
    }
    for (const std::string& set : sets) {
      std::string why;
      const auto text = read_file(set, why);
      if (!text) return unreadable(why);
      loose_rules_.push_back({set, *text});
    }
  }

  // Empty: none, one is given already, or the files lie in folders with several.
  std::string bundle_beside() const {
    std::string found;
    for (const rules::SourceFile& file : loose_rules_) {
      const fs::path path(file.name);
      if (path.filename() == kBundleFile) return {};
      const std::string beside = (path.parent_path() / kBundleFile).string();
      std::error_code error;
      if (!fs::exists(beside, error) || beside == found) continue;
      if (!found.empty()) return {};
      found = beside;
    }
    return found;
  }

  void bundle(const std::vector<rules::SourceFile>& files) {
    const auto [catalogue, loaded] = load_bundle(files, {.want_tests = true});
    take(loaded.diagnostics);
    result_.tests += loaded.tests.size();
    if (!loaded.rules) return;
    std::map<std::string_view, std::size_t> tests_of;
    for (const rules::RuleTest& test : loaded.tests) ++tests_of[test.rule];
    for (const rules::Rule& rule : loaded.rules->rules) {
      const std::size_t tests = tests_of[rule.name];
      result_.rules.push_back(fmt::format(
          "{}: {}, {}, {}, for each {}, {} tests; state: {}", rule.name,
          rules::form_name(rule.form), to_string(rule.severity), rules::to_string(rule.mode),
          fmt::join(rule.for_each, " "), tests, rules::describe(state_bound(rule, *catalogue))));
    }
  }

  void take(const Diagnostics& found) {
    result_.diagnostics.insert(result_.diagnostics.end(), found.begin(), found.end());
  }

  Validation result_;
  std::vector<std::string> registries_;
  std::vector<rules::SourceFile> loose_rules_;
};

}  // namespace

FileKind kind_of_file(const std::string& path, const std::string& text) {
  const fs::path name = fs::path(path).filename();
  if (name.extension() == ".csv") return FileKind::registry;
  if (SourceFile::has_descriptor_set_name(name.string())) return FileKind::types;
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

Validation validate_paths(const std::vector<std::string>& paths) { return Validator().run(paths); }

}  // namespace tocsin::app
