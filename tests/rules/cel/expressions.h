#pragma once
/// Expressions over one sample event, and their outcome as a line of text: a test is a table.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/cel.h"

namespace tocsin::cel {

/// Frame 0 is the event, 1 a step of the same type, 2 the key. `params.*` are constants.
class SampleScope : public Scope {
 public:
  std::optional<Input> find(std::string_view path) const override;
  std::vector<std::string> names() const override;
  std::span<const HostFunction> functions() const override { return functions_; }

 private:
  std::vector<HostFunction> functions_ = {
      {"adjacent", {{ValueKind::string}, {ValueKind::string}}, {ValueKind::boolean}, 0},
      {"nothing", {}, {ValueKind::int64}, 1},
      {"twice", {{ValueKind::list, ValueKind::int64}}, {ValueKind::int64}, 2},
  };
};

/// adjacent(a, b): b is the start of a. nothing(): has no answer. twice(list): of its size.
class SampleHost : public Host {
 public:
  Value call(std::uint16_t index, std::span<const Value> args) const override;
};

/// The values that the sample scope's inputs read. `step` fields are all unset.
class SampleEvent {
 public:
  SampleEvent();
  Frames frames() const { return frames_; }

 private:
  std::array<Value, 16> event_{};
  std::array<Value, 16> step_{};
  std::array<Value, 16> key_{};
  std::array<Value, 2> tags_{};
  std::array<Value, 3> readings_{};
  std::vector<Value> many_;
  std::array<const Value*, 3> frames_{};
};

/// "int 7", "list(int) [1, 2]", "error overflow", or the compile errors: "E3101 at 0-6 (e.level)".
std::string outcome(std::string_view source);

/// Only the compile errors; empty: none.
std::string errors(std::string_view source, std::optional<Type> expected = std::nullopt,
                   const CompileLimits& limits = {});

struct Case {
  std::string source;
  std::string want;
};

/// Each source has the outcome it wants.
void expect_all(const std::vector<Case>& cases);

/// Each source is true.
void expect_true(const std::vector<std::string>& sources);

}  // namespace tocsin::cel
