#include "targets.h"

#include "base/json.h"
#include "base/repair.h"
#include "cron/mask/mask.h"

#include <stdlib.h>
#include <string.h>

/* The first line is a secret, the second another in all its forms. Points behind them. */
static const char *read_secrets(struct mask *mask, char *text)
{
    char *first = text;
    char *second = first + strcspn(first, "\n");

    if (*second)
        *second++ = '\0';
    char *rest = second + strcspn(second, "\n");
    if (*rest)
        *rest++ = '\0';
    mask_add(mask, first, strlen(first));
    mask_add_secret(mask, second);
    mask_close(mask);
    return rest;
}

static void mask_in_pieces(const struct mask *mask, const char *bytes, size_t length, size_t piece, struct text *shown)
{
    struct mask_stream stream = {mask};

    for (size_t at = 0; at < length; at += piece)
        mask_feed(&stream, bytes + at, at + piece <= length ? piece : length - at, shown);
    mask_end(&stream, shown);
    mask_stream_free(&stream);
}

void fuzz_mask(const char *bytes, size_t length)
{
    struct text whole = TEXT_EMPTY, pieces = TEXT_EMPTY, readable = TEXT_EMPTY;
    struct mask *mask = mask_new();
    if (length > 0) {
        char *text = calloc(1, length + 1);
        memcpy(text, bytes + 1, length - 1);
        const char *output = read_secrets(mask, text);
        size_t rest = length - 1 - (size_t)(output - text);
        mask_text(mask, output, rest, &whole);
        mask_in_pieces(mask, output, rest, 1 + (unsigned char)bytes[0] % 16, &pieces);
        if (whole.length != pieces.length || memcmp(text_string(&whole), text_string(&pieces), whole.length) != 0)
            abort();
        const char *secret = strlen(text) >= MASK_LEAST ? text : NULL;
        if (secret && strstr(MASK_SHOWN, secret) == NULL && !strstr(secret, "\xe2\x80\xa2") &&
            memmem(text_string(&whole), whole.length, secret, strlen(secret)))
            abort();
        if (!memmem(text_string(&whole), whole.length, MASK_SHOWN, strlen(MASK_SHOWN)) &&
            (whole.length != rest || memcmp(text_string(&whole), output, rest) != 0))
            abort();
        text_add_shown(&readable, text_string(&whole), whole.length);
        if (!utf8_is_valid(text_string(&readable), readable.length) ||
            utf8_unfinished(text_string(&whole), whole.length) > 3)
            abort();
        free(text);
    }
    text_free(&whole);
    text_free(&pieces);
    text_free(&readable);
    mask_free(mask);
}
