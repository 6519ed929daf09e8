#include "pattern/set.h"

#include "base/characters.h"

#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const struct range digits[] = {{'0', '9'}};
static const struct range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range spaces[] = {{'\t', '\r'},     {' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680},
                                      {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
                                      {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct range breaks[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

/* Ranges in their order, so that what is between them is the opposite. */
struct escape {
    const struct range *ranges;
    int count;
    char letter;
    bool opposite;
};

static const struct escape escapes[] = {
    {digits, COUNT(digits), 'd', false}, {digits, COUNT(digits), 'D', true},  {word, COUNT(word), 'w', false},
    {word, COUNT(word), 'W', true},      {spaces, COUNT(spaces), 's', false}, {spaces, COUNT(spaces), 'S', true},
    {breaks, COUNT(breaks), '.', true},
};

static struct set *last_set(struct pattern *pattern)
{
    return &pattern->sets[pattern->set_count - 1];
}

int set_begin(struct pattern *pattern)
{
    if (pattern->set_count >= SETS_MOST)
        return -1;
    pattern->sets[pattern->set_count] = (struct set){{0, 0}, pattern->range_count, 0, false};
    return pattern->set_count++;
}

bool set_add(struct pattern *pattern, uint32_t least, uint32_t most)
{
    struct set *set = last_set(pattern);

    for (uint32_t character = least; character <= most && character < 128; character++)
        set->ascii[character / 64] |= 1ULL << character % 64;
    if (most < 128)
        return true;
    if (pattern->range_count >= RANGES_MOST)
        return false;
    pattern->ranges[pattern->range_count++] = (struct range){least, most};
    set->count++;
    return true;
}

static const struct escape *find_escape(char letter)
{
    for (int i = 0; i < COUNT(escapes); i++)
        if (escapes[i].letter == letter)
            return &escapes[i];
    return NULL;
}

bool set_is_class(char letter)
{
    return letter != '.' && find_escape(letter);
}

bool set_add_class(struct pattern *pattern, char letter)
{
    const struct escape *escape = find_escape(letter);
    uint32_t next = 1; /* NUL is in no text */
    bool room = escape != NULL;

    for (int i = 0; room && i < escape->count; i++) {
        const struct range *range = &escape->ranges[i];
        if (!escape->opposite)
            room = set_add(pattern, range->least, range->most);
        else if (range->least > next)
            room = set_add(pattern, next, range->least - 1);
        next = range->most + 1;
    }
    return room && (!escape->opposite || set_add(pattern, next, CHARACTER_MOST));
}

void set_end(struct pattern *pattern, bool negated)
{
    struct set *set = last_set(pattern);

    set->negated = negated;
    if (!pattern->ignores_case)
        return;
    const uint64_t letters = 0x07fffffe; /* bits of A to Z and a to z in the upper half: 32 apart */
    uint64_t upper = set->ascii[1] & letters, lower = set->ascii[1] >> 32 & letters;
    set->ascii[1] |= (upper | lower) | (upper | lower) << 32;
}
