#include "ingest/descriptor_set.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/digest.h"
#include "ingest/catalogue_builder.h"

namespace tocsin::ingest {
namespace {

namespace pb = google::protobuf;

struct Texts {
  const char* code;
  const char* en;  // {}: what it is about
  const char* zh;
  const char* next_en = "";
  const char* next_zh = "";
};

constexpr Texts kNotASet{"E4401", "this is no descriptor set: {}", "这不是描述符集：{}",
                         "make it with: protoc --include_imports --descriptor_set_out=FILE.desc",
                         "请用 protoc --include_imports --descriptor_set_out=文件.desc 生成"};
constexpr Texts kTooLarge{"E4402", "a descriptor set of {} bytes, the limit is 1 MiB",
                          "描述符集为 {} 字节，上限为 1 MiB"};
constexpr Texts kMissingImport{
    "E4403", "{} is imported and not in the set", "引用了 {}，但描述符集中没有该文件",
    "give protoc the flag --include_imports", "请给 protoc 加上 --include_imports"};
constexpr Texts kBadFile{"E4404", "{}", "{}"};
constexpr Texts kNoTypes{
    "E4405", "no event type in it: no message has the option (tocsin.v1.event_type)",
    "其中没有事件类型：没有消息带有选项 (tocsin.v1.event_type)",
    "import tocsin/v1/event.proto and write: option (tocsin.v1.event_type) = \"lift.status\";",
    "请引用 tocsin/v1/event.proto，并写：option (tocsin.v1.event_type) = \"lift.status\";"};

constexpr Texts kInEventProto{
    "E4414", "{}: an event type of your own in a copy of event.proto",
    "{}：在 event.proto 的副本中定义了自有事件类型",
    "put it into a file and a package of its own that imports event.proto",
    "请放到引用 event.proto 的单独文件和包中"};

Texts texts_of(CatalogueError error) {
  switch (error) {
    case CatalogueError::bad_type_name:
      return {"E4406", "{}: the event type is no name", "{}：事件类型的名称不合法",
              "two or more words of a-z 0-9 _ with dots between them, such as lift.status, at most "
              "64 bytes",
              "由点分隔的两个以上单词，只用 a-z 0-9 _，例如 lift.status，最长 64 字节"};
    case CatalogueError::reserved_type:
      return {"E4407", "{}: event types alert.* are the alerts of rules",
              "{}：alert.* 是规则告警的事件类型", "call it something else", "请换一个名称"};
    case CatalogueError::duplicate_type:
      return {"E4408", "{}: an event type of that name is already there", "{}：已有同名的事件类型",
              "call it something else", "请换一个名称"};
    case CatalogueError::too_many_types:
      return {"E4409", "{}: more event types than the catalogue holds (1024)",
              "{}：事件类型超过目录上限（1024）"};
    case CatalogueError::too_many_fields:
      return {"E4410", "{}: more than 32 fields", "{}：字段超过 32 个",
              "split it into two event types", "请拆成两个事件类型"};
    case CatalogueError::reserved_field:
      return {"E4411", "{}: every event has a member of that name already",
              "{}：事件本身已有同名成员", "call the field something else", "请给字段换一个名称"};
    case CatalogueError::unsupported_field:
      return {"E4412", "{}: a field of this kind has no place in an event",
              "{}：事件不支持这种类型的字段",
              "use bool, numbers, string, enum, Timestamp, Duration, or lists of the first four",
              "可用：bool、数值、string、enum、Timestamp、Duration，或前四种的列表"};
    case CatalogueError::personal_field:
      return {"E4413", "{}: the name says that it holds what belongs to a person",
              "{}：字段名表明其内容属于个人信息",
              "faces, names, numbers, plates and watch lists stay at the edge; a field that means "
              "something else needs another name",
              "人脸、姓名、号码、车牌和名单只留在边缘侧；若含义不同，请换一个字段名"};
  }
  return kBadFile;
}

Diagnostic diagnostic(const SourceFile& file, const Texts& texts, std::string_view about) {
  Diagnostic d;
  d.code = texts.code;
  d.file = file.name;
  d.message_en = fmt::format(fmt::runtime(texts.en), about);
  d.message_zh = fmt::format(fmt::runtime(texts.zh), about);
  d.next_step_en = texts.next_en;
  d.next_step_zh = texts.next_zh;
  return d;
}

// Builds the files of one set in a pool of their own, each after those it imports.
class SetReader : private pb::DescriptorPool::ErrorCollector {
 public:
  SetReader(const SourceFile& file, Diagnostics& out) : file_(file), out_(out) {}

  void read(TypeCollector& types) {
    if (file_.text.size() > kMaxDescriptorSet)
      return report(kTooLarge, std::to_string(file_.text.size()));
    const pb::LogSilencer quiet;  // what it would print about bad text is reported here
    pb::FileDescriptorSet set;
    if (!set.ParseFromString(file_.text)) return report(kNotASet, "its bytes do not parse");
    if (set.file_size() == 0) return report(kNotASet, "it holds no file");
    for (const pb::FileDescriptorProto& one : set.file()) files_.emplace(one.name(), &one);
    const std::size_t problems = types.problems().size();
    std::size_t found = 0;
    for (const pb::FileDescriptorProto& one : set.file()) found += add(one.name(), types);
    for (std::size_t i = problems; i < types.problems().size(); ++i)
      report(texts_of(types.problems()[i].error), types.problems()[i].where);
    if (found == 0 && !reported_) report(kNoTypes, {});
  }

 private:
  // How many of its messages are event types of the deployment's own.
  std::size_t add(const std::string& name, TypeCollector& types) {
    const pb::FileDescriptor* const built = build(name);
    if (built == nullptr || is_event_proto(*built)) return 0;
    types.add(*built);
    return count_types(*built);
  }

  // A copy of it, whatever its path: its types are there already.
  bool is_event_proto(const pb::FileDescriptor& file) {
    const auto* const known = pb::DescriptorPool::generated_pool();
    if (file.FindMessageTypeByName("EventBatch") == nullptr || file.package() != "tocsin.v1")
      return false;
    for (int i = 0; i < file.message_type_count(); ++i) {
      const pb::Descriptor& message = *file.message_type(i);
      if (known->FindMessageTypeByName(message.full_name()) == nullptr)
        report(kInEventProto, message.full_name());
    }
    return true;
  }

  const pb::FileDescriptor* build(const std::string& name) {
    if (const pb::FileDescriptor* const built = pool_.FindFileByName(name)) return built;
    if (!begun_.insert(name).second) return nullptr;  // failed before, or imports itself
    const std::optional<pb::FileDescriptorProto> text = find(name);
    if (!text) {
      report(kMissingImport, name);
      return nullptr;
    }
    for (const std::string& import : text->dependency()) {
      if (build(import) == nullptr && reported_) return nullptr;
    }
    return pool_.BuildFileCollectingErrors(*text, this);
  }

  // In the set, or among what is compiled into this program.
  std::optional<pb::FileDescriptorProto> find(const std::string& name) const {
    if (const auto own = files_.find(name); own != files_.end()) return *own->second;
    const auto* const known = pb::DescriptorPool::generated_pool()->FindFileByName(name);
    if (known == nullptr) return std::nullopt;
    pb::FileDescriptorProto text;
    known->CopyTo(&text);
    return text;
  }

  static std::size_t count_types(const pb::FileDescriptor& file) {
    std::size_t count = 0;
    for (int i = 0; i < file.message_type_count(); ++i) count += count_types(*file.message_type(i));
    return count;
  }
  static std::size_t count_types(const pb::Descriptor& message) {
    std::size_t count = event_type_of(message).empty() ? 0 : 1;
    for (int i = 0; i < message.nested_type_count(); ++i)
      count += count_types(*message.nested_type(i));
    return count;
  }

  void AddError(const std::string& file, const std::string& element, const pb::Message*,
                ErrorLocation, const std::string& message) override {
    report(kBadFile, fmt::format("{}: {}: {}", file, element, message));
  }

  void report(const Texts& texts, std::string_view about) {
    reported_ = true;
    out_.push_back(diagnostic(file_, texts, about));
  }

  const SourceFile& file_;
  Diagnostics& out_;
  std::map<std::string, const pb::FileDescriptorProto*> files_;
  std::set<std::string> begun_;
  pb::DescriptorPool pool_;
  bool reported_ = false;
};

// What makes two types of one name the same: every field with its number, kind and words, in order.
std::string definition_of(const std::vector<FieldSpec>& fields) {
  std::string text;
  for (const FieldSpec& field : fields) {
    text +=
        fmt::format("{} {} {} {} {} {} {} {}\n", field.number, field.name, field.json_name,
                    static_cast<int>(field.kind), static_cast<int>(field.element),
                    static_cast<int>(field.wire), field.never_unset, fmt::join(field.words, ","));
  }
  return sha256(text);
}

struct OwnType {
  TypeCollector::NewType type;
  std::string definition;
};

// Old numbers first; a type that is gone leaves its number unused. False: no number is left.
bool number(std::vector<OwnType> types, const Catalogue* before, Catalogue& catalogue) {
  const auto add = [&](OwnType& own) {
    catalogue.add(own.type.name, std::move(own.type.fields), std::move(own.definition));
  };
  const std::size_t known = before == nullptr ? 0 : before->types().size();
  for (std::size_t i = catalogue.types().size(); i < known; ++i) {
    const EventType& old = before->types()[i];
    const auto same = std::ranges::find_if(types, [&](const OwnType& own) {
      return own.type.name == old.name && own.definition == old.definition;
    });
    if (same == types.end()) {
      catalogue.retire_next();
    } else {
      add(*same);
      types.erase(same);
    }
  }
  if (catalogue.types().size() + types.size() > kMaxTypes) return false;
  for (OwnType& own : types) add(own);
  return true;
}

}  // namespace

LoadedTypes load_event_types(const std::vector<SourceFile>& files, const Catalogue* before) {
  LoadedTypes loaded{builtin_catalogue(), {}};
  TypeCollector collector(loaded.catalogue);
  for (const SourceFile& file : files) {
    if (file.is_descriptor_set()) SetReader(file, loaded.diagnostics).read(collector);
  }
  std::vector<OwnType> types;
  for (TypeCollector::NewType& type : collector.take()) {
    std::string definition = definition_of(type.fields);
    types.push_back({std::move(type), std::move(definition)});
  }
  if (!number(std::move(types), before, loaded.catalogue)) {
    loaded.diagnostics.push_back(diagnostic({"the event types", {}},
                                            texts_of(CatalogueError::too_many_types),
                                            "all that were ever in force"));
  }
  return loaded;
}

}  // namespace tocsin::ingest
