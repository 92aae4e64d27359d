#include "ingest/privacy.h"

#include <gtest/gtest.h>

namespace tocsin::ingest {
namespace {

void expect_private(std::initializer_list<const char*> texts) {
  for (const char* text : texts) EXPECT_TRUE(looks_private(text)) << text;
}
void expect_passes(std::initializer_list<const char*> texts) {
  for (const char* text : texts) EXPECT_FALSE(looks_private(text)) << text;
}

TEST(Privacy, ResidentIdOf18CharactersIsFoundAloneAndInText) {
  expect_private({"11010519491231002X", "11010519491231002x", "440524199901010013",
                  "身份证11010519491231002X。", "id: 11010519491231002X", "SD-11010519491231002X"});
}

TEST(Privacy, NearMissesOfA18CharacterIdPass) {
  expect_passes({"110105194912310021",   // wrong check digit
                 "110105194913310029",   // month 13
                 "990105194912310025",   // no such province
                 "110105179912310028",   // year 1799
                 "a11010519491231002X",  // a letter beside it
                 "1110105194912310020",  // 19 digits
                 "11010519491231002"});  // 17 digits
}

TEST(Privacy, OldIdOf15DigitsIsFound) {
  expect_private({"110105491231002", "证号 130503670401001"});
}

TEST(Privacy, NearMissesOfA15DigitIdPass) {
  expect_passes({"110105491331002",     // month 13
                 "990105491231002",     // no such province
                 "110105491231003x",    // a letter beside it
                 "SN-110105491231002",  // joined to letters
                 "353490069873119",     // an IMEI with a date-like middle
                 "490154203237518"});   // an IMEI
}

TEST(Privacy, MobileNumbersAreFoundInEveryUsualWriting) {
  expect_private({"13800138000", "19912345678", "+8613800138000", "+86 13800138000",
                  "+86-13800138000", "008613800138000", "0086 13800138000", "138 0013 8000",
                  "138-0013-8000", "+86 138 0013 8000", "电话13800138000", "tel:13800138000",
                  "call 13800138000.", "(13800138000)", "13800138000,13900139000"});
}

TEST(Privacy, NearMissesOfAMobileNumberPass) {
  expect_passes({"12800138000",     // 12x is none
                 "1380013800",      // 10 digits
                 "138001380001",    // 12 digits
                 "SD-13800138000",  // a serial number
                 "gw_13800138000", "13800138000-1", "v1.13800138000", "13800138000a",
                 "138-0013 8000",  // two separators
                 "138-0013-80001", "1767225600123", "+1767225600123", "86138001380",
                 "0.13800138000"});
}

TEST(Privacy, PlatesAreFound) {
  expect_private({"京A12345", "粤B·12345", "沪A-D1234F", "京AD12345", "京AF1234D", "浙a1b2c3",
                  "车牌 苏E 12345", "川A1234警", "粤Z1234港"});
}

TEST(Privacy, NearMissesOfAPlatePass) {
  expect_passes({"京A1234", "京A座12345", "京112345", "A12345", "京A1234567", "京ABCDEF",
                 "新城B座3单元", "云溪镇A区101室", "固件更新Version", "青山路A口"});
}

TEST(Privacy, WhatDevicesReallySendPasses) {
  expect_passes({"SD-004211", "g17-000042", "PN-002515-9c5", "9f86d081884c7d659a2feaa0c55ad015",
                 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                 "AA:BB:CC:DD:EE:FF", "aaaabbbbccccdddd", "550e8400-e29b-41d4-a716-446655440000",
                 "2026-01-01T00:00:00.123Z", "", "合和园3号楼",
                 "{\"ts\":1767225600123,\"seq\":42,\"level\":3.125}",
                 "s3://cam/2026/01/01/000123.jpg"});
}

}  // namespace
}  // namespace tocsin::ingest
