#include "base/log.h"

#include "base/characters.h"
#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The one piece of state that base keeps: who writes, where to, and on whose behalf. */
static struct {
    const char *program;
    const char *context;
    enum log_level lowest;
    bool to_journal;
} logger = {"coagent", NULL, LOG_LEVEL_INFO, false};

/* JOURNAL_STREAM would tell, too, but systemd-cat sets it only since version 253. */
bool log_is_journal(int fd, const char *socket)
{
    struct sockaddr_un peer = {0};
    socklen_t size = sizeof peer;

    return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sun_family == AF_UNIX &&
           strncmp(peer.sun_path, socket, sizeof peer.sun_path) == 0;
}

void log_open(const char *program, enum log_level lowest)
{
    logger.program = program;
    logger.lowest = lowest;
    logger.to_journal = log_is_journal(STDERR_FILENO, "/run/systemd/journal/stdout");
}

void log_set_context(const char *id)
{
    logger.context = id;
}

/* One write a line, so that the lines of many processes on one stderr do not mix. */
static void write_line(const struct text *line)
{
    const char *at = line->bytes;
    size_t left = line->length;
    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, at, left);
        if (written <= 0)
            return; /* nowhere to complain */
        at += written;
        left -= (size_t)written;
    }
}

static void log_line(enum log_level level, const char *format, va_list arguments)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};
    if (level < logger.lowest)
        return;
    char now[CLOCK_TEXT_SIZE];
    struct text message = TEXT_EMPTY;
    struct text line = TEXT_EMPTY;
    text_add_vformat(&message, format, arguments);
    text_add_format(&line, "%s%s %s %s[%d] %s ", logger.to_journal ? priorities[level] : "",
                    clock_format(clock_now_ms(), now), names[level], logger.program, (int)getpid(),
                    logger.context ? logger.context : "-");
    text_add_visible(&line, text_string(&message)); /* external text starts no line and controls no terminal */
    text_add_char(&line, '\n');
    write_line(&line);
    text_free(&message);
    text_free(&line);
}

#define LOG_AT(level)                                                                                                  \
    do {                                                                                                               \
        va_list arguments;                                                                                             \
        va_start(arguments, format);                                                                                   \
        log_line(level, format, arguments);                                                                            \
        va_end(arguments);                                                                                             \
    } while (0)

void log_debug(const char *format, ...)
{
    LOG_AT(LOG_LEVEL_DEBUG);
}

void log_info(const char *format, ...)
{
    LOG_AT(LOG_LEVEL_INFO);
}

void log_warn(const char *format, ...)
{
    LOG_AT(LOG_LEVEL_WARN);
}

void log_error(const char *format, ...)
{
    LOG_AT(LOG_LEVEL_ERROR);
}
