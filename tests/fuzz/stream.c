#include "targets.h"

#include "base/json.h"
#include "cron/provider/completions.h"
#include "cron/provider/refusal.h"

#include <stdlib.h>
#include <string.h>

static void keep(void *context, const char *bytes, size_t length)
{
    text_add_bytes(context, bytes, length);
}

static void read_in_pieces(struct completion *completion, struct text *said, const char *bytes, size_t length,
                           size_t piece)
{
    bool wanted = true;
    completion_open(completion, said, keep);
    for (size_t at = 0; at < length && wanted; at += piece)
        wanted = completion_feed(completion, bytes + at, at + piece <= length ? piece : length - at);
    completion_end(completion, true);
}

static bool same(const struct text *a, const struct text *b)
{
    return a->length == b->length && memcmp(text_string(a), text_string(b), a->length) == 0;
}

/* What goes to the room and to PostgreSQL. */
static bool is_text(const struct text *text)
{
    return utf8_is_valid(text_string(text), text->length);
}

void fuzz_stream(const char *bytes, size_t length)
{
    struct completion whole, pieces;
    struct text said[2] = {TEXT_EMPTY, TEXT_EMPTY};
    struct text sentence = TEXT_EMPTY;
    if (length == 0)
        return;
    read_in_pieces(&whole, &said[0], bytes + 1, length - 1, length);
    read_in_pieces(&pieces, &said[1], bytes + 1, length - 1, 1 + (unsigned char)bytes[0]);
    if (!same(&said[0], &said[1]) || !same(&whole.thought, &pieces.thought) || !same(&whole.error, &pieces.error) ||
        strcmp(whole.finish_reason, pieces.finish_reason) != 0 || strcmp(whole.model, pieces.model) != 0 ||
        whole.later != pieces.later || whole.finished != pieces.finished || whole.done != pieces.done ||
        whole.prompt_tokens != pieces.prompt_tokens || whole.completion_tokens != pieces.completion_tokens)
        abort();
    refusal_explain(400 + (unsigned char)bytes[0], bytes + 1, length - 1, &sentence);
    if (!is_text(&said[0]) || !is_text(&whole.thought) || !is_text(&whole.error) || !is_text(&sentence))
        abort();
    completion_free(&whole);
    completion_free(&pieces);
    text_free(&said[0]);
    text_free(&said[1]);
    text_free(&sentence);
}
