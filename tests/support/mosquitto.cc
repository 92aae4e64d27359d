#include "tests/support/mosquitto.h"

#include <csignal>
#include <fstream>
#include <iterator>

namespace tocsin::testing {
namespace {

constexpr Duration kPatience{20'000};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Mosquitto::Mosquitto(bool anonymous, const std::string& more)
    : folder_("tocsin-mosquitto-"), port_(app::free_port()) {
  std::ofstream config(folder() + "/mosquitto.conf");
  config << "listener " << port_ << " 127.0.0.1\n"
         << "allow_anonymous " << (anonymous ? "true" : "false") << "\n"
         << "user root\n"  // as root it would else leave its folder to an unprivileged user
         << "persistence true\npersistence_location " << folder() << "/\n"
         << "autosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\n";
  if (!anonymous) config << "password_file " << folder() << "/passwords\n";
  config << more;
}

bool Mosquitto::start() {
  const std::vector<std::string> command = {"mosquitto", "-c", folder() + "/mosquitto.conf"};
  std::vector<std::string> full = command;
  full[0] = "/usr/sbin/mosquitto";
  const std::string out = folder() + "/mosquitto.log";
  return (child_.start(command, out) || child_.start(full, out)) &&
         app::wait_listening(port_, kPatience);
}

void Mosquitto::stop() { child_.stop(kPatience); }
void Mosquitto::kill() {
  ::kill(child_.pid(), SIGKILL);
  child_.wait(kPatience);
}
void Mosquitto::freeze() { ::kill(child_.pid(), SIGSTOP); }
void Mosquitto::thaw() { ::kill(child_.pid(), SIGCONT); }
std::string Mosquitto::log() const { return text_of(folder() + "/mosquitto.log"); }

bool Mosquitto::run(const std::vector<std::string>& command, std::string& output) const {
  const std::string path = folder() + "/" + command[0] + ".out";
  app::ChildProcess child;
  const bool started = child.start(command, path);
  const auto code = started ? child.wait(kPatience) : std::nullopt;
  output = text_of(path);
  return code == 0;
}

bool Mosquitto::publish(const std::string& topic, std::string_view payload, bool retain) {
  const std::string file = folder() + "/payload";
  std::ofstream(file, std::ios::binary) << payload;
  std::vector<std::string> command = {
      "mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(port_), "-q", "1", "-t", topic};
  command.emplace_back(payload.empty() ? "-n" : "-f");
  if (!payload.empty()) command.push_back(file);
  if (retain) command.emplace_back("-r");
  std::string output;
  return run(command, output);
}

bool Mosquitto::hears(const std::string& topic, int count) {
  std::string output;
  return run({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(port_), "-t", topic, "-C",
              std::to_string(count)},
             output);
}

void Mosquitto::add_user(const std::string& name, const std::string& password) {
  std::string output;
  run({"mosquitto_passwd", "-b", "-c", folder() + "/passwords", name, password}, output);
}

}  // namespace tocsin::testing
