/* bare SOCKET SLOTS: a pool of the same shape as coagent-fcgi with nothing in it. In each slot a keeper forks one child
 * after the other, and each child accepts, reads one FastCGI request, sends a constant answer and exits. What a request
 * costs here is the least that one process a request can cost on this machine.
 *
 * bare --costs: prints what the machine itself takes, as JSON. */
#include "costs.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUEUE = 1024, REQUEST_MOST = 16384, HEADER = 8, END_REQUEST = 3, STDIN = 5, STDOUT = 6 };

/* The answer to a preflight request of the pool, which the bench's floor asks for, is of this size. */
static const char content[] = "Status: 204 No Content\r\n"
                              "X-Request-Id: 00000000-0000-7000-8000-000000000000\r\n"
                              "Cache-Control: no-store\r\n"
                              "X-Content-Type-Options: nosniff\r\n"
                              "Access-Control-Allow-Origin: http://127.0.0.1:12345\r\n"
                              "Access-Control-Allow-Credentials: true\r\n"
                              "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE\r\n"
                              "Access-Control-Max-Age: 600\r\n\r\n";

/* A request has come as soon as its last record has: an empty piece of the standard input. */
static bool is_complete(const unsigned char *bytes, size_t count)
{
    for (size_t at = 0; at + HEADER <= count;) {
        size_t length = (size_t)bytes[at + 4] << 8 | bytes[at + 5];
        if (bytes[at + 1] == STDIN && length == 0)
            return true;
        at += HEADER + length + bytes[at + 6];
    }
    return false;
}

static bool read_request(int fd)
{
    unsigned char bytes[REQUEST_MOST];
    size_t count = 0;
    while (!is_complete(bytes, count)) {
        ssize_t more = read(fd, bytes + count, sizeof bytes - count);
        if (more <= 0)
            return false;
        count += (size_t)more;
    }
    return true;
}

static size_t put_header(unsigned char *at, int type, size_t length)
{
    const unsigned char header[HEADER] = {1, (unsigned char)type,          0,
                                          1, (unsigned char)(length >> 8), (unsigned char)length};
    memcpy(at, header, HEADER);
    return HEADER;
}

static void answer(int fd)
{
    unsigned char bytes[sizeof content + 4 * HEADER] = {0};
    size_t count = put_header(bytes, STDOUT, sizeof content - 1);
    memcpy(bytes + count, content, sizeof content - 1);
    count += sizeof content - 1;
    count += put_header(bytes + count, STDOUT, 0);
    count += put_header(bytes + count, END_REQUEST, HEADER) + HEADER;
    if (write(fd, bytes, count) == (ssize_t)count)
        shutdown(fd, SHUT_WR);
}

static _Noreturn void serve_one(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && read_request(fd))
        answer(fd);
    _exit(fd < 0);
}

static _Noreturn void keep_slot(int listener)
{
    int status = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (status == 0) {
        pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve_one(listener);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            break;
    }
    _exit(EXIT_FAILURE);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= (int)sizeof address.sun_path)
        return -1;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0666) != 0 ||
        listen(fd, QUEUE) != 0)
        return -1;
    return fd;
}

static int serve(const char *path, int slots)
{
    int listener = listen_at(path);
    signal(SIGPIPE, SIG_IGN); /* clients may leave before their answer */
    if (listener < 0) {
        perror(path);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < slots; i++)
        if (fork() == 0)
            keep_slot(listener);
    wait(NULL);
    fputs("bare: a slot has ended\n", stderr);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--costs") == 0) {
        printf("{\"fork_us\": %.1f, \"fault_us\": %.3f}\n", costs_fork_us(), costs_fault_us());
        return EXIT_SUCCESS;
    }
    if (argc == 3 && atoi(argv[2]) > 0)       /* NOLINT(cert-err34-c) */
        return serve(argv[1], atoi(argv[2])); /* NOLINT(cert-err34-c) */
    fputs("usage: bare SOCKET SLOTS | bare --costs\n", stderr);
    return 2;
}
