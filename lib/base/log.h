/* Log lines on stderr: RFC 3339 time, level, program, request or run id, message.
 * Never a secret, never a request body. In the journal of systemd each line has its priority (sd-daemon(3)), so that
 * "journalctl -p err" finds it. */
#ifndef COAGENT_LOG_H
#define COAGENT_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* Once at start: the program's name (kept, not copied) and the lowest level that is written. */
void log_open(const char *program, enum log_level lowest);

/* Whether a descriptor is a stream to the journal, which listens at that socket; for log_open and tests. */
bool log_is_journal(int fd, const char *socket);

/* The id that every following line carries (a request's or a run's), NULL for none. Kept, not copied. */
void log_set_context(const char *id);

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
