#include "push/publish.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The far end of the socket: takes one connection, reads until the expected end, answers in the given pieces. */
struct far_end {
    char folder[32];
    char path[64];
    int listener;
    const char *until;
    const char *pieces[4];
    char heard[65536];
    size_t length;
    pthread_t thread;
};

static void *answer(void *argument)
{
    struct far_end *far = argument;
    int fd = accept(far->listener, NULL, NULL);
    while (!strstr(far->heard, far->until)) {
        ssize_t got = recv(fd, far->heard + far->length, sizeof far->heard - 1 - far->length, 0);
        if (got <= 0)
            break;
        far->length += (size_t)got;
    }
    for (int i = 0; i < 4 && far->pieces[i]; i++) {
        send(fd, far->pieces[i], strlen(far->pieces[i]), MSG_NOSIGNAL);
        usleep(20000);
    }
    close(fd);
    return NULL;
}

static struct far_end *far_end_open(const char *until)
{
    struct far_end *far = calloc(1, sizeof *far);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    far->until = until;
    snprintf(far->folder, sizeof far->folder, "/tmp/publish-XXXXXX");
    cr_assert(mkdtemp(far->folder));
    snprintf(far->path, sizeof far->path, "%s/nchan.sock", far->folder);
    memcpy(address.sun_path, far->path, strlen(far->path) + 1);
    far->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(far->listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(far->listener, 4), 0);
    return far;
}

static void far_end_start(struct far_end *far)
{
    cr_assert_eq(pthread_create(&far->thread, NULL, answer, far), 0);
}

static void far_end_close(struct far_end *far)
{
    close(far->listener);
    unlink(far->path);
    rmdir(far->folder);
    free(far);
}

/* With more time than any machine needs: how long it takes is not what is tried. */
static void open_patiently(struct push *push, const char *path, atomic_llong *deaf)
{
    push_open(push, path, deaf);
    push->until = clock_monotonic_ms() + 20000;
}

static enum outcome publish_there(const char *path, const char *channels, const char *message)
{
    struct push push;
    open_patiently(&push, path, NULL);
    return publish(&push, channels, message, strlen(message));
}

static enum outcome published(const char *reply)
{
    struct far_end *far = far_end_open("{}");
    far->pieces[0] = reply;
    far_end_start(far);
    enum outcome outcome = publish_there(far->path, "r_1", "{}");
    pthread_join(far->thread, NULL);
    far_end_close(far);
    return outcome;
}

Test(publish, names_channels_by_kind_and_id)
{
    char channel[CHANNEL_SIZE];
    cr_expect_str_eq(channel_name(channel, "r_", "01a1f987-2347-7f65-9e81-5356dbb0ba3b"),
                     "r_01a1f987-2347-7f65-9e81-5356dbb0ba3b");
    cr_expect_str_eq(channel_name(channel, "run_", "01a1f987-2347-7f65-9e81-5356dbb0ba3b"),
                     "run_01a1f987-2347-7f65-9e81-5356dbb0ba3b");
}

Test(publish, posts_the_message_to_every_channel)
{
    struct far_end *far = far_end_open("{\"seq\":1}");
    far->pieces[0] = "HTTP/1.1 201 Created\r\n\r\n";
    far_end_start(far);
    cr_expect_eq(publish_there(far->path, "r_1,u_a b&c=%", "{\"seq\":1}"), OUTCOME_OK);
    pthread_join(far->thread, NULL);
    const char *line = "POST /publish?channels=r_1,u_a%20b%26c%3D%25 HTTP/1.1\r\n";
    cr_expect_eq(strncmp(far->heard, line, strlen(line)), 0, "%s", far->heard);
    cr_expect(strstr(far->heard, "\r\nContent-Length: 9\r\n"));
    cr_expect_str_eq(strstr(far->heard, "\r\n\r\n") + 4, "{\"seq\":1}");
    far_end_close(far);
}

Test(publish, judges_by_the_status)
{
    cr_expect_eq(published("HTTP/1.1 200 OK\r\n\r\n"), OUTCOME_OK);
    cr_expect_eq(published("HTTP/1.1 202 Accepted\r\n\r\n"), OUTCOME_OK);
    cr_expect_eq(published("HTTP/1.1 403 Forbidden\r\n\r\n"), OUTCOME_FAILED);
    cr_expect_eq(published("HTTP/1.1 503 Service Unavailable\r\n\r\n"), OUTCOME_FAILED);
    cr_expect_eq(published("something else\r\n\r\n"), OUTCOME_AWAY);
    cr_expect_eq(published(NULL), OUTCOME_AWAY);
}

Test(publish, reads_a_status_that_comes_in_pieces)
{
    struct far_end *far = far_end_open("{}");
    far->pieces[0] = "HTT";
    far->pieces[1] = "P/1.1 2";
    far->pieces[2] = "02 Accepted\r\n";
    far_end_start(far);
    cr_expect_eq(publish_there(far->path, "r_1", "{}"), OUTCOME_OK);
    pthread_join(far->thread, NULL);
    far_end_close(far);
}

Test(publish, closes_a_channel_and_does_not_mind_when_nobody_listens)
{
    struct far_end *far = far_end_open("\r\n\r\n");
    struct push push;
    far->pieces[0] = "HTTP/1.1 404 Not Found\r\n\r\n";
    far_end_start(far);
    open_patiently(&push, far->path, NULL);
    cr_expect_eq(channel_close(&push, "u_1"), OUTCOME_OK);
    pthread_join(far->thread, NULL);
    cr_expect_eq(strncmp(far->heard, "DELETE /channel?id=u_1 HTTP/1.1\r\n", 33), 0);
    far_end_close(far);
}

Test(publish, is_away_when_nobody_is_there)
{
    cr_expect_eq(publish_there("/nowhere/nchan.sock", "r_1", "{}"), OUTCOME_AWAY);
    char path[300];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    cr_expect_eq(publish_there(path, "r_1", "{}"), OUTCOME_AWAY);
}

/* Nobody accepts, as when nchan is stopped: the kernel takes the connection and the message. */
Test(publish, gives_up_when_its_budget_is_spent_and_tells_others)
{
    struct far_end *far = far_end_open("");
    atomic_llong deaf = 0;
    struct push push;
    push_open(&push, far->path, &deaf);
    int64_t start = clock_monotonic_ms();
    cr_expect_eq(publish(&push, "r_1", "{}", 2), OUTCOME_AWAY);
    int64_t took = clock_monotonic_ms() - start;
    cr_expect(took >= PUSH_BUDGET_MS - 20 && took < 10 * PUSH_BUDGET_MS, "it took %lld ms", (long long)took);
    cr_expect(atomic_load(&deaf) > clock_monotonic_ms(), "others know");

    struct push other;
    push_open(&other, far->path, &deaf);
    start = clock_monotonic_ms();
    for (int i = 0; i < 50; i++)
        cr_expect_eq(publish(&other, "r_1", "{}", 2), OUTCOME_AWAY);
    cr_expect(clock_monotonic_ms() - start < 10 * PUSH_BUDGET_MS, "nobody waits again");
    far_end_close(far);
}

Test(publish, publishes_again_when_the_time_is_over)
{
    struct far_end *far = far_end_open("{}");
    atomic_llong deaf = clock_monotonic_ms() - 1;
    struct push push;
    far->pieces[0] = "HTTP/1.1 202 Accepted\r\n\r\n";
    far_end_start(far);
    open_patiently(&push, far->path, &deaf);
    cr_expect_eq(publish(&push, "r_1", "{}", 2), OUTCOME_OK);
    pthread_join(far->thread, NULL);
    far_end_close(far);
}

Test(publish, closes_sockets_though_nchan_was_deaf_a_moment_ago)
{
    struct far_end *far = far_end_open("\r\n\r\n");
    atomic_llong deaf = clock_monotonic_ms() + 60000;
    struct push push;
    far->pieces[0] = "HTTP/1.1 200 OK\r\n\r\n";
    far_end_start(far);
    open_patiently(&push, far->path, &deaf);
    cr_expect_eq(channel_close(&push, "u_1"), OUTCOME_OK);
    pthread_join(far->thread, NULL);
    cr_expect_eq(strncmp(far->heard, "DELETE /channel?id=u_1 HTTP/1.1\r\n", 33), 0, "%s", far->heard);
    far_end_close(far);
}
