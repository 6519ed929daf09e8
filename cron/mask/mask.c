#include "cron/mask/mask.h"

#include "cron/mask/forms.h"

#include <stdlib.h>
#include <string.h>

struct mask {
    struct automaton *plain, *wrapped;
    size_t secret_bytes;
};

struct mask *mask_new(void)
{
    struct mask *mask = calloc(1, sizeof *mask);

    if (!mask)
        abort();
    mask->plain = automaton_new();
    mask->wrapped = automaton_new();
    return mask;
}

void mask_add(struct mask *mask, const void *bytes, size_t length)
{
    automaton_add(mask->plain, bytes, length);
}

void mask_add_wrapped(struct mask *mask, const void *bytes, size_t length)
{
    automaton_add(mask->wrapped, bytes, length);
}

bool mask_fits(const struct mask *mask)
{
    return mask->secret_bytes <= (size_t)MASK_MOST_KB * 1024;
}

void mask_add_secret(struct mask *mask, const char *secret)
{
    mask->secret_bytes += strlen(secret);
    if (mask_fits(mask))
        forms_add(mask, secret);
}

void mask_close(struct mask *mask)
{
    automaton_close(mask->plain);
    automaton_close(mask->wrapped);
}

void mask_free(struct mask *mask)
{
    if (!mask)
        return;
    automaton_free(mask->plain);
    automaton_free(mask->wrapped);
    free(mask);
}

static void list_add(struct mask_list *list, size_t item)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->items = reallocarray(list->items, list->capacity, sizeof *list->items);
        if (!list->items)
            abort();
    }
    list->items[list->count++] = item;
}

/* Spans come in the order of their ends; one swallows those before it that it touches. */
static void add_span(struct mask_list *spans, size_t from, size_t to)
{
    while (spans->count > spans->first && spans->items[spans->count - 1] >= from) {
        if (spans->items[spans->count - 2] < from)
            from = spans->items[spans->count - 2];
        spans->count -= 2;
    }
    list_add(spans, from);
    list_add(spans, to);
}

static void find_plain(struct mask_stream *stream, size_t at)
{
    const struct text *held = &stream->held;
    size_t found;

    while (at < held->length) {
        at = automaton_read(stream->mask->plain, &stream->plain, held->bytes, at, held->length, &found);
        if (found)
            add_span(&stream->plain_spans, at - found, at);
    }
}

/* The place where length bytes before end begin, line ends not counted; never before the floor. The number of line ends
 * before it is what a search finds: that many places further stands the byte. */
static size_t begin_of(const struct mask_stream *stream, size_t end, size_t length)
{
    const size_t *breaks = stream->breaks.items;
    size_t low = 0, high = stream->breaks.count, place;

    if (end - high < length)
        return stream->floor;
    place = end - high - length;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (breaks[middle] - middle <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return place + low > stream->floor ? place + low : stream->floor;
}

static void find_wrapped_in_line(struct mask_stream *stream, size_t at, size_t end)
{
    size_t found;

    while (at < end) {
        at = automaton_read(stream->mask->wrapped, &stream->wrapped, stream->held.bytes, at, end, &found);
        if (found)
            add_span(&stream->wrapped_spans, begin_of(stream, at, found), at);
    }
}

static void take_break(struct mask_stream *stream, size_t at)
{
    if (automaton_open(stream->mask->wrapped, stream->wrapped) < AUTOMATON_LEAST)
        stream->floor = at + 1;
    list_add(&stream->breaks, at);
}

/* The next line end, or length; feed is the next '\n', looked for once. */
static size_t next_break(const char *bytes, size_t at, size_t length, size_t *feed)
{
    const char *found;

    if (*feed < at) {
        found = memchr(bytes + at, '\n', length - at);
        *feed = found ? (size_t)(found - bytes) : length;
    }
    found = memchr(bytes + at, '\r', *feed - at);
    return found ? (size_t)(found - bytes) : *feed;
}

static void find_wrapped(struct mask_stream *stream, size_t at)
{
    size_t length = stream->held.length, end;
    const char *found = at < length ? memchr(stream->held.bytes + at, '\n', length - at) : NULL;
    size_t feed = found ? (size_t)(found - stream->held.bytes) : length;

    for (; at < length; at = end + 1) {
        end = next_break(stream->held.bytes, at, length, &feed);
        find_wrapped_in_line(stream, at, end);
        if (end < length)
            take_break(stream, end);
    }
}

/* How much of what is held is decided. */
static size_t decided(const struct mask_stream *stream)
{
    size_t length = stream->held.length;
    size_t plain = length - automaton_open(stream->mask->plain, stream->plain);
    size_t open = automaton_open(stream->mask->wrapped, stream->wrapped);
    size_t wrapped = open ? begin_of(stream, length, open) : length;

    return plain < wrapped ? plain : wrapped;
}

/* Shows what stands before the end; at is where that was done. */
static void show(struct mask_stream *stream, size_t at, size_t end, struct text *shown)
{
    if (at >= end)
        return;
    text_add_bytes(shown, stream->held.bytes + at, end - at);
    stream->inside = false;
}

/* The first of the spans that go on behind a place, or NULL. */
static const size_t *next_span(struct mask_list *spans, size_t at)
{
    while (spans->first < spans->count && spans->items[spans->first + 1] <= at)
        spans->first += 2;
    return spans->first < spans->count ? spans->items + spans->first : NULL;
}

static void show_until(struct mask_stream *stream, size_t end, struct text *shown)
{
    size_t at = stream->shown;

    while (at < end) {
        const size_t *span = next_span(&stream->plain_spans, at);
        const size_t *other = next_span(&stream->wrapped_spans, at);

        if (!span || (other && other[0] < span[0]))
            span = other;
        if (!span || span[0] >= end) {
            show(stream, at, end, shown);
            break;
        }
        show(stream, at, span[0], shown);
        if (!stream->inside)
            text_add(shown, MASK_SHOWN);
        stream->inside = true;
        at = span[1];
    }
    stream->shown = end;
}

/* Places before the new beginning go, others are counted from there. An item has size places, the last is its end. */
static void shift(struct mask_list *list, size_t by, size_t size)
{
    size_t kept = 0;

    for (size_t i = list->first; i < list->count; i += size) {
        if (list->items[i + size - 1] < by)
            continue;
        for (size_t j = 0; j < size; j++, kept++)
            list->items[kept] = list->items[i + j] > by ? list->items[i + j] - by : 0;
    }
    list->first = 0;
    list->count = kept;
}

/* Wipes what was shown; not each time, but when it is half of all, so that a byte is moved once or twice. */
static void forget(struct mask_stream *stream)
{
    struct text *held = &stream->held;
    size_t length = stream->shown;

    if (length < held->length - length)
        return;
    if (length < held->length)
        memmove(held->bytes, held->bytes + length, held->length - length);
    explicit_bzero(held->bytes + held->length - length, length);
    held->length -= length;
    shift(&stream->breaks, length, 1);
    shift(&stream->plain_spans, length, 2);
    shift(&stream->wrapped_spans, length, 2);
    stream->floor = stream->floor > length ? stream->floor - length : 0;
    stream->shown = 0;
}

static void find(struct mask_stream *stream, const char *bytes, size_t length)
{
    size_t from = stream->held.length;

    text_add_bytes(&stream->held, bytes, length);
    find_plain(stream, from);
    if (!automaton_is_empty(stream->mask->wrapped))
        find_wrapped(stream, from);
}

void mask_feed(struct mask_stream *stream, const char *bytes, size_t length, struct text *shown)
{
    if (automaton_is_empty(stream->mask->plain) && automaton_is_empty(stream->mask->wrapped)) {
        text_add_bytes(shown, bytes, length);
        return;
    }
    if (length == 0)
        return;
    find(stream, bytes, length);
    show_until(stream, decided(stream), shown);
    forget(stream);
}

void mask_end(struct mask_stream *stream, struct text *shown)
{
    if (stream->held.length == 0)
        return;
    show_until(stream, stream->held.length, shown);
    forget(stream);
    stream->plain = stream->wrapped = 0;
}

void mask_stream_free(struct mask_stream *stream)
{
    text_free_secret(&stream->held);
    free(stream->breaks.items);
    free(stream->plain_spans.items);
    free(stream->wrapped_spans.items);
}

void mask_text(const struct mask *mask, const char *bytes, size_t length, struct text *shown)
{
    struct mask_stream stream = {.mask = mask};

    mask_feed(&stream, bytes, length, shown);
    mask_end(&stream, shown);
    mask_stream_free(&stream);
}
