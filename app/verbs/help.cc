#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "app/code_help.h"
#include "app/output.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

constexpr const char* kHelpExamples =
    "  tocsin help E2103                            one code, with a wrong and a right example\n"
    "  tocsin help E2103 --lang zh\n"
    "  tocsin help codes                            all codes\n"
    "  tocsin help run                              a verb, as tocsin run --help";

std::string indented(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    if (begins_line && text[i] != '\n') out += "    ";
    out += text[i];
  }
  return out;
}

std::string page(const CodeHelp& help, const Common& common) {
  std::string text = fmt::format("{}: {}\n", help.code, common.in(help.en, help.zh));
  const std::string_view place = example_place(help.kind);
  text += fmt::format("\n  {}{}\n{}", common.in("wrong", "错误写法"),
                      place.empty() ? "" : fmt::format(" ({})", place),
                      indented(example_file(help.kind, help.wrong)));
  text += fmt::format("\n  {}\n{}", common.in("right", "正确写法"),
                      indented(example_file(help.kind, help.right)));
  return text;
}

std::string json(const CodeHelp& help, const Common& common) {
  const nlohmann::ordered_json line{{"schema", "tocsin.help/1"},
                                    {"code", help.code},
                                    {"text", common.in(help.en, help.zh)},
                                    {"wrong", example_file(help.kind, help.wrong)},
                                    {"right", example_file(help.kind, help.right)}};
  return line.dump() + "\n";
}

ExitCode list(const Common& common) {
  Output out;
  for (const CodeHelp& help : all_code_help()) {
    out.buffer() += common.json ? json(help, common)
                                : fmt::format("{}  {}\n", help.code, common.in(help.en, help.zh));
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

ExitCode unknown(const std::string& code, const Common& common) {
  std::vector<std::string> codes{"codes"};
  for (const CodeHelp& help : all_code_help()) codes.emplace_back(help.code);
  const std::string near = nearest(code, codes);
  std::string text = fmt::format(fmt::runtime(common.in("no code '{}'", "没有代码 '{}'")), code);
  if (!near.empty()) {
    text += fmt::format(fmt::runtime(common.in("; did you mean '{}'?", "；是否想写 '{}'？")), near);
  }
  text += common.in("\n  tocsin help codes lists all", "\n  tocsin help codes 可列出全部");
  complain(text);
  return ExitCode::usage;
}

ExitCode help(const std::string& topic, const Cli& cli) {
  const Common& common = cli.common();
  if (topic == "codes") return list(common);
  Output out;
  out.buffer() = cli.help_of(topic);
  if (out.buffer().empty()) {
    const CodeHelp* const found = find_code_help(topic);
    if (found == nullptr) return unknown(topic, common);
    out.buffer() = common.json ? json(*found, common) : page(*found, common);
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

}  // namespace

void add_help(Cli& cli) {
  CLI::App& verb = cli.verb("help", "Explain a verb, or a code of an error or warning by examples",
                            kHelpExamples);
  auto topic = std::make_shared<std::string>();
  verb.add_option("TOPIC", *topic, "A code such as E2103, 'codes', or a verb");
  cli.on(verb, [&cli, topic] { return help(*topic, cli); });
}

}  // namespace tocsin::app
