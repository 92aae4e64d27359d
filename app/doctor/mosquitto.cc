#include "app/doctor/mosquitto.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

namespace tocsin::app {
namespace {

// A frame may hold 256 KiB of events; the packet adds its topic and header.
constexpr std::uint64_t kFrameBytes = 256 * 1024;
constexpr std::uint64_t kPacketBytes = kFrameBytes + 1024;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool read_file_into(const std::string& path, MosquittoSettings& settings, std::string& why) {
  std::ifstream file(path);
  if (!file) {
    why = path + ": " + std::strerror(errno);
    return false;
  }
  std::string line;
  while (std::getline(file, line)) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    settings[std::string(text.substr(0, end))] = trimmed(text.substr(end));
  }
  return true;
}

class Judge {
 public:
  explicit Judge(const MosquittoSettings& settings) : settings_(settings) {}

  Findings all() {
    queue();
    persistence();
    sizes();
    sessions();
    access();
    return std::move(findings_);
  }

 private:
  std::string get(std::string_view name, const char* otherwise) const {
    const auto at = settings_.find(name);
    return at == settings_.end() || at->second.empty() ? otherwise : at->second;
  }
  bool is(std::string_view name, const char* otherwise) const {
    return get(name, otherwise) == "true";
  }
  std::uint64_t number(std::string_view name, const char* otherwise) const {
    return std::strtoull(get(name, otherwise).c_str(), nullptr, 10);
  }
  void add(const char* name, bool fine, Health otherwise, const std::string& value, Words what,
           const char* fix) {
    const std::string check = fmt::format("mosquitto.{}", name);
    if (fine) {
      findings_.push_back({check, Health::ok, {value, value}});
      return;
    }
    findings_.push_back(
        {check,
         otherwise,
         {fmt::format("{}: {}", value, what.en), fmt::format("{}：{}", value, what.zh)},
         {fix, fix}});
  }

  void queue() {
    const std::uint64_t most = number("max_queued_messages", "1000");
    add("max_queued_messages", most == 0, Health::bad, std::to_string(most),
        {"what waits for the engine beyond that is dropped after it was acknowledged",
         "等待引擎的消息超过此数即被丢弃，而发布者已得到应答"},
        "max_queued_messages 0");
    const std::uint64_t bytes = number("max_queued_bytes", "0");
    add("max_queued_bytes", bytes == 0, Health::bad, std::to_string(bytes),
        {"what waits for the engine beyond that is dropped after it was acknowledged",
         "等待引擎的消息超过此数即被丢弃，而发布者已得到应答"},
        "max_queued_bytes 0");
  }

  void persistence() {
    const bool kept = is("persistence", "false");
    add("persistence", kept, Health::bad, kept ? "true" : "false",
        {"a restart loses every session and what waits in it",
         "重启会丢失所有会话及其中等待的消息"},
        "persistence true");
    const bool on_changes = is("autosave_on_changes", "false");
    const std::uint64_t interval = number("autosave_interval", "1800");
    const bool each = on_changes && interval == 1;
    add("autosave", each, Health::bad,
        on_changes ? fmt::format("every {} changes", interval)
                   : fmt::format("every {} s", interval),
        {"a crash loses what was acknowledged since", "崩溃会丢失此后已应答的消息"},
        "autosave_on_changes true and autosave_interval 1 (about 1,100 messages/s), or gateways "
        "that publish to the engine itself");
  }

  void sizes() {
    const std::uint64_t payload = number("message_size_limit", "0");
    add("message_size_limit", payload == 0 || payload >= kFrameBytes, Health::bad,
        std::to_string(payload),
        {"a larger frame is acknowledged and not delivered", "更大的帧会得到应答但不会投递"},
        "message_size_limit 0");
    const std::uint64_t packet = number("max_packet_size", "0");
    add("max_packet_size", packet == 0 || packet >= kPacketBytes, Health::bad,
        std::to_string(packet), {"a larger packet ends the connection", "更大的报文会使连接断开"},
        "max_packet_size 0");
  }

  void sessions() {
    const std::string expiry = get("persistent_client_expiration", "never");
    add("persistent_client_expiration", expiry == "never", Health::warning, expiry,
        {"an engine that is away longer finds its session gone",
         "引擎离线超过此时长，其会话将被删除"},
        "remove persistent_client_expiration");
    const bool retain = is("retain_available", "true");
    add("retain_available", retain, Health::warning, retain ? "true" : "false",
        {"a gateway's status is lost for an engine that connects later",
         "后连接的引擎将得不到网关的状态"},
        "retain_available true");
    const bool no_delay = is("set_tcp_nodelay", "false");
    add("set_tcp_nodelay", no_delay, Health::warning, no_delay ? "true" : "false",
        {"small messages may wait for an acknowledgement of TCP, up to 40 ms",
         "小消息可能等待 TCP 确认，最长约 40 毫秒"},
        "set_tcp_nodelay true");
  }

  void access() {
    const bool listens = settings_.contains("listener") || settings_.contains("port");
    const bool open = is("allow_anonymous", listens ? "false" : "true");
    const bool local = !listens || get("listener", "").ends_with("127.0.0.1") ||
                       get("listener", "").ends_with("localhost") ||
                       get("bind_address", "").starts_with("127.");
    add("allow_anonymous", !open || local, Health::warning, open ? "true" : "false",
        {"anyone on the network may publish an alarm", "网络上任何人都可以发布报警"},
        "allow_anonymous false, with a password_file or certificates");
  }

  const MosquittoSettings& settings_;
  Findings findings_;
};

}  // namespace

std::optional<MosquittoSettings> read_mosquitto_conf(const std::string& path, std::string& why) {
  MosquittoSettings settings;
  if (!read_file_into(path, settings, why)) return std::nullopt;
  const auto folder = settings.find("include_dir");
  if (folder == settings.end()) return settings;
  std::set<std::string> files;  // in the order mosquitto reads them
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder->second, error)) {
    if (entry.path().extension() == ".conf") files.insert(entry.path().string());
  }
  if (error) {
    why = folder->second + ": " + error.message();
    return std::nullopt;
  }
  for (const std::string& file : files) {
    if (!read_file_into(file, settings, why)) return std::nullopt;
  }
  return settings;
}

Findings judge(const MosquittoSettings& settings) { return Judge(settings).all(); }

}  // namespace tocsin::app
