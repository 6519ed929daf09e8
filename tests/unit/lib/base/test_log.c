#include "base/log.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What the calls in between wrote to stderr. */
static int saved_stderr;
static int pipe_ends[2];

static void begin(void)
{
    cr_assert_eq(pipe(pipe_ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[1]);
}

static void end(char written[1024])
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    ssize_t length = read(pipe_ends[0], written, 1023);
    written[length > 0 ? length : 0] = '\0';
    close(pipe_ends[0]);
}

Test(log, line_has_time_level_program_and_context)
{
    char written[1024];
    log_open("pool", LOG_LEVEL_INFO);
    log_set_context("0198f3a0");
    begin();
    log_warn("slot %d", 3);
    end(written);
    cr_expect_eq(written[10], 'T');
    cr_expect_eq(written[23], 'Z');
    cr_expect_not_null(strstr(written, " warn pool["));
    cr_expect_not_null(strstr(written, "] 0198f3a0 slot 3\n"));
}

Test(log, writes_nothing_below_the_lowest_level)
{
    char written[1024];
    log_open("pool", LOG_LEVEL_WARN);
    begin();
    log_debug("a");
    log_info("b");
    log_error("c");
    end(written);
    cr_expect_not_null(strstr(written, " error pool["));
    cr_expect_eq(strchr(written, '\n'), written + strlen(written) - 1, "one line only");
}

Test(log, nobody_can_forge_a_line_or_steer_a_terminal)
{
    char written[1024];
    log_open("pool", LOG_LEVEL_INFO);
    log_set_context(NULL);
    begin();
    log_info("%s", "a\n2026 forged\x1b[2J\r\x7f");
    log_info("%s", "\xc2\x9b"
                   "2J \u202egpj \u2066 \x9b \xff caf\u00e9");
    end(written);
    cr_expect_not_null(strstr(written, "] - a\\n2026 forged\\x1b[2J\\x0d\\x7f\n"));
    cr_expect_not_null(strstr(written, "] - \\x9b2J \\u202egpj \\u2066 \\x9b \\xff caf\u00e9\n"), "%s", written);
}

Test(log, knows_a_stream_to_the_journal)
{
    char folder[] = "/tmp/coagent-log-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/stdout", folder);
    int journal = socket(AF_UNIX, SOCK_STREAM, 0), stream = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(journal, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(journal, 1), 0);
    cr_assert_eq(connect(stream, (struct sockaddr *)&address, sizeof address), 0);
    cr_expect(log_is_journal(stream, address.sun_path));
    cr_expect_not(log_is_journal(stream, "/run/systemd/journal/stdout"));
    cr_assert_eq(pipe(pipe_ends), 0);
    cr_expect_not(log_is_journal(pipe_ends[1], address.sun_path));
    close(stream);
    close(journal);
    unlink(address.sun_path);
    rmdir(folder);
}
