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
/// Anything else (bytes, maps, other messages) has no place in an event and is refused loudly, as
/// are a type that is already there and a field named like a member of the event itself (`id`,
/// `ts`, ...).
///
/// Path: at start, before rules are loaded. Thread: any; no state. A file of a descriptor set read
/// at run time extends the built-in catalogue in the same way: build its FileDescriptor in a pool,
/// add it.
#include <string>
#include <vector>

#include "core/catalogue.h"
#include "core/result.h"

namespace google::protobuf {
class Descriptor;
class FileDescriptor;
}  // namespace google::protobuf

namespace tocsin::ingest {

/// Numbers of enum values that may occur in events: 0 up to this, exclusive.
inline constexpr int kMaxEnumNumber = 1024;

enum class CatalogueError : std::uint8_t {
  duplicate_type = 1,
  reserved_name,      ///< a field that an event has already, or a type "alert.*"
  unsupported_field,  ///< a kind that has no slot
  too_many_fields,
  too_many_types,
};
std::string_view to_string(CatalogueError error);
TOCSIN_RESULT_ERROR(CatalogueError)

/// The types of tocsin.v1.
Catalogue builtin_catalogue();

/// The messages of `file` that are event types; returns how many. On an error nothing is added and
/// `where` names the message and the field. Messages inside messages count too.
Result<std::size_t, CatalogueError> add_event_types(const google::protobuf::FileDescriptor& file,
                                                    Catalogue& catalogue, std::string& where);

/// The event type a message is; empty: none.
std::string event_type_of(const google::protobuf::Descriptor& message);

}  // namespace tocsin::ingest
