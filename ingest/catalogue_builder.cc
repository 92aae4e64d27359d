#include "ingest/catalogue_builder.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
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
  spec.never_unset = !field.is_repeated() && !field.has_presence();
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

bool is_type_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto legal = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return name.size() <= kMaxTypeName && letter(name.front()) && name.back() != '.' &&
         name.find('.') != std::string_view::npos && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, legal);
}

// Names of people, of their papers and of their bodies. A field that means something else is easily
// called something else.
bool is_personal(std::string_view field) {
  static constexpr std::array<std::string_view, 8> kNames{
      "name",       "full_name",     "first_name",  "last_name",
      "owner_name", "resident_name", "driver_name", "person_name"};
  static constexpr std::array<std::string_view, 17> kWords{
      "face",      "faces",    "plate",     "plates",    "phone",      "mobile",
      "telephone", "passport", "idcard",    "biometric", "biometrics", "fingerprint",
      "watchlist", "surname",  "blacklist", "birthday",  "person"};
  if (std::ranges::find(kNames, field) != kNames.end()) return true;
  if (field.find("id_card") != field.npos || field.find("id_number") != field.npos) return true;
  while (true) {
    const std::size_t end = field.find('_');
    if (std::ranges::find(kWords, field.substr(0, end)) != kWords.end()) return true;
    if (end == field.npos) return false;
    field.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view to_string(CatalogueError error) {
  switch (error) {
    case CatalogueError::bad_type_name: return "bad_type_name";
    case CatalogueError::duplicate_type: return "duplicate_type";
    case CatalogueError::reserved_type: return "reserved_type";
    case CatalogueError::reserved_field: return "reserved_field";
    case CatalogueError::personal_field: return "personal_field";
    case CatalogueError::unsupported_field: return "unsupported_field";
    case CatalogueError::too_many_fields: return "too_many_fields";
    case CatalogueError::too_many_types: return "too_many_types";
  }
  return "?";
}

std::string event_type_of(const pb::Descriptor& message) {
  return message.options().GetExtension(v1::event_type);
}

void TypeCollector::add(const pb::FileDescriptor& file) {
  for (int i = 0; i < file.message_type_count(); ++i) add(*file.message_type(i));
}

void TypeCollector::add(const pb::Descriptor& message) {
  for (int i = 0; i < message.nested_type_count(); ++i) add(*message.nested_type(i));
  if (!message.options().HasExtension(v1::event_type)) return;
  const std::string name = event_type_of(message);
  const auto refuse = [&](CatalogueError error) { problem(error, message.full_name()); };
  if (name.empty() || !is_type_name(name)) return refuse(CatalogueError::bad_type_name);
  if (name.starts_with("alert.")) return refuse(CatalogueError::reserved_type);
  if (is_taken(name)) return refuse(CatalogueError::duplicate_type);
  if (taken_.types().size() + types_.size() >= kMaxTypes)
    return refuse(CatalogueError::too_many_types);
  if (static_cast<std::size_t>(message.field_count()) > kMaxTypeFields)
    return refuse(CatalogueError::too_many_fields);
  NewType type{name, {}};
  add_fields(message, type.fields);
  types_.push_back(std::move(type));
}

void TypeCollector::add_fields(const pb::Descriptor& message, std::vector<FieldSpec>& fields) {
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    std::optional<FieldSpec> spec = spec_of(field);
    if (!spec) {
      problem(CatalogueError::unsupported_field, field.full_name());
    } else if (is_reserved(*spec)) {
      problem(CatalogueError::reserved_field, field.full_name());
    } else if (is_personal(lower(spec->name))) {
      problem(CatalogueError::personal_field, field.full_name());
    } else {
      fields.push_back(std::move(*spec));
    }
  }
}

bool TypeCollector::is_taken(const std::string& name) const {
  return taken_.find(name) != nullptr ||
         std::ranges::find(types_, name, &NewType::name) != types_.end();
}

void TypeCollector::problem(CatalogueError error, const std::string& where) {
  problems_.push_back({error, where});
}

Catalogue builtin_catalogue() {
  Catalogue catalogue;
  TypeCollector collector(catalogue);
  collector.add(*v1::Event::descriptor()->file());
  TOCSIN_CHECK(collector.problems().empty());
  for (auto& type : collector.take()) catalogue.add(std::move(type.name), std::move(type.fields));
  return catalogue;
}

}  // namespace tocsin::ingest
