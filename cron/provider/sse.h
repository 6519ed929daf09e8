/* Server-sent events (WHATWG HTML, section 9.2) as a state machine: bytes in, in any pieces; events out. Pure. */
#ifndef COAGENT_SSE_H
#define COAGENT_SSE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct sse {
    struct text line;
    struct text data;
    char event[32]; /* the name of the event, cut; "" for none */
    bool has_data;  /* a data field came, even an empty one */
    bool after_cr;  /* the line ended with CR: an LF right after it belongs to it */
    bool begun;     /* the first line is complete: a byte order mark may stand before it only */
    bool cancelled; /* the receiver wants no more */
};

/* The name of one event ("" for none) and its data, the lines joined by LF; NUL-terminated, owned by the parser. false:
 * no more, please. */
typedef bool sse_receive(void *context, const char *event, const char *data, size_t length);

/* false when the receiver wants no more, or a line is longer than 4 MiB. */
bool sse_feed(struct sse *sse, const char *bytes, size_t length, sse_receive *receive, void *context);

/* At the end of the stream: an event without its closing blank line counts too, since some endpoints forget it. */
bool sse_end(struct sse *sse, sse_receive *receive, void *context);

void sse_free(struct sse *sse);

#endif
