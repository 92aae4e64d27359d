#pragma once
/// The expression language of rules: the typed subset of CEL that docs/rules.md names. Compiled
/// once to a flat program against static types; evaluating allocates nothing (pattern.h says what
/// RE2 does), calls no clock and cannot loop.
///
/// Path: load/ compiles each condition; match evaluates it per event.
/// Thread: a Program is const and may be shared; a Scratch belongs to one thread.
/// Limits: CompileLimits, each with its diagnostic code (text_error.h).
/// Semantics: the CEL specification (errors of && and || are commutative, int overflow is an error,
/// numbers compare by value). Where it leaves a choice:
///   - An unset field reads as its type's default (false, 0, 0.0, "", []), as an unset proto3 field
///     does; a timestamp or duration has none: the error no_such_field. has(e.x) tells them apart.
///   - Numbers of different kinds compare, nothing is converted silently: e.level + 1 is refused.
///   - A list holds one type and no lists.
///   - Regular expressions and time zones are literals or constants of the scope. A bad expression
///     is refused when compiling; an unknown zone is an error when evaluated, as 1 / 0 is.
///   - Timestamps are of the years 0001 to 9999, durations what 64 bits of nanoseconds hold. A
///     duration's getMilliseconds() is its part below a second; other getters count whole units.
///   - string(double) is the shortest text that reads back, as core's to_text() writes it.
/// Refused by name: maps, messages, bytes, null, dyn, type(), map(), filter(), .? and [?].
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace tocsin::cel {

struct Type {
  ValueKind kind = ValueKind::unset;
  ValueKind element = ValueKind::unset;  ///< of a list; unset: a list of nothing ([])
  friend bool operator==(const Type&, const Type&) = default;
};
std::string to_string(Type type);  ///< "double", "list(string)"

/// Where a name's value is found at run time: frames[frame][slot]. Or a constant, folded in.
struct Input {
  Type type;
  std::uint8_t frame = 0;
  std::uint16_t slot = 0;
  /// Of that type, never unset. Must outlive the compilation; the program keeps a copy.
  std::optional<Value> constant;
};

/// A function the host provides, such as adjacent(a, b). Called as Host::call(index, args).
struct HostFunction {
  std::string name;
  std::vector<Type> parameters;
  Type result;
  std::uint16_t index = 0;
};

/// What names mean while compiling.
class Scope {
 public:
  virtual ~Scope() = default;
  /// `path` is the longest dotted chain of identifiers in the source ("e.level", "smoke.loc.zone").
  /// A method's name is not part of it: e.name.startsWith("a") asks for "e.name".
  virtual std::optional<Input> find(std::string_view path) const = 0;
  /// Every path that find() knows, for "did you mean".
  virtual std::vector<std::string> names() const = 0;
  virtual std::span<const HostFunction> functions() const { return {}; }
};

/// Answers host functions while evaluating. Pure: a function of its arguments and const data.
class Host {
 public:
  virtual ~Host() = default;
  virtual Value call(std::uint16_t index, std::span<const Value> args) const = 0;
};

struct CompileLimits {
  std::size_t max_length = 4096;        ///< code points of source
  std::size_t max_depth = 32;           ///< of brackets, calls and ?:; operators in a row: 512
  std::uint32_t max_cost = 10'000;      ///< bound on evaluation steps (see Program::cost)
  std::size_t max_list_items = 64;      ///< items of a list that a macro may walk
  std::uint32_t max_regex_bytes = 256;  ///< source of one regular expression
};

struct CompileError {
  std::string code;  ///< "E3xxx", see docs
  std::string message_en;
  std::string message_zh;
  std::string suggestion;  ///< nearest right name; empty: none
  std::size_t begin = 0;   ///< code points from the start of the source
  std::size_t end = 0;
};

/// An operand that decides how an evaluation goes on: each of && and ||, and the condition of ?:.
struct Branch {
  std::string text;
  std::size_t begin = 0;  ///< code points from the start of the source
  std::size_t end = 0;
  bool was_true = false;  ///< in some evaluation so far; one that ended in an error is neither
  bool was_false = false;
};
using Branches = std::vector<Branch>;

/// Why an evaluation has no value. Also the metric label.
enum class EvalError : std::uint8_t {
  overflow = 1,
  division_by_zero,  ///< also modulus
  bad_conversion,    ///< int("x"), timestamp("yesterday"), a double out of an int's range
  bad_time_zone,
  no_such_field,  ///< an unset field without has()
  index_out_of_range,
  too_long,  ///< a built string over the scratch's limit
  host,      ///< a host function had no answer
};
std::string_view to_string(EvalError error);

/// Working memory of evaluations, allocated once: value stack and string arena.
class Scratch {
 public:
  explicit Scratch(std::size_t stack = 256, std::size_t arena_bytes = 16 * 1024);
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

 private:
  friend class Machine;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

struct Outcome {
  Value value;  ///< may point into the scratch: valid until its next evaluation
  std::optional<EvalError> error;
};

using Frames = std::span<const Value* const>;

class Program {
 public:
  Program();  ///< no program: empty() is true
  ~Program();
  Program(const Program&);  ///< shares the code
  Program(Program&&) noexcept;
  Program& operator=(const Program&);
  Program& operator=(Program&&) noexcept;

  bool empty() const { return code_ == nullptr; }
  Type type() const;
  /// Upper bound on the steps of one evaluation. A step may look at a whole string or list, so its
  /// time is bounded by the size of the event; a list field is counted with max_list_items.
  std::size_t cost() const;
  /// The paths the expression reads from run-time inputs, in order of appearance, without repeats.
  const std::vector<std::pair<std::string, Input>>& reads() const;
  /// Whether it is nothing but one of them.
  bool is_field() const;
  /// Whether it is a condition that certainly is never true (it is false or an error each time).
  bool is_never_true() const;
  const std::string& source() const;

  /// Requires: !empty(); `frames` has every frame the inputs name.
  Outcome eval(Frames frames, Scratch& scratch, const Host* host = nullptr) const;

 private:
  friend class Compiler;
  friend class Machine;
  struct Code;
  std::shared_ptr<const Code> code_;
};

struct Compiled {
  Program program;                   ///< empty if there are errors
  std::vector<CompileError> errors;  ///< all that could be found in one pass
};

/// `expected`: the type the expression must have (a condition: bool); nullopt: any.
/// `watched`: gets the branches, and every evaluation notes there what it saw; the program then
/// belongs to one thread. Null: nothing is noted, and it costs nothing.
Compiled compile(std::string_view source, const Scope& scope, std::optional<Type> expected,
                 const CompileLimits& limits = {}, std::shared_ptr<Branches> watched = nullptr);

}  // namespace tocsin::cel
