/* Which runner instance of this host is at work. cron starts one each minute where one is missing; it waits beside the
 * one at work, which goes when its time is over and somebody waits, so that there is no gap.
 * Two POSIX record locks of one file: byte 0 belongs to the one at work, byte 1 to the one that waits. Such locks end
 * with their process, however it ends, and executors do not inherit them. Nothing depends on them for being correct:
 * claims exclude each other in PostgreSQL, also between hosts. */
#ifndef COAGENT_LEADER_H
#define COAGENT_LEADER_H

#include "base/outcome.h"

#include <stdbool.h>

struct leader {
    int fd;
};

/* FAILED (logged) when the file cannot be opened. */
enum outcome leader_open(struct leader *leader, const char *path);

/* A place beside the one at work. CONFLICT: somebody waits already, so this instance is not needed. */
enum outcome leader_queue(struct leader *leader);

/* The leader lock itself, as soon as it is free; the place beside it becomes free then. CONFLICT when another still has
 * it after so many milliseconds (0: looks once), or a signal came. */
enum outcome leader_take(struct leader *leader, int ms);

/* Whether somebody waits for the leader lock. */
bool leader_is_awaited(const struct leader *leader);

void leader_close(struct leader *leader);

#endif
