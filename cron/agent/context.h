/* The context of a model: the system prompt, as much of the newest messages as the budget allows, older ones in
 * one line each, and the question last. Pure. Tokens are estimated as a quarter of the bytes. */
#ifndef COAGENT_CONTEXT_H
#define COAGENT_CONTEXT_H

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* A message of the room. Strings are borrowed. */
struct said {
    bool own; /* by the agent itself */
    const char *name;
    const char *text;
    long long number; /* of the message in its room, from 1 */
};

struct context {
    const char *system;
    const struct said *question; /* what is to be answered; NULL when it was deleted meanwhile */
    const struct said *said;     /* the others, the newest first */
    size_t count;
    const char *kept; /* what the agent had said of this answer when it was cut off, or "" */
    long tokens;      /* the budget for all of it */
};

long context_estimate(const char *text);

/* The "messages" of a chat completion; the caller puts it. Neighbours of the same role are joined, because some models
 * insist on taking turns. */
struct json_object *context_messages(const struct context *context);

#endif
