/* What was stored without waiting for the server's disk: kept, so that it can be stored again should the server have
 * crashed before its disk had it. */
#ifndef COAGENT_SCRIPT_KEPT_H
#define COAGENT_SCRIPT_KEPT_H

#include "cron/run/execution.h"

#include <stdbool.h>

struct kept_piece {
    const char *stream; /* static */
    int64_t position;
    size_t length;
};

struct kept {
    struct text bytes;
    struct kept_piece *pieces;
    size_t count, capacity;
    int64_t since;     /* when the oldest was stored; monotonic ms */
    unsigned connects; /* execution->connects when it was stored */
};

/* A piece was stored loosely. */
void kept_add(struct kept *kept, const struct execution *execution, const struct kept_piece *piece, const char *bytes);

/* Whether so much more can be stored loosely: else it is time to wait for the disk, which then has all of it. */
bool kept_has_room(const struct kept *kept, size_t length);

/* Whether the connection was lost since, so that nobody knows what of it the server still has. */
bool kept_is_doubtful(const struct kept *kept, const struct execution *execution);

/* Adds all pieces to the pipeline, just as they were. */
void kept_queue(const struct kept *kept, const struct execution *execution, struct db *db);

/* The disk has it. */
void kept_clear(struct kept *kept);

void kept_free(struct kept *kept);

#endif
