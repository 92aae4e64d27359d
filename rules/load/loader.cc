#include "rules/load/loader.h"

#include <algorithm>
#include <deque>
#include <iterator>

#include "core/digest.h"
#include "rules/load/collected.h"
#include "rules/load/compiler.h"
#include "rules/load/relations.h"
#include "rules/load/rule_graph.h"
#include "rules/load/rule_tests.h"

namespace tocsin::rules {
namespace {

using yaml::Node;

// One load, stage by stage.
class Loading {
 public:
  Loading(const std::vector<SourceFile>& files, const Catalogue& catalogue,
          const LoadOptions& options)
      : catalogue_(catalogue), options_(options) {
    for (const SourceFile& file : files) files_.emplace_back(file);
  }

  Loaded run() {
    collect_bundles();
    collect_rules();
    refuse_twins();
    collect_test_files();
    relations_.declare();
    std::vector<TypeSettings> settings = compile_types(bundle_, catalogue_);
    compile_rules();
    for (const auto& [name, condition] : bundle_.conditions) {
      if (!condition.used && condition.expression != nullptr) check_unused(condition);
    }

    const bool failed =
        std::ranges::any_of(files_, [](const RuleFile& f) { return f.report.has_errors(); });
    if (!failed) lint();
    Loaded loaded;
    if (!failed) loaded.rules = rule_set(std::move(settings));
    loaded.tests = std::move(tests_);
    loaded.watched = std::move(watched_);
    for (RuleFile& file : files_) {
      Diagnostics its = file.report.take();
      std::ranges::move(its, std::back_inserter(loaded.diagnostics));
    }
    return loaded;
  }

 private:
  void collect_bundles() {
    for (RuleFile& file : files_) {
      if (file.role != FileRole::bundle) continue;
      if (bundle_.file != nullptr) {
        file.report.add(Code::second_bundle, {0, 0}, {bundle_.file->source.name()});
      } else {
        file.read();
        collect_bundle(file, bundle_);
      }
    }
  }

  /// What one rule file says.
  struct FileRules {
    std::deque<RuleText> rules;
    std::vector<RuleTest> tests;
  };

  void collect_rules() {
    std::vector<RuleFile*> files;
    for (RuleFile& file : files_) {
      if (file.role == FileRole::rules) files.push_back(&file);
    }
    std::vector<FileRules> found(files.size());
    const auto read = [&](std::size_t i) { found[i] = read_rules(*files[i]); };
    if (options_.each) {
      options_.each(files.size(), read);
    } else {
      for (std::size_t i = 0; i < files.size(); ++i) read(i);
    }
    for (FileRules& one : found) {
      for (; !one.rules.empty(); one.rules.pop_front()) {  // never two of each
        rules_.push_back(std::move(one.rules.front()));
      }
      std::ranges::move(one.tests, std::back_inserter(tests_));
    }
  }

  FileRules read_rules(RuleFile& file) const {
    FileRules found;
    file.read();
    for (yaml::Document& document : file.documents) {
      found.rules.push_back(collect_rule(file, document));
      if (const Node* tests = yaml::value_of(document.root, "tests")) {
        auto its = collect_tests(*tests, found.rules.back(), catalogue_, file);
        std::ranges::move(its, std::back_inserter(found.tests));
      }
      drop_tests(document.root);
    }
    if (file.documents.empty() && !file.report.has_errors()) file.report.add(Code::no_rule, {0, 0});
    return found;
  }

  // They are most of what people write, and nobody looks at them again.
  static void drop_tests(Node& root) {
    for (yaml::Entry& entry : root.entries) {
      if (entry.key.text == "tests") entry.value = {};
    }
  }

  // Those below first: what their alerts look like is known then.
  void compile_rules() {
    const auto compile = [&](RuleText& rule) {
      compile_rule(rule, bundle_, catalogue_, options_, watched_);
      rule.compiled = true;
    };
    for (const RuleGraph::Item& item : RuleGraph(rules_).in_order()) {
      if (!item.parent) {
        item.rule->rule.level = item.level;
        compile(*item.rule);
      }
      relations_.define(item);
    }
    for (RuleText& rule : rules_) {
      if (!rule.compiled) compile(rule);
    }
    relations_.check_inhibits();
  }

  void refuse_twins() {
    std::map<std::string_view, const RuleText*> seen;
    for (const RuleText& rule : rules_) {
      if (rule.name == nullptr) continue;
      const auto [first, added] = seen.emplace(rule.rule.name, &rule);
      if (!added)
        rule.file->report.add(Code::duplicate_rule, rule.name->span,
                              {rule.rule.name, place(*first->second)});
    }
  }

  static std::string place(const RuleText& rule) {
    const yaml::SourceText& source = rule.file->source;
    return source.name() + ":" + std::to_string(source.position(rule.name->span.begin).line);
  }

  void collect_test_files() {
    for (RuleFile& file : files_) {
      if (file.role != FileRole::tests) continue;
      file.read();
      for (const yaml::Document& document : file.documents)
        collect_test_document(file, document.root);
    }
  }

  void collect_test_document(RuleFile& file, const Node& root) {
    if (!yaml::expect_map(root, test_file_keys(), "test file", file.report)) return;
    check_format(root, file.report);
    const Node* const name = yaml::value_of(root, "rule");
    const Node* const tests = yaml::value_of(root, "tests");
    if (name == nullptr || !yaml::read_text(*name, "rule", file.report)) return;
    const auto rule =
        std::ranges::find_if(rules_, [&](const RuleText& r) { return r.rule.name == name->text; });
    if (rule == rules_.end()) {
      file.report.add(Code::test_rule, name->span, {name->text}, nearest(name->text, rule_names()));
    } else if (tests != nullptr) {
      std::ranges::move(collect_tests(*tests, *rule, catalogue_, file), std::back_inserter(tests_));
    }
  }

  std::vector<std::string> rule_names() const {
    std::vector<std::string> names;
    for (const RuleText& rule : rules_) names.push_back(rule.rule.name);
    return names;
  }

  // Only where nothing is wrong: half-read rules use nothing.
  void lint() {
    for (const RuleText& rule : rules_) lint_rule(rule);
    if (options_.want_tests) lint_tests();
    lint_twins();
    relations_.lint();
    for (const auto& [name, condition] : bundle_.conditions) {
      if (!condition.used)
        condition.file->report.add(Code::unused_condition, condition.key->span, {name});
    }
    for (const CalendarText& text : bundle_.calendars) {
      const Node& name = text.entry->key;
      if (!text.used) bundle_.file->report.add(Code::unused_calendar, name.span, {name.text});
    }
  }

  void lint_tests() {
    for (const RuleText& rule : rules_) {
      if (std::ranges::find(tests_, rule.rule.name, &RuleTest::rule) == tests_.end())
        rule.file->report.add(Code::no_tests, rule.name->span, {rule.rule.name});
    }
  }

  // The same structure with the same texts. A shadow rule may try another severity of a live one.
  void lint_twins() {
    std::map<std::string, const RuleText*> seen;
    for (const RuleText& rule : rules_) {
      const auto [first, added] = seen.emplace(twin_key(rule), &rule);
      if (!added)
        rule.file->report.add(Code::twin_rules, rule.name->span,
                              {rule.rule.name, first->second->rule.name, place(*first->second)});
    }
  }

  std::vector<Calendar> calendars() {
    std::vector<Calendar> all;
    for (CalendarText& text : bundle_.calendars) all.push_back(std::move(text.calendar));
    return all;
  }

  std::shared_ptr<const RuleSet> rule_set(std::vector<TypeSettings> settings) {
    auto set = std::make_shared<RuleSet>();
    for (RuleText& rule : rules_) {
      if (options_.run_disabled && rule.rule.mode == Mode::disabled) rule.rule.mode = Mode::live;
      set->rules.push_back(std::move(rule.rule));
    }
    set->type_settings = std::move(settings);
    relations_.link(*set);
    set->calendars = calendars();
    set->historical_after = bundle_.historical_after.value_or(set->historical_after);
    set->version = version();
    return set;
  }

  // By content: the folder the files lie in and their order do not matter.
  std::string version() const {
    std::vector<std::pair<std::string, std::string_view>> parts;
    for (const RuleFile& file : files_) {
      const std::string& name = file.source.name();
      parts.emplace_back(name.substr(name.find_last_of('/') + 1), file.source.text());
    }
    std::ranges::sort(parts);
    std::string all;
    for (const auto& [name, text] : parts) {
      all += name + '\0' + std::to_string(text.size()) + '\0' + std::string(text);
    }
    return sha256(all);
  }

  const Catalogue& catalogue_;
  const LoadOptions& options_;
  std::deque<RuleFile> files_;  // nodes and reports are referred to: nothing may move
  BundleText bundle_;
  std::deque<RuleText> rules_;
  Relations relations_{rules_, bundle_, catalogue_, options_};
  std::vector<RuleTest> tests_;
  std::vector<WatchedCondition> watched_;
};

}  // namespace

Loaded load(const std::vector<SourceFile>& files, const Catalogue& catalogue,
            const LoadOptions& options) {
  return Loading(files, catalogue, options).run();
}

}  // namespace tocsin::rules
