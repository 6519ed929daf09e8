/* Chat completions, OpenAI-compatible: the request, and the reader of the streamed reply. Pure: no network here.
 * Endpoints differ (OpenAI, Ollama, llama.cpp, vLLM, DeepSeek …): [DONE] may be missing, errors come as a status or in
 * mid-stream, thinking is called reasoning or reasoning_content, usage comes in a chunk of its own or not at all. */
#ifndef COAGENT_COMPLETIONS_H
#define COAGENT_COMPLETIONS_H

#include "base/json.h"
#include "base/text.h"
#include "cron/provider/sse.h"

#include <stdbool.h>

/* The body of a streaming request. parameters is a JSON object (temperature, top_p, max_tokens), messages an array
 * that stays the caller's. The caller frees the string. */
char *completions_request(const char *model, const char *parameters, struct json_object *messages);

/* Newer OpenAI models refuse max_tokens and say that it is called max_completion_tokens now: the body with the other
 * name, or NULL when the reply is not about that. The caller frees it. */
char *completions_with_new_limit(const char *body, long status, const char *reply);

/* A reply in the making. */
struct completion {
    void *context;
    void (*say)(void *context, const char *text, size_t length); /* a piece of the answer */
    struct sse sse;
    struct text plain; /* an endpoint that does not stream: its one JSON document */
    bool is_plain;
    bool begun;          /* bytes came */
    bool finished;       /* it said that it is at its end */
    struct text thought; /* kept apart from the answer, at most 16 KiB */
    char finish_reason[32];
    char model[200];
    long long prompt_tokens; /* -1: not told */
    long long completion_tokens;
    struct text error; /* what the endpoint says went wrong in mid-stream, "" for nothing */
};

void completion_open(struct completion *completion, void *context,
                     void (*say)(void *context, const char *text, size_t length));

/* Bytes of the reply; false when nothing more is wanted (an error came, or what comes is no event stream). */
bool completion_feed(struct completion *completion, const char *bytes, size_t length);

/* The transfer ended as it should: the rest is read. */
void completion_end(struct completion *completion);

void completion_free(struct completion *completion);

/* A refusal: the sentence for people, from the status and the endpoint's own words, and whether asking the same again
 * later can help. */
bool completions_refusal(long status, const char *body, size_t length, struct text *sentence);

/* How long to wait before attempt number n (1: the first repetition): 0.5 s doubled each time up to 20 s, by chance
 * between half of that and all of it; never less than Retry-After asks for. chance is from 0 to 1. -1: not worth
 * waiting, because it is the fifth repetition or Retry-After is more than a minute. */
long completions_delay_ms(int n, long retry_after_seconds, double chance);

#endif
