#include "cron/provider/thinking.h"

#include <stdio.h>
#include <string.h>

#define SPACE " \t\r\n"
#define HELD_MOST 1024 /* so much white space is an answer */
#define TAG_SIZE 16

static const char *const tags[] = {"think", "thinking", "thought", "reasoning"};

/* How much of the held text is white space. */
static size_t leading(const struct thinking *thinking)
{
    return strspn(text_string(&thinking->held), SPACE);
}

static void drop(struct text *text, size_t count)
{
    struct text rest = TEXT_EMPTY;

    text_add_bytes(&rest, text_string(text) + count, text->length - count);
    text_free(text);
    *text = rest;
}

static void say_held(struct thinking *thinking)
{
    size_t skip = thinking->has_thought ? leading(thinking) : 0;

    if (thinking->held.length > skip)
        thinking->say(thinking->context, thinking->held.bytes + skip, thinking->held.length - skip);
    text_clear(&thinking->held);
}

/* At the start: true when a tag was opened. Leaves the text held while a tag may come. */
static bool open_tag(struct thinking *thinking)
{
    size_t skip = leading(thinking);
    const char *rest = text_string(&thinking->held) + skip;
    bool possible = skip == thinking->held.length && skip < HELD_MOST;

    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        char open[TAG_SIZE];
        size_t length = (size_t)snprintf(open, sizeof open, "<%s>", tags[i]);

        if (strncmp(rest, open, length) == 0) {
            thinking->tag = tags[i];
            drop(&thinking->held, skip + length);
            return true;
        }
        possible = possible || (rest[0] && strncmp(rest, open, strlen(rest)) == 0);
    }
    if (!possible) {
        thinking->saying = true;
        say_held(thinking);
    }
    return false;
}

/* How many bytes at the end may begin this word. */
static size_t begun(const struct text *text, const char *word)
{
    size_t most = strlen(word) - 1;
    size_t n = text->length < most ? text->length : most;

    while (n > 0 && memcmp(text->bytes + text->length - n, word, n) != 0)
        n--;
    return n;
}

/* In a thought: true when its tag was closed. */
static bool close_tag(struct thinking *thinking)
{
    struct text *held = &thinking->held;
    char close[TAG_SIZE];
    const char *end;
    size_t length;

    snprintf(close, sizeof close, "</%s>", thinking->tag);
    end = held->length ? memmem(held->bytes, held->length, close, strlen(close)) : NULL;
    length = end ? (size_t)(end - held->bytes) : held->length - begun(held, close);
    if (length)
        thinking->think(thinking->context, held->bytes, length);
    drop(held, length + (end ? strlen(close) : 0));
    if (!end)
        return false;
    thinking->tag = NULL;
    thinking->has_thought = true;
    return true;
}

void thinking_feed(struct thinking *thinking, const char *bytes, size_t length)
{
    bool more = true;

    if (thinking->saying) {
        thinking->say(thinking->context, bytes, length);
        return;
    }
    text_add_bytes(&thinking->held, bytes, length);
    while (more && !thinking->saying)
        more = thinking->tag ? close_tag(thinking) : open_tag(thinking);
}

void thinking_end(struct thinking *thinking)
{
    if (thinking->tag && thinking->held.length)
        thinking->think(thinking->context, thinking->held.bytes, thinking->held.length);
    else
        say_held(thinking);
    text_clear(&thinking->held);
}

void thinking_free(struct thinking *thinking)
{
    text_free(&thinking->held);
}
