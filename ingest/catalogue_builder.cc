#include "ingest/catalogue_builder.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>

#include "core/check.h"
#include "tocsin/v1/event.pb.h"

namespace tocsin::ingest {
namespace {

namespace pb = google::protobuf;

struct Kinds {
  ValueKind kind = ValueKind::unset;
  WireForm wire = WireForm::none;
};

Kinds time_kinds(const pb::Descriptor& message) {
  if (message.full_name() == "google.protobuf.Timestamp") {
    return {ValueKind::timestamp, WireForm::message};
  }
  if (message.full_name() == "google.protobuf.Duration") {
    return {ValueKind::duration, WireForm::message};
  }
  return {};
}

Kinds kinds_of(const pb::FieldDescriptor& field) {
  using Type = pb::FieldDescriptor;
  switch (field.type()) {
    case Type::TYPE_BOOL: return {ValueKind::boolean, WireForm::boolean};
    case Type::TYPE_INT32: return {ValueKind::int64, WireForm::int32};
    case Type::TYPE_INT64: return {ValueKind::int64, WireForm::int64};
    case Type::TYPE_SINT32: return {ValueKind::int64, WireForm::sint32};
    case Type::TYPE_SINT64: return {ValueKind::int64, WireForm::sint64};
    case Type::TYPE_SFIXED32: return {ValueKind::int64, WireForm::sfixed32};
    case Type::TYPE_SFIXED64: return {ValueKind::int64, WireForm::sfixed64};
    case Type::TYPE_UINT32: return {ValueKind::uint64, WireForm::uint32};
    case Type::TYPE_UINT64: return {ValueKind::uint64, WireForm::uint64};
    case Type::TYPE_FIXED32: return {ValueKind::uint64, WireForm::fixed32};
    case Type::TYPE_FIXED64: return {ValueKind::uint64, WireForm::fixed64};
    case Type::TYPE_FLOAT: return {ValueKind::float64, WireForm::float32};
    case Type::TYPE_DOUBLE: return {ValueKind::float64, WireForm::float64};
    case Type::TYPE_STRING: return {ValueKind::string, WireForm::string};
    case Type::TYPE_ENUM: return {ValueKind::string, WireForm::enumeration};
    case Type::TYPE_MESSAGE: return time_kinds(*field.message_type());
    case Type::TYPE_GROUP:
    case Type::TYPE_BYTES: return {};
  }
  return {};
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// The longest prefix all names share that ends with '_' and leaves each of them something.
std::string common_prefix(const pb::EnumDescriptor& type) {
  std::string prefix = type.value(0)->name();
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string& name = type.value(i)->name();
    const auto [end, other] = std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end());
    prefix.erase(end, prefix.end());
    if (prefix.size() == name.size() && !prefix.empty()) prefix.pop_back();
  }
  return prefix.substr(0, prefix.rfind('_') + 1);
}

bool fill_words(const pb::EnumDescriptor& type, FieldSpec& spec) {
  spec.word_prefix = common_prefix(type);
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (number < 0 || number >= kMaxEnumNumber) return false;
    const auto index = static_cast<std::size_t>(number);
    if (spec.words.size() <= index) spec.words.resize(index + 1);
    if (!spec.words[index].empty()) continue;  // an alias: the first name counts
    spec.words[index] = lower(type.value(i)->name().substr(spec.word_prefix.size()));
  }
  return true;
}

std::optional<FieldSpec> spec_of(const pb::FieldDescriptor& field) {
  const Kinds kinds = kinds_of(field);
  if (kinds.kind == ValueKind::unset) return std::nullopt;
  if (field.is_repeated() && kinds.wire == WireForm::message) return std::nullopt;
  FieldSpec spec;
  spec.name = field.name();
  spec.json_name = field.json_name();
  spec.number = static_cast<std::uint32_t>(field.number());
  spec.wire = kinds.wire;
  spec.kind = field.is_repeated() ? ValueKind::list : kinds.kind;
  spec.element = field.is_repeated() ? kinds.kind : ValueKind::unset;
  if (kinds.wire == WireForm::enumeration && !fill_words(*field.enum_type(), spec)) {
    return std::nullopt;
  }
  return spec;
}

// Members of the event in JSON and names that expressions resolve elsewhere.
bool is_reserved(const FieldSpec& spec) {
  static const std::vector<std::string> more = {"payload", "deviceId", "loc", "device", "engine"};
  const auto taken = [](const std::string& name) {
    return std::ranges::find(common_fields(), name, &FieldSpec::name) != common_fields().end() ||
           std::ranges::find(more, name) != more.end();
  };
  return taken(spec.name) || taken(spec.json_name);
}

struct NewType {
  std::string name;
  std::vector<FieldSpec> fields;
};

// Collects the types of a file; stops at the first thing that cannot be.
class Collector {
 public:
  Collector(const Catalogue& catalogue, std::string& where)
      : catalogue_(catalogue), where_(where) {}

  std::optional<CatalogueError> message(const pb::Descriptor& message) {
    for (int i = 0; i < message.nested_type_count(); ++i) {
      if (const auto error = this->message(*message.nested_type(i))) return error;
    }
    std::string name = event_type_of(message);
    if (name.empty()) return std::nullopt;
    where_ = message.full_name();
    if (name.starts_with("alert.")) return CatalogueError::reserved_name;
    const bool known = catalogue_.find(name) != nullptr ||
                       std::ranges::find(types_, name, &NewType::name) != types_.end();
    if (known) return CatalogueError::duplicate_type;
    if (catalogue_.types().size() + types_.size() >= kMaxTypes)
      return CatalogueError::too_many_types;
    types_.push_back({std::move(name), {}});
    return fields(message, types_.back().fields);
  }

  std::vector<NewType> take() { return std::move(types_); }

 private:
  std::optional<CatalogueError> fields(const pb::Descriptor& message, std::vector<FieldSpec>& out) {
    if (static_cast<std::size_t>(message.field_count()) > kMaxTypeFields) {
      return CatalogueError::too_many_fields;
    }
    for (int i = 0; i < message.field_count(); ++i) {
      where_ = message.field(i)->full_name();
      std::optional<FieldSpec> spec = spec_of(*message.field(i));
      if (!spec) return CatalogueError::unsupported_field;
      if (is_reserved(*spec)) return CatalogueError::reserved_name;
      out.push_back(std::move(*spec));
    }
    return std::nullopt;
  }

  const Catalogue& catalogue_;
  std::string& where_;
  std::vector<NewType> types_;
};

}  // namespace

std::string_view to_string(CatalogueError error) {
  switch (error) {
    case CatalogueError::duplicate_type: return "an event type of that name is already there";
    case CatalogueError::reserved_name: return "the name is taken by the event itself";
    case CatalogueError::unsupported_field: return "a field of this kind has no place in an event";
    case CatalogueError::too_many_fields: return "more fields than an event type may have";
    case CatalogueError::too_many_types: return "more event types than the catalogue holds";
  }
  return "?";
}

std::string event_type_of(const pb::Descriptor& message) {
  return message.options().GetExtension(v1::event_type);
}

Result<std::size_t, CatalogueError> add_event_types(const pb::FileDescriptor& file,
                                                    Catalogue& catalogue, std::string& where) {
  Collector collector(catalogue, where);
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (const auto error = collector.message(*file.message_type(i))) return *error;
  }
  std::vector<NewType> types = collector.take();
  for (NewType& type : types) catalogue.add(std::move(type.name), std::move(type.fields));
  return types.size();
}

Catalogue builtin_catalogue() {
  Catalogue catalogue;
  std::string where;
  const auto added = add_event_types(*v1::Event::descriptor()->file(), catalogue, where);
  TOCSIN_CHECK(added.has_value());
  return catalogue;
}

}  // namespace tocsin::ingest
