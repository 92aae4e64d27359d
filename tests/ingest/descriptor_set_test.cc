#include "ingest/descriptor_set.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "tests/ingest/decode.h"

namespace tocsin::ingest {
namespace {

namespace pb = google::protobuf;
using testing::Collector;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kArr;

std::string lift_set() {
  std::ifstream file(TOCSIN_LIFT_SET, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A descriptor set with one file, city.proto, that tests change as they need.
class City {
 public:
  City() {
    file.set_name("city.proto");
    file.set_package("city");
    file.set_syntax("proto3");
    file.add_dependency("tocsin/v1/event.proto");
  }
  City& type(const std::string& message, const std::string& event_type) {
    pb::DescriptorProto& added = *file.add_message_type();
    added.set_name(message);
    added.mutable_options()->SetExtension(v1::event_type, event_type);
    return *this;
  }
  City& field(const std::string& name,
              pb::FieldDescriptorProto::Type kind = pb::FieldDescriptorProto::TYPE_DOUBLE) {
    pb::DescriptorProto& message = *file.mutable_message_type(file.message_type_size() - 1);
    pb::FieldDescriptorProto& added = *message.add_field();
    added.set_name(name);
    added.set_number(message.field_size());
    added.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    added.set_type(kind);
    return *this;
  }
  SourceFile set(const std::string& name = "city.desc") const {
    pb::FileDescriptorSet all;
    *all.add_file() = file;
    return {name, all.SerializeAsString()};
  }

  pb::FileDescriptorProto file;
};

std::vector<std::string> problems(const LoadedTypes& loaded) {
  std::vector<std::string> all;
  for (const Diagnostic& d : loaded.diagnostics)
    all.push_back(fmt::format("{} {}", d.code, d.message_en));
  return all;
}
std::vector<std::string> problems(const City& city) {
  return problems(load_event_types({city.set()}));
}

TEST(DescriptorSet, WhatProtocWritesExtendsTheCatalogue) {
  const LoadedTypes loaded = load_event_types({{"rules.d/lift.desc", lift_set()}});
  EXPECT_THAT(problems(loaded), IsEmpty());
  const EventType* const lift = loaded.catalogue.find("lift.status");
  ASSERT_NE(lift, nullptr);
  EXPECT_EQ(lift->find("state")->words, (std::vector<std::string>{"unknown", "running", "stuck"}));
  EXPECT_EQ(lift->find("load_kg")->kind, ValueKind::float64);
  EXPECT_EQ(lift->find("fault_codes")->element, ValueKind::string);
  EXPECT_EQ(loaded.catalogue.types().size(), builtin_catalogue().types().size() + 1);
}

TEST(DescriptorSet, ASetWithoutItsImportsUsesTheProgramsOwn) {
  EXPECT_THAT(problems(City().type("Pump", "pump.status").field("pressure")), IsEmpty());
}

TEST(DescriptorSet, BothCodecsReadAFieldWithoutPresenceAsItsZeroValue) {
  const LoadedTypes loaded = load_event_types({{"lift.desc", lift_set()}});
  Decoder decoder(loaded.catalogue, nullptr);
  Collector json(loaded.catalogue), protobuf(loaded.catalogue);
  decoder.decode_frame("tocsin/v1/g1/json",
                       R"({"type":"lift.status","device_id":"L1","ts":1767225600123})", kArr, json);
  v1::EventBatch batch;
  batch.add_events()->set_type("lift.status");
  batch.mutable_events(0)->set_device_id("L1");
  batch.mutable_events(0)->set_ts(1767225600123);
  decoder.decode_frame("tocsin/v1/g1/pb", batch.SerializeAsString(), kArr, protobuf);
  ASSERT_EQ(json.order, "e");
  ASSERT_EQ(protobuf.order, "e");
  EXPECT_EQ(json.events[0].text("state"), "unknown");
  EXPECT_EQ(json.events[0].text("floor_number"), "0");
  EXPECT_EQ(json.events[0].text("occupied"), "false");
  EXPECT_EQ(json.events[0].text("door"), "");
  EXPECT_EQ(json.events[0].text("load_kg"), "-") << "optional: unset is not zero";
  for (const char* field : {"state", "floor_number", "occupied", "door", "load_kg"})
    EXPECT_EQ(protobuf.events[0].text(field), json.events[0].text(field)) << field;
  EXPECT_EQ(protobuf.events[0].event.content_hash, json.events[0].event.content_hash);
}

TEST(DescriptorSet, BothCodecsReadTheSameValues) {
  const LoadedTypes loaded = load_event_types({{"lift.desc", lift_set()}});
  Decoder decoder(loaded.catalogue, nullptr);
  Collector json(loaded.catalogue), protobuf(loaded.catalogue);
  decoder.decode_frame("tocsin/v1/g1/json",
                       R"({"type":"lift.status","device_id":"L1","state":"stuck","floorNumber":7,)"
                       R"("load_kg":320.5,"fault_codes":["E7","E9"]})",
                       kArr, json);
  v1::EventBatch batch;
  v1::Event& event = *batch.add_events();
  event.set_type("lift.status");
  event.set_device_id("L1");
  // LiftStatus: state = 2, floor_number = 7, load_kg = 320.5, fault_codes = E7, E9
  constexpr std::string_view kPayload{
      "\x08\x02\x10\x07\x19\0\0\0\0\0\x08\x74\x40\x2a\x02\x45\x37\x2a\x02\x45\x39", 21};
  event.set_payload(std::string(kPayload));
  decoder.decode_frame("tocsin/v1/g1/pb", batch.SerializeAsString(), kArr, protobuf);
  ASSERT_EQ(json.order, "e");
  ASSERT_EQ(protobuf.order, "e");
  EXPECT_EQ(json.events[0].text("state"), "stuck");
  EXPECT_EQ(json.events[0].text("load_kg"), "320.5");
  EXPECT_EQ(json.events[0].slots, protobuf.events[0].slots);
}

TEST(DescriptorSet, WhatHasNoPlaceInAnEventIsRefusedAllAtOnceWithItsName) {
  City city;
  city.type("Blob", "city.blob")
      .field("data", pb::FieldDescriptorProto::TYPE_BYTES)
      .field("device_id")
      .field("plate_number", pb::FieldDescriptorProto::TYPE_STRING);
  city.type("Camel", "city.camel").field("deviceId");
  city.type("Again", "smoke.alarm").field("level");
  city.type("Alert", "alert.own").field("level");
  city.type("Word", "word").field("level");
  city.type("Empty", "").field("level");
  EXPECT_THAT(
      problems(city),
      ElementsAre(HasSubstr("E4412 city.Blob.data"), HasSubstr("E4411 city.Blob.device_id"),
                  HasSubstr("E4413 city.Blob.plate_number"), HasSubstr("E4411 city.Camel.deviceId"),
                  HasSubstr("E4408 city.Again"), HasSubstr("E4407 city.Alert"),
                  HasSubstr("E4406 city.Word"), HasSubstr("E4406 city.Empty")));
}

TEST(DescriptorSet, FieldsNamedAfterWhatBelongsToAPersonAreRefused) {
  for (const char* field : {"face", "face_id", "plate", "owner_phone", "name", "id_card_no",
                            "driver_name", "watchlist", "mobile", "Face"}) {
    EXPECT_THAT(problems(City().type("Seen", "city.seen").field(field)),
                ElementsAre(HasSubstr("E4413")))
        << field;
  }
  for (const char* field : {"surface", "template_no", "number", "zone_name", "interface"})
    EXPECT_THAT(problems(City().type("Seen", "city.seen").field(field)), IsEmpty()) << field;
}

TEST(DescriptorSet, TooManyFieldsAreRefused) {
  City city;
  city.type("Wide", "city.wide");
  for (std::size_t i = 0; i <= kMaxTypeFields; ++i) city.field(fmt::format("f{}", i));
  EXPECT_THAT(problems(city), ElementsAre(HasSubstr("E4410 city.Wide")));
}

TEST(DescriptorSet, TooManyTypesAreRefused) {
  City city;
  for (std::size_t i = builtin_catalogue().types().size(); i <= kMaxTypes; ++i)
    city.type(fmt::format("T{}", i), fmt::format("city.t{}", i));
  EXPECT_THAT(problems(city), ElementsAre(HasSubstr("E4409 city.T1024")));
}

TEST(DescriptorSet, ASetThatIsNoneSaysSo) {
  EXPECT_THAT(problems(load_event_types({{"a.desc", "rule: x\n"}})),
              ElementsAre(HasSubstr("E4401")));
  EXPECT_THAT(problems(load_event_types({{"a.desc", ""}})), ElementsAre(HasSubstr("E4401")));
  EXPECT_THAT(problems(load_event_types({{"a.desc", std::string(kMaxDescriptorSet + 1, 'x')}})),
              ElementsAre(HasSubstr("E4402")));
  City plain;
  plain.file.add_message_type()->set_name("Plain");
  EXPECT_THAT(problems(plain), ElementsAre(HasSubstr("E4405")));
}

TEST(DescriptorSet, AMissingImportSaysWhichAndWhatToDo) {
  City city;
  city.type("Pump", "pump.status").file.add_dependency("city/units.proto");
  const LoadedTypes loaded = load_event_types({city.set()});
  ASSERT_THAT(problems(loaded), ElementsAre(HasSubstr("E4403 city/units.proto")));
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("--include_imports"));
}

TEST(DescriptorSet, WhatProtobufFindsWrongIsSaidWithItsPlace) {
  City city;
  city.type("Pump", "pump.status").field("pressure").field("pressure");
  EXPECT_THAT(problems(city), ElementsAre(HasSubstr("E4404 city.proto: city.Pump.pressure")));
}

TEST(DescriptorSet, FilesThatImportEachOtherAreRefused) {
  City city;
  city.type("Pump", "pump.status").file.add_dependency("city.proto");
  EXPECT_FALSE(problems(city).empty());
}

TEST(DescriptorSet, ATypeOfOnesOwnInACopyOfEventProtoIsNotSilentlyLeftOut) {
  City city;
  city.file.Clear();
  v1::Event::descriptor()->file()->CopyTo(&city.file);
  city.file.set_name("event.proto");
  EXPECT_THAT(problems(city), ElementsAre(HasSubstr("E4405")));
  city.type("Own", "city.own");
  EXPECT_THAT(problems(city), ElementsAre(HasSubstr("E4414 tocsin.v1.Own")));
}

TEST(DescriptorSet, ABadSetCostsTheOthersNothing) {
  const LoadedTypes loaded =
      load_event_types({{"a.desc", "rule: x\n"}, City().type("Pump", "pump.status").set()});
  EXPECT_EQ(problems(loaded).size(), 1u);
  EXPECT_NE(loaded.catalogue.find("pump.status"), nullptr);
}

TEST(DescriptorSet, TypesKeepTheirNumbersAcrossReloadsUnlessTheirDefinitionChanges) {
  const auto load = [](const City& city, const Catalogue* before) {
    LoadedTypes loaded = load_event_types({city.set()}, before);
    EXPECT_THAT(problems(loaded), IsEmpty());
    return std::move(loaded.catalogue);
  };
  City first;
  first.type("A", "city.a").field("x");
  first.type("B", "city.b").field("x");
  const Catalogue one = load(first, nullptr);
  City second;
  second.type("B", "city.b").field("x");
  second.type("C", "city.c").field("x");
  const Catalogue two = load(second, &one);
  EXPECT_EQ(two.find("city.b")->id, one.find("city.b")->id);
  EXPECT_EQ(two.find("city.a"), nullptr);
  EXPECT_GT(two.find("city.c")->id, two.find("city.b")->id);
  City third;
  third.type("B", "city.b").field("x").field("y");
  const Catalogue three = load(third, &two);
  EXPECT_GT(three.find("city.b")->id, two.find("city.c")->id) << "another definition";
  EXPECT_NE(three.find("city.b")->definition, two.find("city.b")->definition);
}

}  // namespace
}  // namespace tocsin::ingest
