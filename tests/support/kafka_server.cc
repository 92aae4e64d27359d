#include "tests/support/kafka_server.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace tocsin::testing {
namespace {

const std::string kScript = TOCSIN_SOURCE_DIR "/deploy/kafka.sh";

}  // namespace

CommandResult run_command(const std::string& command) {
  CommandResult result;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    result.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  result.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return result;
}

bool KafkaServer::run(const std::string& arguments, std::string* output) const {
  const CommandResult result = run_command("TOCSIN_KAFKA_PROPERTIES='" + properties_ + "' '" +
                                           kScript + "' " + arguments + " 2>&1");
  if (output != nullptr) *output = result.output;
  return result.ok;
}

std::unique_ptr<KafkaServer> KafkaServer::start(std::string& why, const std::string& properties) {
  std::string folder = std::filesystem::temp_directory_path() / "tocsin-kafka-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    why = "no temporary folder";
    return nullptr;
  }
  std::unique_ptr<KafkaServer> server(new KafkaServer);
  server->folder_ = folder;
  server->properties_ = properties;
  if (!server->run("fetch", &why)) return nullptr;
  if (!server->run("start '" + folder + "/kafka'", &why)) return nullptr;
  while (!why.empty() && why.back() == '\n') why.pop_back();
  server->bootstrap_ = why.substr(why.find_last_of('\n') + 1);
  return server;
}

KafkaServer::~KafkaServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool KafkaServer::stop() { return run("stop '" + folder_ + "/kafka'"); }

bool KafkaServer::kill() {
  return run_command("kill -9 \"$(cat '" + folder_ + "/kafka/pid')\"").ok;
}

bool KafkaServer::restart() {
  const std::string port = bootstrap_.substr(bootstrap_.rfind(':') + 1);
  return run("start '" + folder_ + "/kafka' --port " + port);
}

}  // namespace tocsin::testing
