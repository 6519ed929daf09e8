#include "cron/mask/automaton.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_BITS_LEAST 16
#define FILTER_BITS_MOST 22
#define FILTER_ROOM 64 /* bits a string, so that few places of the stream are looked at twice */

struct string {
    size_t length;
    char *bytes;
};

/* The states are numbered by depth, and those that follow the same one are neighbours in the order of their bytes. So
 * the followers of a state are those from first[state] to first[state + 1]. */
struct automaton {
    struct string *strings; /* until it is closed */
    size_t count, capacity;
    uint32_t states;
    unsigned char *bytes; /* the last byte of each state */
    uint32_t *first;
    uint32_t *depth;   /* once closed, of the longest end of the state that something follows on */
    uint32_t *fail;    /* the longest other state that the end of this one is */
    uint32_t *longest; /* string that ends with this state; 0: none */
    uint64_t *filter;  /* a bit for each hash of four bytes that a string begins with */
    int shift;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        abort();
    return memory;
}

struct automaton *automaton_new(void)
{
    return allocate(1, sizeof(struct automaton));
}

void automaton_add(struct automaton *automaton, const void *bytes, size_t length)
{
    struct string string = {.length = length};

    if (length < AUTOMATON_LEAST)
        return;
    if (automaton->count == automaton->capacity) {
        automaton->capacity = automaton->capacity ? automaton->capacity * 2 : 64;
        automaton->strings = reallocarray(automaton->strings, automaton->capacity, sizeof *automaton->strings);
        if (!automaton->strings)
            abort();
    }
    string.bytes = allocate(length, 1);
    memcpy(string.bytes, bytes, length);
    automaton->strings[automaton->count++] = string;
}

int automaton_is_empty(const struct automaton *automaton)
{
    return automaton->states <= 1;
}

size_t automaton_open(const struct automaton *automaton, uint32_t state)
{
    return automaton->depth[state];
}

static uint32_t word_at(const char *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static uint32_t hash(const struct automaton *automaton, uint32_t word)
{
    return word * 0x9E3779B1U >> automaton->shift;
}

static void make_filter(struct automaton *automaton)
{
    int bits = FILTER_BITS_LEAST;

    while (bits < FILTER_BITS_MOST && (size_t)1 << bits < automaton->count * FILTER_ROOM)
        bits++;
    automaton->shift = 32 - bits;
    automaton->filter = allocate(((size_t)1 << bits) / 64, sizeof *automaton->filter);
    for (size_t i = 0; i < automaton->count; i++) {
        uint32_t bit = hash(automaton, word_at(automaton->strings[i].bytes));

        automaton->filter[bit / 64] |= (uint64_t)1 << bit % 64;
    }
}

static int in_order(const void *left, const void *right)
{
    const struct string *a = left;
    const struct string *b = right;
    int order = memcmp(a->bytes, b->bytes, a->length < b->length ? a->length : b->length);

    return order ? order : a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

/* The strings that begin with a state, and those that begin with the states of one depth. */
struct range {
    size_t from, to;
};

struct level {
    struct range *ranges;
    size_t count;
};

/* Each byte of a string is a state at most, and the root. */
static void allocate_states(struct automaton *automaton)
{
    size_t most = 1;

    for (size_t i = 0; i < automaton->count; i++)
        most += automaton->strings[i].length;
    if (most >= UINT32_MAX)
        abort();
    automaton->bytes = allocate(most, 1);
    automaton->first = allocate(most + 1, sizeof *automaton->first);
    automaton->depth = allocate(most, sizeof *automaton->depth);
    automaton->fail = allocate(most, sizeof *automaton->fail);
    automaton->longest = allocate(most, sizeof *automaton->longest);
    automaton->states = 1;
}

/* The states that follow this one. Strings that are as long as it end here, and stand first. */
static void follow(struct automaton *automaton, uint32_t state, struct range range, struct level *next)
{
    uint32_t depth = automaton->depth[state];
    size_t at = range.from;

    for (; at < range.to && automaton->strings[at].length == depth; at++)
        automaton->longest[state] = depth;
    automaton->first[state] = automaton->states;
    while (at < range.to) {
        char byte = automaton->strings[at].bytes[depth];
        size_t from = at;

        while (at < range.to && automaton->strings[at].bytes[depth] == byte)
            at++;
        automaton->bytes[automaton->states] = (unsigned char)byte;
        automaton->depth[automaton->states++] = depth + 1;
        next->ranges[next->count++] = (struct range){from, at};
    }
}

static void make_states(struct automaton *automaton)
{
    struct level level = {allocate(automaton->count + 1, sizeof(struct range)), 1};
    struct level next = {allocate(automaton->count + 1, sizeof(struct range)), 0};
    uint32_t state = 0;

    level.ranges[0] = (struct range){0, automaton->count};
    while (level.count) {
        struct level done = level;

        next.count = 0;
        for (size_t i = 0; i < level.count; i++)
            follow(automaton, state++, level.ranges[i], &next);
        level = next;
        next = done;
    }
    automaton->first[state] = automaton->states;
    free(level.ranges);
    free(next.ranges);
}

/* The state that follows with this byte, or 0. */
static uint32_t follower(const struct automaton *automaton, uint32_t state, unsigned char byte)
{
    uint32_t first = automaton->first[state];
    uint32_t count = automaton->first[state + 1] - first;
    const unsigned char *found;

    if (count == 0)
        return 0;
    if (count == 1)
        return automaton->bytes[first] == byte ? first : 0;
    found = memchr(automaton->bytes + first, byte, count);
    return found ? (uint32_t)(found - automaton->bytes) : 0;
}

static uint32_t step(const struct automaton *automaton, uint32_t state, unsigned char byte)
{
    uint32_t next;

    while (!(next = follower(automaton, state, byte)) && state)
        state = automaton->fail[state];
    return next;
}

/* In the order of the numbers: what a state falls back to is less deep, and ready. */
static void make_fails(struct automaton *automaton)
{
    for (uint32_t state = 0; state < automaton->states; state++) {
        for (uint32_t next = automaton->first[state]; next < automaton->first[state + 1]; next++) {
            uint32_t fail = state ? step(automaton, automaton->fail[state], automaton->bytes[next]) : 0;

            automaton->fail[next] = fail;
            if (automaton->first[next] == automaton->first[next + 1])
                automaton->depth[next] = automaton->depth[fail];
            if (!automaton->longest[next])
                automaton->longest[next] = automaton->longest[fail];
        }
    }
}

static void free_strings(struct automaton *automaton)
{
    for (size_t i = 0; i < automaton->count; i++) {
        explicit_bzero(automaton->strings[i].bytes, automaton->strings[i].length);
        free(automaton->strings[i].bytes);
    }
    free(automaton->strings);
    automaton->strings = NULL;
    automaton->count = automaton->capacity = 0;
}

void automaton_close(struct automaton *automaton)
{
    if (automaton->count)
        qsort(automaton->strings, automaton->count, sizeof *automaton->strings, in_order);
    make_filter(automaton);
    allocate_states(automaton);
    make_states(automaton);
    make_fails(automaton);
    free_strings(automaton);
}

void automaton_free(struct automaton *automaton)
{
    if (!automaton)
        return;
    free_strings(automaton);
    if (automaton->bytes)
        explicit_bzero(automaton->bytes, automaton->states);
    free(automaton->bytes);
    free(automaton->first);
    free(automaton->depth);
    free(automaton->fail);
    free(automaton->longest);
    free(automaton->filter);
    free(automaton);
}

/* The next place where a string may begin; or one so close to the end that it cannot be known. This is where the time
 * goes. */
static size_t next_suspect(const struct automaton *automaton, const char *bytes, size_t at, size_t length)
{
    for (; at + AUTOMATON_LEAST <= length; at++) {
        uint32_t bit = hash(automaton, word_at(bytes + at));

        if (automaton->filter[bit / 64] >> bit % 64 & 1)
            break;
    }
    return at;
}

size_t automaton_read(const struct automaton *automaton, uint32_t *state, const char *bytes, size_t at, size_t length,
                      size_t *found)
{
    uint32_t now = *state;

    *found = 0;
    while (at < length) {
        if (now == 0 && (at = next_suspect(automaton, bytes, at, length)) >= length)
            break;
        now = step(automaton, now, (unsigned char)bytes[at++]);
        if (automaton->longest[now]) {
            *found = automaton->longest[now];
            break;
        }
    }
    *state = now;
    return at;
}
