/* The stream of an answer: pieces go to the room about every 50 ms and to PostgreSQL every second, so that a
 * crash loses at most that. Offsets are in code points, as PostgreSQL and the API count; positions are bytes. */
#ifndef COAGENT_ANSWER_H
#define COAGENT_ANSWER_H

#include "base/json.h"
#include "base/text.h"
#include "cron/agent/facts.h"
#include "cron/run/execution.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANSWER_MOST ((size_t)256 * 1024)

struct answer {
    struct execution *execution;
    const struct agent_facts *facts;
    struct text text; /* all of it, with what earlier attempts said */
    size_t sent;      /* bytes that the room has */
    size_t sent_chars;
    size_t stored; /* bytes that PostgreSQL has */
    int64_t sent_at;
    int64_t stored_at;
};

/* Begins with what earlier attempts said. Freed with answer_free. */
void answer_open(struct answer *answer, struct execution *execution, const struct agent_facts *facts);
void answer_free(struct answer *answer);

/* Adds a piece, or as much of it as ANSWER_MOST leaves room for: then it returns false. */
bool answer_add(struct answer *answer, const char *bytes, size_t length);

/* Sends and stores what is due, and ticks the execution; false: end the work now. */
bool answer_tick(struct answer *answer);

/* Waits while ticking. */
bool answer_wait(struct answer *answer, long ms);

/* Ends the run with this text; details and usage are taken over, the text is added to the details. */
void answer_finish(struct answer *answer, const char *state, const char *reason, struct json_object *details,
                   struct json_object *usage);

#endif
