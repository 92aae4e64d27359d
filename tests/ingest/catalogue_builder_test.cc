#include "ingest/catalogue_builder.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include "probe.pb.h"
#include "tocsin/v1/event.pb.h"

namespace tocsin::ingest {
namespace {

namespace pb = google::protobuf;

TEST(CatalogueBuilder, EveryMessageWithTheOptionIsATypeAndNoOther) {
  const Catalogue catalogue = builtin_catalogue();
  const pb::FileDescriptor& file = *v1::Event::descriptor()->file();
  std::size_t with_option = 0;
  for (int i = 0; i < file.message_type_count(); ++i) {
    const std::string type = event_type_of(*file.message_type(i));
    if (type.empty()) continue;
    ++with_option;
    ASSERT_NE(catalogue.find(type), nullptr) << type;
    EXPECT_EQ(static_cast<int>(catalogue.find(type)->fields.size()),
              file.message_type(i)->field_count());
  }
  EXPECT_EQ(catalogue.types().size(), with_option);
  EXPECT_EQ(catalogue.find("tocsin.v1.Event"), nullptr);
}

TEST(CatalogueBuilder, HoldsTheContractsTypes) {
  const Catalogue catalogue = builtin_catalogue();
  for (const char* type :
       {"smoke.alarm", "smoke.clear", "smoke.fault", "smoke.removed", "device.heartbeat",
        "device.low_battery", "fume.reading", "hood.status", "camera.detection", "camera.fault",
        "gate.state", "gate.access", "charging.status", "component.status", "panel.operation",
        "report.manual"}) {
    EXPECT_NE(catalogue.find(type), nullptr) << type;
  }
  const EventType* fume = catalogue.find("fume.reading");
  EXPECT_EQ(fume->find("mg_m3")->kind, ValueKind::float64);
  EXPECT_EQ(fume->find("mg_m3")->number, 1u);
  EXPECT_EQ(fume->find("mg_m3")->slot, kCommonSlots);
  EXPECT_EQ(fume->find("fan_on")->kind, ValueKind::boolean);
  EXPECT_EQ(fume->find("flag")->kind, ValueKind::string);
}

class ProbeTypes : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto added =
        add_event_types(*probe::Everything::descriptor()->file(), catalogue_, where_);
    ASSERT_TRUE(added) << to_string(added.error()) << " " << where_;
    EXPECT_EQ(*added, 2u);
  }
  const FieldSpec& field(const char* name) const {
    return *catalogue_.find("probe.everything")->find(name);
  }

  Catalogue catalogue_ = builtin_catalogue();
  std::string where_;
};

TEST_F(ProbeTypes, EachKindOfFieldHasItsSlot) {
  EXPECT_EQ(field("a_bool").kind, ValueKind::boolean);
  for (const char* name :
       {"a_int32", "a_int64", "a_sint32", "a_sint64", "a_sfixed32", "a_sfixed64"}) {
    EXPECT_EQ(field(name).kind, ValueKind::int64) << name;
  }
  for (const char* name : {"a_uint32", "a_uint64", "a_fixed32", "a_fixed64"}) {
    EXPECT_EQ(field(name).kind, ValueKind::uint64) << name;
  }
  EXPECT_EQ(field("a_float").kind, ValueKind::float64);
  EXPECT_EQ(field("a_time").kind, ValueKind::timestamp);
  EXPECT_EQ(field("a_duration").kind, ValueKind::duration);
  EXPECT_EQ(field("strings").kind, ValueKind::list);
  EXPECT_EQ(field("strings").element, ValueKind::string);
  EXPECT_EQ(field("sint64s").element, ValueKind::int64);
  EXPECT_EQ(field("a_int32").json_name, "aInt32");
}

TEST_F(ProbeTypes, EnumWordsAreLowerCaseWithoutTheCommonPrefix) {
  EXPECT_EQ(field("a_colour").kind, ValueKind::string);
  EXPECT_EQ(field("a_colour").words,
            (std::vector<std::string>{"unspecified", "red", "", "", "", "light_blue"}));
  EXPECT_EQ(field("a_colour").word_prefix, "COLOUR_");
}

TEST_F(ProbeTypes, AMessageInsideAMessageCanBeAnEventType) {
  ASSERT_NE(catalogue_.find("probe.inner"), nullptr);
  EXPECT_EQ(catalogue_.find("probe.inner")->fields.size(), 1u);
}

TEST_F(ProbeTypes, ATypeThatIsAlreadyThereIsRefusedAndNothingIsAdded) {
  const std::size_t before = catalogue_.types().size();
  const auto again = add_event_types(*probe::Everything::descriptor()->file(), catalogue_, where_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), CatalogueError::duplicate_type);
  EXPECT_EQ(where_, "tocsin.probe.Everything");
  EXPECT_EQ(catalogue_.types().size(), before);
}

/// A file as it would come out of a descriptor set at run time: one event type with one field.
class RunTimeFile {
 public:
  explicit RunTimeFile(
      const std::string& type, const std::string& field = "level",
      pb::FieldDescriptorProto::Type kind = pb::FieldDescriptorProto::TYPE_DOUBLE) {
    pb::FileDescriptorProto file;
    file.set_name("city/own.proto");
    file.set_package("city");
    file.set_syntax("proto3");
    file.add_dependency("tocsin/v1/event.proto");
    pb::DescriptorProto& message = *file.add_message_type();
    message.set_name("Own");
    message.mutable_options()->SetExtension(v1::event_type, type);
    pb::FieldDescriptorProto& own = *message.add_field();
    own.set_name(field);
    own.set_number(1);
    own.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    own.set_type(kind);
    built_ = pool_.BuildFile(file);
  }
  const pb::FileDescriptor& operator*() const { return *built_; }

 private:
  pb::DescriptorPool pool_{pb::DescriptorPool::generated_pool()};
  const pb::FileDescriptor* built_ = nullptr;
};

TEST(CatalogueBuilder, AFileBuiltAtRunTimeExtendsTheCatalogue) {
  (void)v1::Event::descriptor();
  Catalogue catalogue = builtin_catalogue();
  std::string where;
  const RunTimeFile file("water.level");
  ASSERT_TRUE(add_event_types(*file, catalogue, where)) << where;
  EXPECT_EQ(catalogue.find("water.level")->find("level")->kind, ValueKind::float64);
}

TEST(CatalogueBuilder, WhatHasNoPlaceInAnEventIsRefusedByName) {
  (void)v1::Event::descriptor();
  Catalogue catalogue = builtin_catalogue();
  std::string where;
  const RunTimeFile bytes("city.blob", "blob", pb::FieldDescriptorProto::TYPE_BYTES);
  EXPECT_EQ(add_event_types(*bytes, catalogue, where).error(), CatalogueError::unsupported_field);
  EXPECT_EQ(where, "city.Own.blob");
  const RunTimeFile reserved("city.own", "device_id");
  EXPECT_EQ(add_event_types(*reserved, catalogue, where).error(), CatalogueError::reserved_name);
  const RunTimeFile camel("city.own", "deviceId");
  EXPECT_EQ(add_event_types(*camel, catalogue, where).error(), CatalogueError::reserved_name);
  const RunTimeFile alert("alert.own");
  EXPECT_EQ(add_event_types(*alert, catalogue, where).error(), CatalogueError::reserved_name);
}

}  // namespace
}  // namespace tocsin::ingest
