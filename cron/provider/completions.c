#include "cron/provider/completions.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THOUGHT_MOST ((size_t)16 * 1024)
#define PLAIN_MOST ((size_t)4 * 1024 * 1024)

char *completions_request(const char *model, const char *parameters, struct json_object *messages)
{
    struct json_object *request = json_object_new_object();
    struct json_object *options = json_object_new_object();
    struct json_object *given = NULL;
    const char *why;
    char *body;

    json_object_object_add(request, "model", json_object_new_string(model));
    json_object_object_add(request, "messages", json_object_get(messages));
    json_object_object_add(request, "stream", json_object_new_boolean(true));
    json_object_object_add(options, "include_usage", json_object_new_boolean(true));
    json_object_object_add(request, "stream_options", options);
    if (json_parse(parameters, strlen(parameters), &given, &why) == OUTCOME_OK) {
        json_object_object_foreach(given, key, value) json_object_object_add(request, key, json_object_get(value));
        json_object_put(given);
    }
    body = text_format("%s", json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    json_object_put(request);
    return body;
}

char *completions_with_new_limit(const char *body, long status, const char *reply)
{
    struct json_object *request =
        status == 400 && strstr(reply, "max_completion_tokens") ? json_tokener_parse(body) : NULL;
    struct json_object *limit = json_member(request, "max_tokens");
    char *renamed = NULL;

    if (limit) {
        json_object_object_add(request, "max_completion_tokens", json_object_get(limit));
        json_object_object_del(request, "max_tokens");
        renamed = text_format("%s", json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    }
    json_object_put(request);
    return renamed;
}

void completion_open(struct completion *completion, void *context,
                     void (*say)(void *context, const char *text, size_t length))
{
    memset(completion, 0, sizeof *completion);
    completion->context = context;
    completion->say = say;
    completion->prompt_tokens = -1;
    completion->completion_tokens = -1;
}

/* {"error": {"message"}}, {"error": "…"} or {"message"}; "" when there is none. */
static const char *error_message(struct json_object *document)
{
    struct json_object *error = json_member(document, "error");
    const char *message = json_text(document, "error");

    if (!message && error)
        message = json_text(error, "message");
    if (!message)
        message = json_text(document, "message");
    return message ? message : "";
}

static void take_usage(struct completion *completion, struct json_object *document)
{
    struct json_object *usage = json_member(document, "usage");

    if (!usage || !json_object_is_type(usage, json_type_object))
        return;
    completion->prompt_tokens = json_long(usage, "prompt_tokens", completion->prompt_tokens);
    completion->completion_tokens = json_long(usage, "completion_tokens", completion->completion_tokens);
}

static void take_thought(struct completion *completion, struct json_object *delta)
{
    const char *thought = json_text(delta, "reasoning_content");

    if (!thought)
        thought = json_text(delta, "reasoning");
    if (thought && completion->thought.length + strlen(thought) <= THOUGHT_MOST)
        text_add(&completion->thought, thought);
}

/* A delta of a stream, or the message of a whole reply. */
static void take_message(struct completion *completion, struct json_object *message)
{
    struct json_object *content = json_member(message, "content");

    take_thought(completion, message);
    if (content && json_object_is_type(content, json_type_string) && json_object_get_string_len(content) > 0)
        completion->say(completion->context, json_object_get_string(content),
                        (size_t)json_object_get_string_len(content));
}

static bool take_document(struct completion *completion, struct json_object *document, const char *part)
{
    struct json_object *choices = json_member(document, "choices");
    struct json_object *choice =
        choices && json_object_is_type(choices, json_type_array) ? json_object_array_get_idx(choices, 0) : NULL;
    const char *model = json_text(document, "model");
    const char *reason;

    if (json_member(document, "error")) {
        text_clear(&completion->error);
        text_add(&completion->error, error_message(document)[0] ? error_message(document) : "no reason given");
        return false;
    }
    if (model)
        snprintf(completion->model, sizeof completion->model, "%s", model);
    take_usage(completion, document);
    if (!choice)
        return true;
    if (json_member(choice, part))
        take_message(completion, json_member(choice, part));
    reason = json_text(choice, "finish_reason");
    if (reason && reason[0]) {
        snprintf(completion->finish_reason, sizeof completion->finish_reason, "%s", reason);
        completion->finished = true;
    }
    return true;
}

/* json-c's own parser, not json_parse: what an endpoint sends need not be strict, only readable. */
static bool take_json(struct completion *completion, const char *bytes, const char *part)
{
    struct json_object *document = json_tokener_parse(bytes);
    bool more;

    if (!document || !json_object_is_type(document, json_type_object)) {
        json_object_put(document);
        text_add(&completion->error, "the response is not JSON");
        return false;
    }
    more = take_document(completion, document, part);
    json_object_put(document);
    return more;
}

static bool take_event(void *context, const char *data, size_t length)
{
    struct completion *completion = context;

    if (length == 0)
        return true;
    if (strcmp(data, "[DONE]") == 0) {
        completion->finished = true;
        return true;
    }
    return take_json(completion, data, "delta");
}

bool completion_feed(struct completion *completion, const char *bytes, size_t length)
{
    if (!completion->begun && length > 0) {
        completion->begun = true;
        completion->is_plain = bytes[0] == '{';
    }
    if (!completion->is_plain)
        return sse_feed(&completion->sse, bytes, length, take_event, completion);
    text_add_bytes(&completion->plain, bytes, length);
    return completion->plain.length <= PLAIN_MOST;
}

void completion_end(struct completion *completion)
{
    if (!completion->is_plain)
        sse_end(&completion->sse, take_event, completion);
    else if (take_json(completion, text_string(&completion->plain), "message"))
        completion->finished = true;
}

void completion_free(struct completion *completion)
{
    sse_free(&completion->sse);
    text_free(&completion->plain);
    text_free(&completion->thought);
    text_free(&completion->error);
}

static bool code_is(struct json_object *document, const char *code)
{
    struct json_object *error = json_member(document, "error");
    const char *given = error ? json_text(error, "code") : NULL;
    const char *type = error ? json_text(error, "type") : NULL;

    return (given && strcmp(given, code) == 0) || (type && strcmp(type, code) == 0);
}

/* The meaning of the status, and whether a retry can succeed. */
static const char *meaning(long status, struct json_object *document, bool *later)
{
    *later = false;
    if (code_is(document, "insufficient_quota") || code_is(document, "billing_hard_limit_reached") || status == 402)
        return "The account at the model endpoint has no quota left";
    if (code_is(document, "exceed_context_size_error") || code_is(document, "context_length_exceeded"))
        return "The conversation is too long for the model. Reduce the agent's context";
    if (status == 401 || status == 403)
        return "The model endpoint rejected the key";
    if (status == 404)
        return "The model endpoint does not recognise this address or model";
    *later = status == 408 || status == 425 || status == 429 || status >= 500;
    if (status == 429)
        return "The model endpoint received too many requests";
    if (status >= 500)
        return "The model endpoint failed";
    return "The model endpoint rejected the request";
}

/* The JSON of an endpoint, or NULL: it can be lenient JSON and need not end with a NUL. */
static struct json_object *read_document(const char *body, size_t length)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *document =
        length && length < INT_MAX ? json_tokener_parse_ex(tokener, body, (int)length) : NULL;

    json_tokener_free(tokener);
    return document;
}

bool completions_refusal(long status, const char *body, size_t length, struct text *sentence)
{
    struct json_object *document = read_document(body, length);
    bool later;

    text_add_format(sentence, "%s (status %ld).", meaning(status, document, &later), status);
    if (document && error_message(document)[0])
        text_add_format(sentence, " Its message: %.500s", error_message(document));
    json_object_put(document);
    return later;
}

long completions_delay_ms(int n, long retry_after_seconds, double chance)
{
    long wait = 500;

    if (n >= 5 || retry_after_seconds > 60)
        return -1;
    for (int i = 1; i < n && wait < 20000; i++)
        wait *= 2;
    wait = (long)((double)(wait < 20000 ? wait : 20000) * (0.5 + chance / 2));
    return wait > retry_after_seconds * 1000 ? wait : retry_after_seconds * 1000;
}
