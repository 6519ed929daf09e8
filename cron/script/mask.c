#include "cron/script/mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_BITS_LEAST 16
#define FILTER_BITS_MOST 22
#define FILTER_ROOM 64 /* bits a form, so that few places of the output are looked at twice */

struct form {
    uint32_t word; /* its first four bytes */
    size_t length;
    char *bytes;
};

struct mask {
    struct form *forms; /* sorted by word once closed */
    size_t count, capacity;
    bool starts[256]; /* by the first byte */
    uint64_t *filter; /* a bit for each hash of a word that a form begins with */
    int shift;
};

static uint32_t word_at(const char *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static uint32_t hash(const struct mask *mask, uint32_t word)
{
    return word * 0x9E3779B1U >> mask->shift;
}

struct mask *mask_new(void)
{
    struct mask *mask = calloc(1, sizeof *mask);

    if (!mask)
        abort();
    return mask;
}

void mask_add(struct mask *mask, const void *bytes, size_t length)
{
    struct form form = {.length = length};

    if (length < MASK_LEAST)
        return;
    if (mask->count == mask->capacity) {
        mask->capacity = mask->capacity ? mask->capacity * 2 : 32;
        mask->forms = reallocarray(mask->forms, mask->capacity, sizeof *mask->forms);
    }
    form.bytes = malloc(length);
    if (!mask->forms || !form.bytes)
        abort();
    memcpy(form.bytes, bytes, length);
    form.word = word_at(form.bytes);
    mask->forms[mask->count++] = form;
}

static int by_word(const void *left, const void *right)
{
    const struct form *a = left;
    const struct form *b = right;

    return a->word == b->word ? 0 : a->word < b->word ? -1 : 1;
}

void mask_close(struct mask *mask)
{
    int bits = FILTER_BITS_LEAST;

    while (bits < FILTER_BITS_MOST && (size_t)1 << bits < mask->count * FILTER_ROOM)
        bits++;
    mask->shift = 32 - bits;
    mask->filter = calloc(((size_t)1 << bits) / 64, sizeof *mask->filter);
    if (!mask->filter)
        abort();
    for (size_t i = 0; i < mask->count; i++) {
        uint32_t bit = hash(mask, mask->forms[i].word);

        mask->filter[bit / 64] |= (uint64_t)1 << bit % 64;
        mask->starts[(unsigned char)mask->forms[i].bytes[0]] = true;
    }
    if (mask->count)
        qsort(mask->forms, mask->count, sizeof *mask->forms, by_word);
}

void mask_free(struct mask *mask)
{
    if (!mask)
        return;
    for (size_t i = 0; i < mask->count; i++) {
        explicit_bzero(mask->forms[i].bytes, mask->forms[i].length);
        free(mask->forms[i].bytes);
    }
    free(mask->forms);
    free(mask->filter);
    free(mask);
}

/* The next place where a form may begin, or length. This is where the time goes. */
static size_t next_suspect(const struct mask *mask, const char *bytes, size_t at, size_t length)
{
    for (; at + MASK_LEAST <= length; at++) {
        uint32_t bit = hash(mask, word_at(bytes + at));

        if (mask->filter[bit / 64] >> bit % 64 & 1)
            return at;
    }
    while (at < length && !mask->starts[(unsigned char)bytes[at]])
        at++;
    return at;
}

/* Whether so few bytes that they have no word are how a form begins. */
static bool could_begin(const struct mask *mask, const char *bytes, size_t left)
{
    for (size_t i = 0; i < mask->count; i++)
        if (memcmp(mask->forms[i].bytes, bytes, left) == 0)
            return true;
    return false;
}

static size_t first_of_word(const struct mask *mask, uint32_t word)
{
    size_t low = 0;
    size_t high = mask->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (mask->forms[middle].word < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The length of the longest form that begins here, or 0. open: what is left may be how a longer one begins. */
static size_t longest_at(const struct mask *mask, const char *bytes, size_t left, bool *open)
{
    size_t longest = 0;

    if (left < MASK_LEAST) {
        *open = could_begin(mask, bytes, left);
        return 0;
    }
    *open = false;
    for (size_t i = first_of_word(mask, word_at(bytes)); i < mask->count; i++) {
        const struct form *form = &mask->forms[i];

        if (form->word != word_at(bytes))
            break;
        if (form->length > left)
            *open = *open || memcmp(form->bytes, bytes, left) == 0;
        else if (form->length > longest && memcmp(form->bytes, bytes, form->length) == 0)
            longest = form->length;
    }
    return longest;
}

static void show(struct mask_stream *stream, const char *bytes, size_t length, struct text *shown)
{
    if (length == 0)
        return;
    text_add_bytes(shown, bytes, length);
    stream->inside = false;
}

static void hide(struct mask_stream *stream, struct text *shown)
{
    if (!stream->inside)
        text_add(shown, MASK_SHOWN);
    stream->inside = true;
}

/* Shows what is decided and answers how much that is. What an occurrence covers beyond it is noted for the next time.
 */
static size_t scan(struct mask_stream *stream, const char *bytes, size_t length, bool last, struct text *shown)
{
    size_t covered = stream->covered; /* all before it is shown or hidden */
    size_t at = next_suspect(stream->mask, bytes, 0, length);

    while (at < length) {
        bool open;
        size_t found = longest_at(stream->mask, bytes + at, length - at, &open);

        if (open && !last)
            break;
        if (at + found > covered && found) {
            if (at > covered)
                show(stream, bytes + covered, at - covered, shown);
            hide(stream, shown);
            covered = at + found;
        }
        at = next_suspect(stream->mask, bytes, at + 1, length);
    }
    if (covered < at)
        show(stream, bytes + covered, at - covered, shown);
    stream->covered = covered > at ? covered - at : 0;
    return at;
}

static void keep(struct text *held, const char *bytes, size_t length)
{
    memmove(held->bytes, bytes, length);
    explicit_bzero(held->bytes + length, held->length - length);
    held->length = length;
}

void mask_feed(struct mask_stream *stream, const char *bytes, size_t length, struct text *shown)
{
    if (stream->mask->count == 0) {
        text_add_bytes(shown, bytes, length);
    } else if (stream->held.length == 0) {
        size_t decided = scan(stream, bytes, length, false, shown);

        text_add_bytes(&stream->held, bytes + decided, length - decided);
    } else {
        text_add_bytes(&stream->held, bytes, length);
        size_t decided = scan(stream, stream->held.bytes, stream->held.length, false, shown);

        keep(&stream->held, stream->held.bytes + decided, stream->held.length - decided);
    }
}

void mask_end(struct mask_stream *stream, struct text *shown)
{
    if (stream->held.length == 0)
        return;
    scan(stream, stream->held.bytes, stream->held.length, true, shown);
    keep(&stream->held, stream->held.bytes, 0);
}

void mask_stream_free(struct mask_stream *stream)
{
    text_free_secret(&stream->held);
}

void mask_text(const struct mask *mask, const char *bytes, size_t length, struct text *shown)
{
    struct mask_stream stream = {.mask = mask};

    if (mask->count == 0)
        text_add_bytes(shown, bytes, length);
    else
        scan(&stream, bytes, length, true, shown);
}
