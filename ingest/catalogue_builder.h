#pragma once
/// Protobuf descriptors -> Catalogue. Every message with the option `event_type` is an event type;
/// its fields become typed slots:
///
///     bool                              bool
///     int32 int64 sint* sfixed*         int64
///     uint32 uint64 fixed*              uint64
///     float double                      float64
///     string                            string
///     enum                              string: the value's name in lower case, without the common
///     prefix
///                                       of its values (GATE_STATE_HELD_OPEN -> held_open)
///     google.protobuf.Timestamp         timestamp
///     google.protobuf.Duration          duration
///     repeated scalar, string or enum   list
///
/// A field without presence (proto3 without `optional`) is never unset: absent is its zero value.
///
/// Anything else (bytes, maps, other messages) has no place in an event and is refused loudly, as
/// are a type that is already there, a field named like a member of the event itself (`id`, `ts`,
/// ...) and a field named after what the stream must not hold (`face`, `plate`, `phone`, ...).
///
/// Path: at start and with each rule bundle, before rules are loaded. Thread: any; no state.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalogue.h"

namespace google::protobuf {
class Descriptor;
class FileDescriptor;
}  // namespace google::protobuf

namespace tocsin::ingest {

/// Numbers of enum values that may occur in events: 0 up to this, exclusive.
inline constexpr int kMaxEnumNumber = 1024;
inline constexpr std::size_t kMaxTypeName = 64;  ///< bytes

enum class CatalogueError : std::uint8_t {
  bad_type_name = 1,
  duplicate_type,
  reserved_type,      ///< "alert.*"
  reserved_field,     ///< that an event has already
  personal_field,     ///< by its name
  unsupported_field,  ///< a kind that has no slot
  too_many_fields,
  too_many_types,
};
std::string_view to_string(CatalogueError error);

struct CatalogueProblem {
  CatalogueError error{};
  std::string where;  ///< full name of the message or the field
};

/// Types to be, in order of appearance.
class TypeCollector {
 public:
  struct NewType {
    std::string name;
    std::vector<FieldSpec> fields;
  };

  /// Names of `taken` are duplicates.
  explicit TypeCollector(const Catalogue& taken) : taken_(taken) {}

  /// The messages of `file` that are event types, messages inside messages too. Those with a
  /// problem are left out.
  void add(const google::protobuf::FileDescriptor& file);
  const std::vector<CatalogueProblem>& problems() const { return problems_; }
  std::vector<NewType> take() { return std::move(types_); }

 private:
  void add(const google::protobuf::Descriptor& message);
  void add_fields(const google::protobuf::Descriptor& message, std::vector<FieldSpec>& fields);
  bool is_taken(const std::string& name) const;
  void problem(CatalogueError error, const std::string& where);

  const Catalogue& taken_;
  std::vector<NewType> types_;
  std::vector<CatalogueProblem> problems_;
};

/// The types of tocsin.v1.
Catalogue builtin_catalogue();

/// The event type a message is; empty: none.
std::string event_type_of(const google::protobuf::Descriptor& message);

}  // namespace tocsin::ingest
