#include "ingest/catalogue_builder.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "probe.pb.h"
#include "tests/ingest/decode.h"
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
  const FieldSpec& field(const char* name) const {
    return *catalogue_.find("probe.everything")->find(name);
  }

  Catalogue catalogue_ = testing::probe_catalogue();
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

TEST_F(ProbeTypes, ATypeThatIsAlreadyThereIsRefused) {
  TypeCollector collector(catalogue_);
  collector.add(*probe::Everything::descriptor()->file());
  ASSERT_EQ(collector.problems().size(), 2u);
  EXPECT_EQ(collector.problems()[0].error, CatalogueError::duplicate_type);
  EXPECT_EQ(collector.problems()[0].where, "tocsin.probe.Everything");
  EXPECT_TRUE(collector.take().empty());
}

}  // namespace
}  // namespace tocsin::ingest
