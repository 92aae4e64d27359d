#include <gtest/gtest.h>

#include "app/config.h"
#include "tests/fuzz/campaign.h"

/// tocsin.yaml: whatever the text, it is read or refused with a place.

namespace tocsin::fuzz {
namespace {

TEST(Fuzz, ConfigurationFiles) {
  Target target;
  target.name = "tocsin.yaml";
  target.run = [](std::string_view text) {
    const app::ConfigRead read = app::parse_config("tocsin.yaml", std::string(text));
    for (const Diagnostic& d : read.diagnostics) {
      EXPECT_FALSE(d.code.empty() || d.message_en.empty() || d.message_zh.empty());
      EXPECT_GE(d.line, 1U);
    }
  };
  target.corpus = files_of(TOCSIN_SOURCE "/deploy", "tocsin.yaml");
  target.dictionary = {"kafka:", "broker:", "uri: ",   "64MiB", "18446744073709551615GiB",
                       "10s",    "-1",      "[",       "]",     "{",
                       "}",      "'",       "\n---\n", "&a",    "*a",
                       "!x ",    "\t",      "true",    "yes",   "1e9"};
  target.max_bytes = 20'000;
  target.memory_per_byte = 1024;
  run_campaign(target);
}

}  // namespace
}  // namespace tocsin::fuzz
