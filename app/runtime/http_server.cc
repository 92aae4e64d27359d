#include "app/runtime/http_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

namespace tocsin::app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kRequestTime{10};
constexpr std::chrono::seconds kLinger{1};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::uint32_t kHeadLimit = 8 * 1024;
constexpr unsigned kHttp11 = 11;

std::optional<tcp::endpoint> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port > 65535)
    return std::nullopt;
  beast::error_code code;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, code);
  if (code) return std::nullopt;
  return tcp::endpoint(address, static_cast<unsigned short>(port));
}

HttpError error_of(const beast::error_code& code) {
  if (code == asio::error::address_in_use) return HttpError::address_in_use;
  if (code == asio::error::access_denied) return HttpError::permission;
  return HttpError::other;
}

// The answer to a request that cannot be read; 0: the client left or was too slow, nobody listens.
unsigned status_of(const beast::error_code& code) {
  if (code == http::error::header_limit) return 431;
  if (code == http::error::body_limit) return 413;
  const bool theirs = code.category() == http::make_error_code(http::error::bad_method).category();
  return theirs && code != http::error::end_of_stream && code != http::error::partial_message ? 400
                                                                                              : 0;
}

HttpResponse answer(const HttpRoutes& routes, http::verb method, std::string_view target) {
  if (method != http::verb::get && method != http::verb::head) {
    return {405, "application/json",
            R"({"error":"only GET and HEAD are answered"})"
            "\n"};
  }
  const auto route = routes.find(target.substr(0, target.find('?')));
  if (route == routes.end()) {
    return {404, "application/json",
            R"({"error":"no such path","see":"/"})"
            "\n"};
  }
  return route->second();
}

// One connection: read a request, answer it, read the next, until it is slow or closes.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const HttpRoutes& routes, std::size_t& open)
      : stream_(std::move(socket)), routes_(routes), open_(open) {
    ++open_;
  }
  ~Session() { --open_; }

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeadLimit);
    parser_->body_limit(0);
    stream_.expires_after(kRequestTime);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](auto code, std::size_t) {
                       if (!code) return self->reply();
                       if (const unsigned status = status_of(code); status != 0)
                         self->refuse(status, code.message());
                     });
  }

 private:
  void reply() {
    const auto& request = parser_->get();
    const bool head = request.method() == http::verb::head;
    write(answer(routes_, request.method(), {request.target().data(), request.target().size()}),
          request.keep_alive(), head);
  }

  // What was sent cannot be read, so neither can what would follow it.
  void refuse(unsigned status, const std::string& why) {
    write({status, "application/json", fmt::format("{{\"error\":\"{}\"}}\n", why)}, false, false);
  }

  void write(HttpResponse content, bool keep_alive, bool head) {
    response_ = {http::int_to_status(content.status), kHttp11};
    response_.set(http::field::content_type, content.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(keep_alive);
    response_.content_length(content.body.size());
    if (!head) response_.body() = std::move(content.body);
    http::async_write(stream_, response_, [self = shared_from_this()](auto code, std::size_t) {
      if (code) return;
      if (self->response_.keep_alive()) return self->read();
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, code);
      self->stream_.expires_after(kLinger);
      self->linger();
    });
  }

  // Takes what the client still sends: closing on unread bytes would make it lose the answer.
  void linger() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kHeadLimit),
                            [self = shared_from_this()](auto code, std::size_t) {
                              if (!code) self->linger();
                            });
  }

  beast::tcp_stream stream_;
  const HttpRoutes& routes_;
  std::size_t& open_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

std::string_view to_string(HttpError error) {
  switch (error) {
    case HttpError::bad_address: return "it is not IP:PORT, such as 127.0.0.1:8080 or [::1]:0";
    case HttpError::address_in_use: return "the address is in use";
    case HttpError::permission: return "no permission to listen there";
    case HttpError::other: return "the system refuses it";
  }
  return "unknown";
}

struct HttpServer::State {
  // Before io, which destroys the last sessions.
  HttpRoutes routes;
  std::size_t open = 0;  // sessions; touched on the io thread only
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer pause{io};
  std::thread thread;

  void accept() {
    acceptor.async_accept([this](beast::error_code code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (code) return accept_later();
      // Over the limit the socket closes here; the client sees it at once.
      if (open < kMaxConnections) {
        std::make_shared<Session>(std::move(socket), routes, open)->read();
      }
      accept();
    });
  }

  // Out of file descriptors, say: trying again at once would only spin.
  void accept_later() {
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](beast::error_code code) {
      if (!code) accept();
    });
  }
};

HttpServer::HttpServer() = default;
HttpServer::~HttpServer() { stop(); }

Result<std::string, HttpError> HttpServer::start(const std::string& listen, HttpRoutes routes) {
  const std::optional<tcp::endpoint> endpoint = parse_address(listen);
  if (!endpoint) return HttpError::bad_address;
  auto state = std::make_unique<State>();
  beast::error_code code;
  state->acceptor.open(endpoint->protocol(), code);
  if (!code) state->acceptor.set_option(asio::socket_base::reuse_address(true), code);
  if (!code) state->acceptor.bind(*endpoint, code);
  if (!code) state->acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return error_of(code);
  const tcp::endpoint bound = state->acceptor.local_endpoint();
  state->routes = std::move(routes);
  state->accept();
  state->thread = std::thread([&io = state->io] { io.run(); });
  state_ = std::move(state);
  const std::string host = bound.address().to_string();
  return bound.address().is_v6() ? fmt::format("[{}]:{}", host, bound.port())
                                 : fmt::format("{}:{}", host, bound.port());
}

void HttpServer::stop() {
  if (!state_) return;
  state_->io.stop();
  state_->thread.join();
  state_.reset();
}

}  // namespace tocsin::app
