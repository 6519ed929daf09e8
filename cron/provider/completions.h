/* Chat completions, OpenAI-compatible: the request, and the reader of the streamed reply. Pure: no network here.
 * Endpoints differ (OpenAI, Ollama, llama.cpp, vLLM, DeepSeek …): [DONE] may be missing, errors come as a status, as
 * the first event or in mid-stream, thinking is called reasoning or reasoning_content or stands in tags, usage comes in
 * a chunk of its own or not at all, content is a string or a list of parts. */
#ifndef COAGENT_COMPLETIONS_H
#define COAGENT_COMPLETIONS_H

#include "base/json.h"
#include "base/text.h"
#include "cron/provider/fragments.h"
#include "cron/provider/sse.h"
#include "cron/provider/thinking.h"

#include <stdbool.h>

/* The body of a streaming request. parameters is a JSON object (temperature, top_p, max_tokens), messages an array
 * that stays the caller's. The caller frees the string. */
char *completions_request(const char *model, const char *parameters, struct json_object *messages);

/* Newer OpenAI models refuse max_tokens and say that it is called max_completion_tokens now: the body with the other
 * name, or NULL when the refusal is not about that. The caller frees it. */
char *completions_with_new_limit(const char *body, const char *refusal);

/* What the first bytes of a reply show it to be. */
enum reply_form {
    REPLY_UNKNOWN, /* white space only, so far */
    REPLY_STREAM,
    REPLY_PLAIN, /* an endpoint that does not stream, or an error: one JSON document */
};

/* A reply in the making. */
struct completion {
    void *context;
    void (*say)(void *context, const char *text, size_t length); /* a piece of the answer, valid UTF-8 */
    struct sse sse;
    struct text plain; /* the one JSON document */
    struct text head;  /* the first bytes as they came, for a reply that is neither */
    enum reply_form form;
    struct seam said, reasoned;
    struct thinking thinking;
    struct text thought; /* kept apart from the answer, at most 16 KiB */
    bool has_events;     /* something of a stream could be read */
    bool finished;       /* it said that it is at its end */
    bool done;           /* and that nothing else comes: the transfer may end, in whatever way */
    unsigned progress;   /* grows with each piece of an answer or a thought, and with the end; not with comments */
    char finish_reason[32];
    char model[200];
    long long prompt_tokens; /* -1: not told */
    long long completion_tokens;
    struct text error; /* why there is no whole answer, for people; "" for nothing */
    bool later;        /* with an error: asking the same again later can help */
};

void completion_open(struct completion *completion, void *context,
                     void (*say)(void *context, const char *text, size_t length));

/* Bytes of the reply; false when nothing more is wanted (an error came, or the end of it). */
bool completion_feed(struct completion *completion, const char *bytes, size_t length);

/* The transfer ended: held pieces are said. whole: it ended as it should, so that the rest is read, and that nothing
 * readable came is an error. */
void completion_end(struct completion *completion, bool whole);

/* "length" or "content_filter" when the end of the answer is missing for that reason, else NULL. */
const char *completion_cut_off(const struct completion *completion);

void completion_free(struct completion *completion);

#endif
