#include "cron/agent/context.h"

#include "base/repair.h"

#include <stdlib.h>
#include <string.h>

#define EXTRACT_BYTES 160
#define MESSAGE_TOKENS 4 /* what the frame of a message costs */

long context_estimate(const char *text)
{
    return (long)((strlen(text) + 3) / 4) + MESSAGE_TOKENS;
}

/* Adds to the last message when it has the same role. */
static void add_message(struct json_object *messages, const char *role, const char *content)
{
    size_t count = json_object_array_length(messages);
    struct json_object *last = count ? json_object_array_get_idx(messages, count - 1) : NULL;
    struct json_object *message;

    if (last && strcmp(json_text(last, "role"), role) == 0) {
        char *joined = text_format("%s\n\n%s", json_text(last, "content"), content);

        json_object_object_add(last, "content", json_object_new_string(joined));
        free(joined);
        return;
    }
    message = json_object_new_object();
    json_object_object_add(message, "role", json_object_new_string(role));
    json_object_object_add(message, "content", json_object_new_string(content));
    json_object_array_add(messages, message);
}

/* A message as the model reads it, cut to so many tokens. */
static void add_said(struct json_object *messages, const struct said *said, long tokens)
{
    struct text content = TEXT_EMPTY;
    size_t length = strlen(said->text);
    size_t kept = utf8_cut(said->text, length, tokens > 0 ? (size_t)tokens * 4 : 0);

    if (!said->own)
        text_add_format(&content, "%s: ", said->name);
    text_add_bytes(&content, said->text, kept);
    if (kept < length)
        text_add(&content, " […the rest of this message is omitted]");
    add_message(messages, said->own ? "assistant" : "user", text_string(&content));
    text_free(&content);
}

/* How many of the newest messages fit whole into the tokens, which are taken from. */
static size_t fitting(const struct context *context, long *tokens)
{
    size_t n = 0;

    while (n < context->count) {
        long cost = context_estimate(context->said[n].text) + context_estimate(context->said[n].name);

        if (cost > *tokens)
            break;
        *tokens -= cost;
        n++;
    }
    return n;
}

/* One line of each older message, the newest first, while the tokens last; returns how many. */
static size_t extract(const struct context *context, size_t from, long tokens, struct text *note)
{
    size_t n = from;

    while (n < context->count) {
        const struct said *said = &context->said[n];
        size_t line = strcspn(said->text, "\r\n");
        size_t kept = utf8_cut(said->text, line, EXTRACT_BYTES);

        tokens -= (long)((kept + strlen(said->name)) / 4) + 2;
        if (tokens < 0)
            break;
        text_add_format(note, "\n- %s: %.*s%s", said->name, (int)kept, said->text,
                        kept < strlen(said->text) ? " …" : "");
        n++;
    }
    return n - from;
}

/* Describes the omitted messages in the system prompt. */
static void add_note(const struct context *context, size_t shown, long tokens, struct text *system)
{
    struct text lines = TEXT_EMPTY;
    size_t told = extract(context, shown, tokens, &lines);
    size_t gone = shown + told < context->count ? (size_t)context->said[shown + told].number
                  : context->count              ? (size_t)context->said[context->count - 1].number - 1
                                                : 0;

    if (told)
        text_add_format(system, "\n\nEarlier messages of this room, newest first, beginnings only:%s",
                        text_string(&lines));
    if (gone)
        text_add_format(system, "\n\n%zu earlier messages of this room are omitted.", gone);
    text_free(&lines);
}

struct json_object *context_messages(const struct context *context)
{
    struct json_object *messages = json_object_new_array();
    struct text system = TEXT_EMPTY;
    long tokens = context->tokens - context_estimate(context->system) - context_estimate(context->kept);
    long most = tokens > 256 ? tokens * 3 / 4 : 192; /* even a very long question leaves room for some of the others */
    long cost = context->question ? context_estimate(context->question->text) : 0;
    long rest = tokens - (cost < most ? cost : most);
    long notes = rest > 0 ? rest / 8 : 0;
    long whole = rest - notes;
    size_t shown = fitting(context, &whole);

    text_add(&system, context->system);
    add_note(context, shown, notes, &system);
    add_message(messages, "system", text_string(&system));
    for (size_t i = shown; i-- > 0;)
        add_said(messages, &context->said[i], context->tokens);
    if (context->question)
        add_said(messages, context->question, most);
    if (context->kept[0]) {
        add_message(messages, "assistant", context->kept);
        add_message(
            messages, "user",
            "(Your answer was interrupted there. Continue exactly where it stopped, without repeating anything.)");
    }
    text_free(&system);
    return messages;
}
