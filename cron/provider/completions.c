#include "cron/provider/completions.h"

#include "base/repair.h"
#include "cron/provider/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THOUGHT_MOST ((size_t)16 * 1024)
#define PLAIN_MOST ((size_t)4 * 1024 * 1024)
#define HEAD_MOST ((size_t)2 * 1024)
#define MARK "\xEF\xBB\xBF" /* a byte order mark */
#define SPACE " \t\r\n"

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

char *completions_with_new_limit(const char *body, const char *refusal)
{
    struct json_object *request = strstr(refusal, "max_completion_tokens") ? json_tokener_parse(body) : NULL;
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

static void take_said(void *context, const char *text, size_t length)
{
    struct completion *completion = context;

    completion->progress++;
    completion->say(completion->context, text, length);
}

static void take_thought(void *context, const char *text, size_t length)
{
    struct completion *completion = context;
    size_t room = THOUGHT_MOST - completion->thought.length;

    completion->progress++;
    text_add_bytes(&completion->thought, text, utf8_cut(text, length, room));
}

void completion_open(struct completion *completion, void *context,
                     void (*say)(void *context, const char *text, size_t length))
{
    memset(completion, 0, sizeof *completion);
    completion->context = context;
    completion->say = say;
    completion->thinking.context = completion;
    completion->thinking.say = take_said;
    completion->thinking.think = take_thought;
    completion->prompt_tokens = -1;
    completion->completion_tokens = -1;
}

/* The first error counts. */
static bool fail(struct completion *completion, const char *bytes, size_t length)
{
    if (!completion->error.length)
        completion->later = refusal_explain(0, bytes, length, &completion->error);
    return false;
}

static bool fail_with(struct completion *completion, const char *sentence, bool later)
{
    if (!completion->error.length) {
        text_add(&completion->error, sentence);
        completion->later = later;
    }
    return false;
}

static bool fail_document(struct completion *completion, struct json_object *document)
{
    const char *bytes = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN);

    return fail(completion, bytes, strlen(bytes));
}

static void take_usage(struct completion *completion, struct json_object *document)
{
    struct json_object *usage = json_member(document, "usage");

    if (!usage || !json_object_is_type(usage, json_type_object))
        return;
    completion->prompt_tokens = json_long(usage, "prompt_tokens", completion->prompt_tokens);
    completion->completion_tokens = json_long(usage, "completion_tokens", completion->completion_tokens);
}

static void say_text(struct completion *completion, struct json_object *string)
{
    struct text whole = TEXT_EMPTY;

    if (!json_object_is_type(string, json_type_string))
        return;
    fragments_join(&completion->said, json_object_get_string(string), (size_t)json_object_get_string_len(string),
                   &whole);
    if (whole.length)
        thinking_feed(&completion->thinking, whole.bytes, whole.length);
    text_free(&whole);
}

/* A text, or the texts of a list of parts (Mistral). */
static void think_text(struct completion *completion, struct json_object *thought)
{
    struct text whole = TEXT_EMPTY;

    if (json_object_is_type(thought, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(thought); i++)
            think_text(completion, json_member(json_object_array_get_idx(thought, i), "text"));
        return;
    }
    if (!json_object_is_type(thought, json_type_string))
        return;
    fragments_join(&completion->reasoned, json_object_get_string(thought), (size_t)json_object_get_string_len(thought),
                   &whole);
    if (whole.length)
        take_thought(completion, whole.bytes, whole.length);
    text_free(&whole);
}

/* Parts are {"type": "text", "text"}, {"type": "refusal", "refusal"} and {"type": "thinking", "thinking"}. */
static void take_content(struct completion *completion, struct json_object *content)
{
    if (!json_object_is_type(content, json_type_array)) {
        say_text(completion, content);
        return;
    }
    for (size_t i = 0; i < json_object_array_length(content); i++) {
        struct json_object *part = json_object_array_get_idx(content, i);

        think_text(completion, json_member(part, "thinking"));
        say_text(completion, json_object_is_type(part, json_type_string) ? part : json_member(part, "text"));
        say_text(completion, json_member(part, "refusal"));
    }
}

/* A delta of a stream, or the message of a whole reply. A refusal is what the model says, too. */
static void take_message(struct completion *completion, struct json_object *message)
{
    struct json_object *thought = json_member(message, "reasoning_content");

    think_text(completion, thought ? thought : json_member(message, "reasoning"));
    take_content(completion, json_member(message, "content"));
    say_text(completion, json_member(message, "refusal"));
    if (json_member(message, "tool_calls"))
        completion->progress++;
}

/* What the names of an end mean, for all kinds of endpoints; other names are those of a whole answer. */
static const struct {
    const char *name;
    const char *cut_off; /* NULL: the answer failed */
} ends[] = {
    {"length", "length"},
    {"max_tokens", "length"},
    {"model_length", "length"},
    {"content_filter", "content_filter"},
    {"safety", "content_filter"},
    {"sensitive", "content_filter"},
    {"recitation", "content_filter"},
    {"prohibited_content", "content_filter"},
    {"error", NULL},
    {"network_error", NULL},
    {"abort", NULL},
    {"insufficient_system_resource", NULL},
};

#define ENDS (sizeof ends / sizeof *ends)

static size_t end_of(const struct completion *completion)
{
    size_t i = 0;

    while (i < ENDS && strcasecmp(completion->finish_reason, ends[i].name) != 0)
        i++;
    return i;
}

const char *completion_cut_off(const struct completion *completion)
{
    size_t end = end_of(completion);

    return end < ENDS ? ends[end].cut_off : NULL;
}

static bool take_end(struct completion *completion, const char *reason)
{
    size_t end;

    snprintf(completion->finish_reason, sizeof completion->finish_reason, "%s", reason);
    completion->finished = true;
    completion->progress++;
    end = end_of(completion);
    if (end == ENDS || ends[end].cut_off)
        return true;
    return fail_with(completion, "The model endpoint ended the answer with an error.", true);
}

/* Whether this value of "error" is one: some send null, false, "" or {} with every chunk. */
static bool is_error(struct json_object *error)
{
    if (json_object_is_type(error, json_type_string))
        return json_object_get_string_len(error) > 0;
    if (json_object_is_type(error, json_type_object))
        return json_object_object_length(error) > 0;
    return error && !(json_object_is_type(error, json_type_boolean) && !json_object_get_boolean(error));
}

/* {"error"}, {"object": "error"}, {"type": "error"}, or a reason where an answer should be. */
static bool is_failure(struct json_object *document)
{
    const char *object = json_text(document, "object");
    const char *type = json_text(document, "type");

    return is_error(json_member(document, "error")) || (object && strcmp(object, "error") == 0) ||
           (type && strcmp(type, "error") == 0) ||
           (!json_member(document, "choices") &&
            (json_text(document, "message") || json_member(document, "detail") || json_member(document, "errors")));
}

static bool take_choice(struct completion *completion, struct json_object *choice)
{
    struct json_object *message = json_member(choice, "delta");
    const char *reason = json_text(choice, "finish_reason");

    take_message(completion, message ? message : json_member(choice, "message"));
    if (is_error(json_member(choice, "error")))
        return fail_document(completion, choice);
    return !reason || !reason[0] || take_end(completion, reason);
}

static bool take_document(struct completion *completion, struct json_object *document)
{
    struct json_object *choices = json_member(document, "choices");
    struct json_object *choice =
        json_object_is_type(choices, json_type_array) ? json_object_array_get_idx(choices, 0) : NULL;
    const char *model = json_text(document, "model");
    bool failed = is_failure(document);

    if (model)
        snprintf(completion->model, sizeof completion->model, "%s", model);
    take_usage(completion, document);
    if (failed) { /* the reason is better than what finish_reason has to say, but the text before it counts */
        take_message(completion, json_member(choice, "delta"));
        return fail_document(completion, document);
    }
    return take_choice(completion, choice);
}

/* json-c's own parser, not json_parse: what an endpoint sends need not be strict, only readable. */
static struct json_object *read_json(const char *bytes, size_t length)
{
    struct text kept = TEXT_EMPTY;
    struct json_object *document;

    fragments_keep_halves(bytes, length, &kept);
    document = json_tokener_parse(text_string(&kept));
    text_free(&kept);
    return document;
}

static bool take_json(struct completion *completion, const char *bytes, size_t length)
{
    struct json_object *document = read_json(bytes, length);
    bool more;

    if (json_object_is_type(document, json_type_object))
        more = take_document(completion, document);
    else if (json_object_is_type(document, json_type_array))
        more = fail_document(completion, document);
    else
        more = fail_with(completion, "The model endpoint's response is not JSON.", true);
    json_object_put(document);
    return more;
}

/* Whether the data is this word with white space around it. */
static bool is_word(const char *data, const char *word)
{
    size_t length = strlen(word);

    data += strspn(data, SPACE);
    return strncmp(data, word, length) == 0 && data[length + strspn(data + length, SPACE)] == '\0';
}

static bool take_event(void *context, const char *event, const char *data, size_t length)
{
    struct completion *completion = context;

    completion->has_events = true;
    if (strcmp(event, "error") == 0)
        return fail(completion, data, length);
    if (is_word(data, ""))
        return true;
    if (is_word(data, "[DONE]")) {
        completion->finished = completion->done = true;
        return false;
    }
    return take_json(completion, data, length);
}

/* Behind white space and a byte order mark, of which a part may be there. */
static const char *first_byte(const char *bytes)
{
    size_t length = strlen(bytes);

    if (strncmp(bytes, MARK, length < 3 ? length : 3) == 0)
        bytes += length < 3 ? length : 3;
    return bytes + strspn(bytes, SPACE);
}

static void look_at(struct completion *completion, const char *bytes, size_t length)
{
    size_t room = HEAD_MOST - completion->head.length;
    const char *first;

    text_add_bytes(&completion->head, bytes, length < room ? length : room);
    if (completion->form != REPLY_UNKNOWN)
        return;
    first = first_byte(text_string(&completion->head));
    if (*first == '{' || *first == '[')
        completion->form = REPLY_PLAIN;
    else if (*first || completion->head.length == HEAD_MOST)
        completion->form = REPLY_STREAM;
}

bool completion_feed(struct completion *completion, const char *bytes, size_t length)
{
    look_at(completion, bytes, length);
    if (completion->form != REPLY_PLAIN)
        return sse_feed(&completion->sse, bytes, length, take_event, completion);
    text_add_bytes(&completion->plain, bytes, length);
    return completion->plain.length <= PLAIN_MOST;
}

/* A reply with status 200 in which nothing could be read: an empty one, comments only, a page of a proxy, a sentence.
 */
static void explain_nothing(struct completion *completion)
{
    struct text reason = TEXT_EMPTY;

    if (text_string(&completion->head)[0] != ':')
        refusal_reason(text_string(&completion->head), completion->head.length, &reason);
    if (!reason.length) {
        fail_with(completion, "The model endpoint sent an empty reply.", true);
    } else {
        text_add_format(&completion->error,
                        "The model endpoint sent something else than an answer. Check its base URL. Its message: %s",
                        reason.bytes);
        completion->later = false;
    }
    text_free(&reason);
}

static void end_transfer(struct completion *completion)
{
    if (completion->form == REPLY_PLAIN) {
        const char *first = first_byte(text_string(&completion->plain));

        if (take_json(completion, first, strlen(first)))
            completion->finished = true;
    } else if (!completion->done) {
        sse_end(&completion->sse, take_event, completion);
        if (!completion->has_events)
            explain_nothing(completion);
    }
}

void completion_end(struct completion *completion, bool whole)
{
    struct text rest = TEXT_EMPTY;

    if (whole)
        end_transfer(completion);
    fragments_end(&completion->said, &rest);
    if (rest.length)
        thinking_feed(&completion->thinking, rest.bytes, rest.length);
    text_clear(&rest);
    fragments_end(&completion->reasoned, &rest);
    if (rest.length)
        take_thought(completion, rest.bytes, rest.length);
    thinking_end(&completion->thinking);
    text_free(&rest);
}

void completion_free(struct completion *completion)
{
    sse_free(&completion->sse);
    thinking_free(&completion->thinking);
    text_free(&completion->plain);
    text_free(&completion->head);
    text_free(&completion->thought);
    text_free(&completion->error);
}
