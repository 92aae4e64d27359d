#pragma once
/// Rule text -> RuleSet, or every diagnostic of every file at once. Works on text, never on paths,
/// so that a bundle replayed from the log loads exactly as it did from disk.
///
/// Path: files or a log record -> loader -> Engine. Thread: any; no shared state.
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/catalogue.h"
#include "core/diagnostic.h"
#include "core/source_file.h"
#include "rules/rule.h"

namespace tocsin::rules {

using tocsin::SourceFile;  ///< "bundle.yaml" (its name's last part) is the bundle file

/// When tests begin: `t: 0s` of a step, and what times in expectations count from
/// (2026-01-01T00:00:00Z).
inline constexpr Timestamp kTestStart = from_unix_ms(1'767'225'600'000);

/// One test of a rule file or of a *.test.yaml.
struct TestStep {
  Duration t{};      ///< after the start of the test
  std::string json;  ///< the step as `tocsin replay` reads it: an event or a control record,
                     ///< without `t`
  std::size_t line = 0;
};
struct TestExpectation {
  std::optional<Duration> t;
  std::string json;  ///< the fields it cares about, as one JSON object without `t`
  std::size_t line = 0;
};
/// A device of a test's own registry.
struct TestDevice {
  std::string device_id;
  std::string kind;
  std::string gateway;
  std::int64_t heartbeat_interval_s = 0;
  std::array<std::string, kLocKinds> places;  ///< by PlaceKind
};
struct RuleTest {
  std::string rule;  ///< the rule of the file it stands in (its alerts are compared)
  std::string name;
  std::string file;
  std::size_t line = 0;
  std::vector<TestDevice> registry;  ///< not empty: instead of the workspace's registry
  std::vector<TestStep> given;
  std::vector<TestExpectation> expect;  ///< the complete list, in order
  std::string must_reach;               ///< "", "evaluated", "pending" or a step's name
};

struct LoadOptions {
  bool have_registry = true;    ///< false: a rule that needs one is a warning
  bool want_tests = false;      ///< a rule without a test is a warning
  bool run_disabled = false;    ///< `mode: disabled` is read as live: its tests are to be run
  bool watch_branches = false;  ///< for Loaded::watched; the rules then belong to one thread
  /// How each of `count` rule files is read: work(0) to work(count - 1), in any order, perhaps at
  /// once; no file needs another. Empty: one after the other.
  std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)> each = {};
};

/// A condition of a rule whose evaluations note what they saw.
struct WatchedCondition {
  struct Place {
    std::size_t line = 0;
    std::size_t col = 0;
  };
  std::string rule;
  std::string file;
  std::shared_ptr<cel::Branches> branches;
  std::vector<Place> places;  ///< by branch
};

struct Loaded {
  std::shared_ptr<const RuleSet> rules;  ///< null if there is any error
  std::vector<RuleTest> tests;
  std::vector<WatchedCondition> watched;  ///< one for each condition and event type it is for
  Diagnostics diagnostics;                ///< in order of file, line, column
};

/// The three kinds of documents in a folder of rules.
enum class RuleDocument : unsigned char { rule, bundle, test_file };
/// JSON Schema (2020-12) of one of them, from the tables that load() checks against.
std::string rules_json_schema(RuleDocument document);

/// The same tables for people: keys, words, limits, names, and the functions of expressions, as
/// Markdown.
std::string rules_reference();

Loaded load(const std::vector<SourceFile>& files, const Catalogue& catalogue,
            const LoadOptions& options = {});

}  // namespace tocsin::rules
