/* Models that write their thoughts into the answer, as "<think>…</think>" at its start: they are told apart here. Tags
 * further on belong to the answer, which may be about them. Pure. */
#ifndef COAGENT_THINKING_H
#define COAGENT_THINKING_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct thinking {
    void *context;
    void (*say)(void *context, const char *text, size_t length);   /* a piece of the answer */
    void (*think)(void *context, const char *text, size_t length); /* a piece of a thought */
    struct text held;                                              /* what may become a tag */
    const char *tag;                                               /* the name of the open one, or NULL */
    bool has_thought;                                              /* white space after a thought is not said */
    bool saying;                                                   /* the answer has begun */
};

void thinking_feed(struct thinking *thinking, const char *bytes, size_t length);

/* There is no more: what is held is said or thought. */
void thinking_end(struct thinking *thinking);

void thinking_free(struct thinking *thinking);

#endif
