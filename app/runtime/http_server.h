#pragma once
/// HttpServer: a small HTTP/1.1 server for people and probes: /livez, /readyz, /metrics, /api/v1.
///
/// Thread: its own; handlers run on it and must not block. Limits: kMaxConnections, request head
/// 8 KiB, no request body, 10 s per request. Errors: start() says why it cannot listen.
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/result.h"

namespace tocsin::app {

inline constexpr std::size_t kMaxConnections = 64;

enum class HttpError : std::uint8_t { bad_address = 1, address_in_use, permission, other };
std::string_view to_string(HttpError error);  ///< in words
TOCSIN_RESULT_ERROR(HttpError)

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// By exact path; a request for another path is 404, with another method than GET or HEAD 405.
using HttpRoutes = std::map<std::string, std::function<HttpResponse()>, std::less<>>;

class HttpServer {
 public:
  HttpServer();
  ~HttpServer();  ///< stops

  /// `listen`: "127.0.0.1:8080" or "[::1]:0"; port 0 takes a free one. Returns the bound address.
  Result<std::string, HttpError> start(const std::string& listen, HttpRoutes routes);
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::app
