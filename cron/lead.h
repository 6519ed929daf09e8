/* Which runner instance of this host is at work. cron starts one each minute; an instance that comes waits beside the
 * one at work, which goes when its time is over and somebody waits, so that there is no gap.
 * Two POSIX record locks of one file: byte 0 belongs to the one at work, byte 1 to the one that waits. Such locks end
 * with their process, however it ends, and executors do not inherit them. Nothing depends on them for being correct:
 * claims exclude each other in PostgreSQL, also between hosts. */
#ifndef COAGENT_LEAD_H
#define COAGENT_LEAD_H

#include "base/outcome.h"

#include <stdbool.h>

struct lead {
    int fd;
};

/* FAILED (logged) when the file cannot be opened. */
enum outcome lead_open(struct lead *lead, const char *path);

/* A place beside the one at work. CONFLICT: somebody waits already, so this instance is not needed. */
enum outcome lead_queue(struct lead *lead);

/* The lead itself, if it is free; the place beside it becomes free then. CONFLICT while another has it. */
enum outcome lead_take(struct lead *lead);

/* Whether somebody waits for the lead. */
bool lead_is_awaited(const struct lead *lead);

void lead_close(struct lead *lead);

#endif
