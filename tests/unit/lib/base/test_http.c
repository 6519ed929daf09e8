#include "base/http.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t server;
static char url[64];

/* A server that gives this answer to one client, waits, and closes. */
static void serve(const char *answer, int wait_ms)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(listen(fd, 1), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    server = fork();
    if (server == 0) {
        char request[4096];
        int client = accept(fd, NULL, NULL);

        if (read(client, request, sizeof request) > 0 && write(client, answer, strlen(answer)) >= 0)
            poll(NULL, 0, wait_ms);
        _exit(0);
    }
    close(fd);
}

static void stop_server(void)
{
    if (server > 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
}

TestSuite(http, .fini = stop_server, .timeout = 20);

static enum outcome get(const struct http_watch *watch, struct http_reply *reply)
{
    const struct http_request request = {.method = "GET", .url = url, .connect_seconds = 5, .silent_seconds = 5};

    return http_send(&request, watch, reply);
}

Test(http, a_whole_reply_is_ok_whatever_its_status)
{
    struct http_reply reply;

    serve("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow", 0);
    cr_expect_eq(get(NULL, &reply), OUTCOME_OK);
    cr_expect_eq(reply.status, 429);
    cr_expect_eq(reply.retry_after_ms, 7000);
    cr_expect_str_eq(text_string(&reply.body), "slow");
    http_reply_free(&reply);
}

static long long retry_after(const char *value)
{
    char *answer = text_format("HTTP/1.1 429 Too Many\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", value);
    struct http_reply reply;
    long long asked;

    serve(answer, 0);
    cr_expect_eq(get(NULL, &reply), OUTCOME_OK);
    asked = reply.retry_after_ms;
    http_reply_free(&reply);
    stop_server();
    free(answer);
    return asked;
}

Test(http, retry_after_is_a_number_a_fraction_or_a_date)
{
    cr_expect_eq(retry_after("1.5"), 1500);
    cr_expect_eq(retry_after(" 2 "), 2000);
    cr_expect_eq(retry_after("-3"), 0);
    cr_expect_eq(retry_after("nan"), 0);
    cr_expect_eq(retry_after("soon"), 0);
    cr_expect_eq(retry_after("Thu, 01 Jan 1970 00:00:10 GMT"), 0);
    cr_expect_gt(retry_after("Fri, 31 Dec 2099 23:59:59 GMT"), 60000);
    cr_expect_gt(retry_after("999999999999999999999"), 60000);
}

Test(http, nobody_there_is_away)
{
    struct http_reply reply;

    serve("", 0);
    stop_server();
    server = 0;
    cr_expect_eq(get(NULL, &reply), OUTCOME_AWAY);
    cr_expect_eq(reply.status, 0);
    cr_expect(reply.error[0]);
    http_reply_free(&reply);
}

Test(http, a_reply_that_breaks_off_is_failed)
{
    struct http_reply reply;

    serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 0);
    cr_expect_eq(get(NULL, &reply), OUTCOME_FAILED);
    cr_expect_eq(reply.status, 200);
    cr_expect_not(reply.stopped);
    cr_expect_str_eq(text_string(&reply.body), "half");
    http_reply_free(&reply);
}

Test(http, redirects_are_not_followed)
{
    struct http_reply reply;

    serve("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 0);
    cr_expect_eq(get(NULL, &reply), OUTCOME_OK);
    cr_expect_eq(reply.status, 302);
    http_reply_free(&reply);
}

Test(http, other_schemes_are_refused)
{
    struct http_reply reply;

    snprintf(url, sizeof url, "file:///etc/passwd");
    cr_expect_eq(get(NULL, &reply), OUTCOME_AWAY);
    cr_expect_eq(reply.body.length, 0);
    http_reply_free(&reply);
}

static bool take(void *context, const char *bytes, size_t length)
{
    text_add_bytes(context, bytes, length);
    return true;
}

static bool refuse_to_go_on(void *context)
{
    return ((struct text *)context)->length == 0;
}

Test(http, the_watch_gets_the_body_and_can_end_the_transfer)
{
    struct http_reply reply;
    struct text taken = TEXT_EMPTY;
    const struct http_watch watch = {&taken, take, refuse_to_go_on, 20, NULL};

    serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst", 10000);
    cr_expect_eq(get(&watch, &reply), OUTCOME_FAILED);
    cr_expect(reply.stopped);
    cr_expect_str_eq(text_string(&taken), "first");
    cr_expect_eq(reply.body.length, 0);
    http_reply_free(&reply);
    text_free(&taken);
}
