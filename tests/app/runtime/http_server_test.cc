#include "app/runtime/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/app/runtime/http_client.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::HttpClient;

constexpr const char* kAnyPort = "127.0.0.1:0";

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpRoutes routes;
    routes["/hello"] = [] { return HttpResponse{200, "text/plain", "hello\n"}; };
    routes["/ill"] = [] { return HttpResponse{503, "application/json", "{}"}; };
    routes["/large"] = [] { return HttpResponse{200, "text/plain", std::string(3'000'000, 'x')}; };
    const auto bound = server_.start(kAnyPort, std::move(routes));
    ASSERT_TRUE(bound.has_value());
    address_ = *bound;
  }

  HttpServer server_;
  std::string address_;
};

TEST_F(HttpServerTest, AnswersARouteWithItsStatusAndType) {
  HttpClient client(address_);
  const HttpAnswer hello = client.get("/hello");
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "hello\n");
  EXPECT_THAT(hello.head, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(hello.head, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_EQ(client.get("/ill").status, 503) << "on the same connection";
  EXPECT_EQ(client.get("/hello?x=1").status, 200);
  EXPECT_EQ(client.get("/large").body.size(), 3'000'000u);
}

TEST_F(HttpServerTest, AnUnknownPathIs404AndAnotherMethod405) {
  HttpClient client(address_);
  EXPECT_EQ(client.get("/nowhere").status, 404);
  EXPECT_EQ(client.get("/hello", "DELETE").status, 405);
}

TEST_F(HttpServerTest, HeadSaysTheLengthAndSendsNoBody) {
  HttpClient client(address_);
  const HttpAnswer head = client.get("/hello", "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.head, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_EQ(client.get("/hello").body, "hello\n") << "nothing of the body came before this answer";
}

TEST_F(HttpServerTest, BytesThatAreNotARequestGetA400AndAClosedConnection) {
  HttpClient client(address_);
  client.send("\x16\x03\x01 this is TLS, or nothing at all\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, AHeadOverTheLimitGetsA431) {
  HttpClient client(address_);
  client.send("GET /hello HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 431);
}

TEST_F(HttpServerTest, ABodyIsRefusedWith413) {
  HttpClient client(address_);
  client.send("POST /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(HttpServerTest, ConnectionsOverTheLimitAreClosedAndAFreedPlaceIsGivenAgain) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (std::size_t i = 0; i < kMaxConnections; ++i) {
    clients.push_back(std::make_unique<HttpClient>(address_));
    ASSERT_EQ(clients.back()->get("/hello").status, 200);
  }
  HttpClient over(address_);
  EXPECT_TRUE(over.closed_by_server());
  clients.clear();
  // The server learns of the closed connections in its own time.
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i)
    status = HttpClient(address_).get("/hello").status;
  EXPECT_EQ(status, 200);
}

TEST_F(HttpServerTest, APortThatIsTakenIsSaid) {
  HttpServer second;
  const auto bound = second.start(address_, {});
  ASSERT_FALSE(bound.has_value());
  EXPECT_EQ(bound.error(), HttpError::address_in_use);
}

TEST_F(HttpServerTest, StopsWithConnectionsOpen) {
  HttpClient idle(address_);
  HttpClient half(address_);
  half.send("GET /hel");
  ASSERT_EQ(idle.get("/hello").status, 200);
  server_.stop();
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_TRUE(half.closed_by_server());
}

TEST(HttpAddress, WhatIsNotAnAddressIsRefused) {
  for (const char* bad :
       {"", "8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "no-such-name:0"}) {
    HttpServer server;
    const auto bound = server.start(bad, {});
    ASSERT_FALSE(bound.has_value()) << bad;
    EXPECT_EQ(bound.error(), HttpError::bad_address) << bad;
  }
}

}  // namespace
}  // namespace tocsin::app
