#include "ingest/registry_csv.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

namespace tocsin::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kPlacesHeader =
    "place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags\n";
constexpr std::string_view kDevicesHeader =
    "device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n";

LoadedRegistry load(std::string places, std::string devices, RegistryOptions options = {}) {
  return load_registry(
      {{"city/places.csv", std::move(places)}, {"city/devices.csv", std::move(devices)}}, options);
}
LoadedRegistry load_places(std::string_view rows) {
  return load(std::string(kPlacesHeader).append(rows), std::string(kDevicesHeader));
}
LoadedRegistry load_devices(std::string_view rows) {
  return load(
      std::string(kPlacesHeader) + "C1,,city,城,City,,,,\nB7,C1,building,七号楼,Building 7,,,,\n",
      std::string(kDevicesHeader).append(rows));
}

std::vector<std::string> codes(const LoadedRegistry& loaded) {
  std::vector<std::string> out;
  for (const Diagnostic& d : loaded.diagnostics)
    out.push_back(fmt::format("{}@{}", d.code, d.line));
  return out;
}

std::vector<std::string> place_ids(const LoadedRegistry& loaded) {
  std::vector<std::string> out;
  for (const Place& place : loaded.registry->places()) out.push_back(place.place_id);
  return out;
}

TEST(RegistryCsv, EveryColumnIsRead) {
  const auto loaded =
      load(std::string(kPlacesHeader) +
               "C1,,city,晨钟市,Chenzhong,30.5,104.1,,\n"
               "Z1,C1,zone,一区,Zone 1,30.6,104.2,Z2;C1,lift; old\nZ2,C1,zone,,,,,,\n",
           std::string(kDevicesHeader) + "SD-1,smoke_detector,Z1,g1,60,maintenance,kitchen;x\n");
  EXPECT_THAT(codes(loaded), ElementsAre());
  const Registry& registry = *loaded.registry;
  const Place& zone = registry.place(registry.find_place("Z1"));
  EXPECT_EQ(zone.kind, PlaceKind::zone);
  EXPECT_EQ(zone.name_zh, "一区");
  EXPECT_EQ(zone.name_en, "Zone 1");
  EXPECT_EQ(zone.lat, 30.6);
  EXPECT_EQ(zone.lon, 104.2);
  EXPECT_TRUE(zone.has_position);
  EXPECT_THAT(zone.adjacent, ElementsAre("Z2", "C1"));
  EXPECT_THAT(zone.tags, ElementsAre("lift", "old"));
  EXPECT_EQ(registry.place(zone.parent).place_id, "C1");
  const Device& device = registry.device(registry.find_device("SD-1"));
  EXPECT_EQ(device.kind, "smoke_detector");
  EXPECT_EQ(registry.place(device.place).place_id, "Z1");
  EXPECT_EQ(device.gateway_id, "g1");
  EXPECT_EQ(device.heartbeat_interval_s, 60);
  EXPECT_EQ(device.state, DeviceState::maintenance);
  EXPECT_THAT(device.tags, ElementsAre("kitchen", "x"));
}

TEST(RegistryCsv, QuotesByteOrderMarkCrlfBlankLinesAndSpacesAreFine) {
  const auto loaded = load(
      "\xef\xbb\xbfplace_id,parent_id,kind,name_en\r\n\r\n\"C1\",,city,\"A, "
      "\"\"big\"\"\r\ncity\"\r\n"
      " T1 , \"C1\" ,town, East town \r\n",
      std::string(kDevicesHeader));
  EXPECT_THAT(codes(loaded), ElementsAre());
  EXPECT_THAT(place_ids(loaded), ElementsAre("C1", "T1"));
  EXPECT_EQ(loaded.registry->places()[0].name_en, "A, \"big\"\r\ncity");
  EXPECT_EQ(loaded.registry->places()[1].name_en, "East town");
}

TEST(RegistryCsv, ColumnsComeInAnyOrderAndMostMayBeMissing) {
  const auto loaded =
      load("kind,place_id,parent_id\ncity,C1,\n", "place_id,device_id,kind\nC1,D1,smoke\n");
  EXPECT_THAT(codes(loaded), ElementsAre());
  EXPECT_EQ(loaded.registry->device(0).device_id, "D1");
  EXPECT_EQ(loaded.registry->device(0).state, DeviceState::commissioned);
}

TEST(RegistryCsv, AFileWithoutALineEndAtItsEndIsWhole) {
  EXPECT_EQ(load_devices("D1,smoke,B7,,,,").registry->devices().size(), 1u);
}

TEST(RegistryCsv, ParentsMayComeAfterTheirPlaces) {
  const auto loaded =
      load_places("F1,B1,floor,,,,,,\nB1,S1,building,,,,,,\nC1,,city,,,,,,\nS1,C1,site,,,,,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre());
  const Registry& registry = *loaded.registry;
  const auto& enclosing = registry.place(registry.find_place("F1")).enclosing;
  EXPECT_EQ(enclosing[static_cast<std::size_t>(PlaceKind::city)], registry.find_place("C1"));
  EXPECT_EQ(enclosing[static_cast<std::size_t>(PlaceKind::site)], registry.find_place("S1"));
}

TEST(RegistryCsv, AChainOf100000PlacesNeedsNoStack) {
  std::string rows;
  for (int i = 0; i < 100'000; ++i) rows += fmt::format("P{},P{},zone,,,,,,\n", i, i + 1);
  rows += "P100000,,city,,,,,,\n";
  EXPECT_EQ(load_places(rows).registry->places().size(), 100'001u);
}

TEST(RegistryCsv, PlacesThatContainEachOtherAreRefusedAndTheRestKept) {
  const auto loaded = load_places(
      "C1,,city,,,,,,\nA,B,town,,,,,,\nB,A,town,,,,,,\nS,S,site,,,,,,\nX,A,site,,,,,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("E4105@3", "E4105@4", "E4105@5", "E4104@6"));
  EXPECT_THAT(loaded.diagnostics[0].message_en, HasSubstr("A > B > A"));
  EXPECT_THAT(place_ids(loaded), ElementsAre("C1"));
  EXPECT_EQ(loaded.refused_rows, 4u);
}

TEST(RegistryCsv, APlaceWithAnUnknownParentIsRefusedAndSoIsWhatIsBelowIt) {
  const auto loaded = load_places("B1,nowhere,building,,,,,,\nF1,B1,floor,,,,,,\nC1,,city,,,,,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("E4104@2", "E4104@3"));
  EXPECT_EQ(loaded.diagnostics[0].message_en, "no place 'nowhere'");
  EXPECT_EQ(loaded.diagnostics[1].message_en, "its parent 'B1' was refused");
  EXPECT_EQ(loaded.diagnostics[0].col, 4u);
  EXPECT_EQ(loaded.diagnostics[0].end_col, 11u);
  EXPECT_EQ(loaded.diagnostics[0].source_line, "B1,nowhere,building,,,,,,");
  EXPECT_EQ(loaded.diagnostics[0].file, "city/places.csv");
}

TEST(RegistryCsv, DuplicateIdsKeepTheFirst) {
  const auto places = load_places("C1,,city,,first,,,,\nC1,,city,,second,,,,\n");
  EXPECT_THAT(codes(places), ElementsAre("E4102@3"));
  EXPECT_THAT(places.diagnostics[0].message_en, HasSubstr("line 2"));
  EXPECT_EQ(places.registry->places()[0].name_en, "first");
  const auto devices = load_devices("D1,a,B7,,,,\nD1,b,B7,,,,\n");
  EXPECT_THAT(codes(devices), ElementsAre("E4202@3"));
  EXPECT_EQ(devices.registry->device(0).kind, "a");
}

TEST(RegistryCsv, UnknownKindsAndColumnsSuggestTheNearest) {
  const auto loaded = load("place_id,parent_id,kind,name\nB1,,bulding,x\n",
                           "device_id,knd,kind,place_id\nD1,x,y,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("E4003@1", "E4103@2", "E4003@1"));
  EXPECT_EQ(loaded.diagnostics[1].suggestion, "building");
  EXPECT_EQ(loaded.diagnostics[2].suggestion, "kind");
  EXPECT_EQ(loaded.registry->devices().size(), 1u) << "an unknown column is passed over";
}

TEST(RegistryCsv, AMissingColumnIsOneErrorNotOnePerRow) {
  const auto loaded =
      load("place_id,kind\nB1,building\nB2,building\n", std::string(kDevicesHeader));
  EXPECT_THAT(codes(loaded), ElementsAre("E4004@1"));
}

TEST(RegistryCsv, ARepeatedColumnIsAnError) {
  EXPECT_THAT(
      codes(load("place_id,parent_id,kind,kind\nB1,,building,x\n", std::string(kDevicesHeader))),
      ElementsAre("E4005@1"));
}

TEST(RegistryCsv, BadPositionsAreRefused) {
  const auto loaded = load_places(
      "A,,city,,,91,0,,\nB,,city,,,0,181,,\nC,,city,,,x,0,,\nD,,city,,,30.5,,,\n"
      "E,,city,,,nan,0,,\nF,,city,,,-90,-180,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("E4106@2", "E4106@3", "E4106@4", "E4106@5", "E4106@6"));
  EXPECT_THAT(place_ids(loaded), ElementsAre("F"));
}

TEST(RegistryCsv, BadDevicesAreRefusedAndTheRestKept) {
  const auto loaded = load_devices(
      ",smoke,B7,,,,\nD2,smoke,B9,,,,\nD3,smoke,B7,,soon,,\nD4,smoke,B7,,-1,,\nD5,smoke,B7,,,"
      "comissioned,\n"
      "D6,smoke,B7,,1.5,,\nD7,smoke,B7,,0,test,\nD8,smoke,,,,,\n");
  EXPECT_THAT(codes(loaded),
              ElementsAre("E4201@2", "E4203@3", "E4205@4", "E4205@5", "E4206@6", "E4205@7"));
  EXPECT_EQ(loaded.diagnostics[4].suggestion, "commissioned");
  EXPECT_EQ(loaded.registry->devices().size(), 2u);
  EXPECT_EQ(loaded.refused_rows, 6u);
}

TEST(RegistryCsv, RowsOfTheWrongWidthAndBrokenQuotesAreRefused) {
  const auto loaded = load_devices(
      "D1,smoke,B7\nD2,smoke,B7,,,,,extra\n\"D3\"x,smoke,B7,,,,\nD4,smoke,B7,,,,\n"
      "D5,smoke,\"B7,,,,\nD6,smoke,B7,,,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("E4006@2", "E4006@3", "E4007@4", "E4007@6"));
  EXPECT_EQ(loaded.registry->devices().size(), 1u);
}

TEST(RegistryCsv, NamesOfPeopleHaveNoPlaceInIt) {
  const auto devices =
      load_devices("13800138000,smoke,B7,,,,\nD2,smoke,B7,,,,京A12345\nD3,smoke,B7,,,,\n");
  EXPECT_THAT(codes(devices), ElementsAre("E4301@2", "E4301@3"));
  EXPECT_EQ(devices.diagnostics[0].source_line, "") << "private text is not repeated";
  EXPECT_EQ(devices.registry->devices().size(), 1u);
  EXPECT_THAT(codes(load_places("C1,,city,11010519491231002X,,,,,\n")), ElementsAre("E4301@2"));
}

TEST(RegistryCsv, OverlongTextIsRefused) {
  EXPECT_THAT(codes(load_devices(std::string(129, 'x') + ",smoke,B7,,,,\n")),
              ElementsAre("E4302@2"));
}

TEST(RegistryCsv, StrictKeepsNothingOfARegistryWithAnError) {
  const std::string bad = std::string(kDevicesHeader) + "D1,smoke,nowhere,,,,\n";
  EXPECT_EQ(load(std::string(kPlacesHeader), bad, {.strict = true}).registry, nullptr);
  EXPECT_NE(load(std::string(kPlacesHeader), bad).registry, nullptr);
  EXPECT_NE(
      load(std::string(kPlacesHeader), std::string(kDevicesHeader), {.strict = true}).registry,
      nullptr);
}

TEST(RegistryCsv, AMissingEmptyOrForeignFileIsSaidSo) {
  EXPECT_THAT(codes(load_registry({{"places.csv", std::string(kPlacesHeader)}})),
              ElementsAre("E4001@0"));
  EXPECT_THAT(codes(load("", "\n\n")), ElementsAre("E4002@0", "E4002@0"));
  EXPECT_THAT(codes(load("place_id,parent_id,kind\n\xff,,city\n", std::string(kDevicesHeader))),
              ElementsAre("E4008@0"));
}

TEST(RegistryCsv, WarningsKeepTheRow) {
  const auto loaded = load_places("C1,,city,,,,,C9,\nC2,C1,city,,,,,,\n");
  EXPECT_THAT(codes(loaded), ElementsAre("W4108@2", "W4107@3"));
  EXPECT_FALSE(has_errors(loaded.diagnostics));
  EXPECT_EQ(loaded.registry->places().size(), 2u);
}

TEST(RegistryCsv, DiagnosticsAreBoundedAndTheRestCounted) {
  std::string rows;
  for (int i = 0; i < 5000; ++i) rows += fmt::format("D{},smoke,nowhere,,,,\n", i);
  const auto loaded = load_devices(rows);
  EXPECT_EQ(loaded.diagnostics.size(), kMaxDiagnosticsPerFile + 1);
  EXPECT_EQ(loaded.refused_rows, 5000u);
  EXPECT_EQ(loaded.diagnostics.back().code, "E4009");
  EXPECT_THAT(loaded.diagnostics.back().message_en, HasSubstr("4000 more"));
}

TEST(RegistryCsv, BothLanguagesAreThere) {
  const auto loaded =
      load("place_id,parent_id,kind,what\nB1,nowhere,bulding,x\n\"B", "device_id\n");
  for (const Diagnostic& d : loaded.diagnostics) {
    EXPECT_NE(d.message_en, "") << d.code;
    EXPECT_NE(d.message_zh, "") << d.code;
    EXPECT_EQ(d.next_step_en.empty(), d.next_step_zh.empty()) << d.code;
  }
}

// A city of full size. Prints the time; nothing is asserted about it.
TEST(RegistryCsv, TheWholeCityLoads) {
  std::string places(kPlacesHeader);
  std::string devices(kDevicesHeader);
  places += "C1,,city,晨钟市,Chenzhong City,30.500000,104.100000,,\n";
  constexpr int kBuildings = 17'000;
  constexpr int kDevices = 170'000;
  for (int i = 0; i < kBuildings; ++i) {
    places += fmt::format(
        "B-{0:05},C1,building,和园小区{0}号楼,Heyuan Building {0},30.512345,104.123456,B-{1:05},\n",
        i, (i + 1) % kBuildings);
    for (int floor = 1; floor <= 3; ++floor) {
      places += fmt::format("B-{0:05}-F{1},B-{0:05},floor,{1}层,Floor {1},,,,\n", i, floor);
    }
  }
  for (int i = 0; i < kDevices; ++i) {
    devices += fmt::format("SD-{:06},smoke_detector,B-{:05}-F{},g{:05},86400,commissioned,\n", i,
                           i % kBuildings, 1 + i % 3, i / 50);
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto loaded = load(std::move(places), std::move(devices));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << fmt::format("{} devices and {} places in {:.3f} s\n",
                           loaded.registry->devices().size(), loaded.registry->places().size(),
                           took.count());
  EXPECT_EQ(loaded.registry->devices().size(), static_cast<std::size_t>(kDevices));
  EXPECT_EQ(loaded.registry->places().size(), static_cast<std::size_t>(1 + 4 * kBuildings));
  EXPECT_TRUE(loaded.diagnostics.empty());
}

}  // namespace
}  // namespace tocsin::ingest
