#include "pattern/pattern.h"

#include "base/characters.h"
#include "pattern/set.h"

#include <stdlib.h>
#include <string.h>

#define BOUND_MOST 100000 /* of {n}: what is larger repeats too much anyway */
#define NESTED_MOST 100
#define UNBOUNDED (-1)

#define TOO_LARGE "repeats too much: {m,n} behind a group repeats all that stands in it"
#define NOT_KNOWN "must not refer back to a group, look ahead or behind, nor have options but (?i)"
#define MALFORMED "is not a regular expression: "

struct compiler {
    struct pattern *pattern;
    const char *at;
    int depth;
    const char *why; /* the first thing that is wrong */
};

static void read_alternatives(struct compiler *c);

static void refuse(struct compiler *c, const char *why)
{
    if (!c->why)
        c->why = why;
    c->at += strlen(c->at); /* there is nothing more to read */
}

static bool take(struct compiler *c, char wanted)
{
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Adds a step, always leaving room for the last one. Returns its place. */
static int add_step(struct compiler *c, struct step step)
{
    if (c->pattern->size >= PROGRAM_MOST - 1) {
        refuse(c, TOO_LARGE);
        return c->pattern->size - 1;
    }
    c->pattern->steps[c->pattern->size] = step;
    return c->pattern->size++;
}

/* Puts a step before what began at start. */
static void insert_step(struct compiler *c, int start, struct step step)
{
    struct step *steps = c->pattern->steps;
    int length = c->pattern->size - start;

    add_step(c, step);
    if (c->why)
        return;
    memmove(&steps[start + 1], &steps[start], (size_t)length * sizeof *steps);
    steps[start] = step;
}

static void add_character(struct compiler *c, uint32_t character)
{
    if (c->pattern->ignores_case)
        character = character_folded(character);
    add_step(c, (struct step){STEP_CHARACTER, 0, 0, character});
}

static void add_set(struct compiler *c, int set, bool negated)
{
    set_end(c->pattern, negated);
    add_step(c, (struct step){STEP_SET, 0, 0, (uint32_t)set});
}

/* A set of its own for a class or the point. */
static void add_class(struct compiler *c, char letter)
{
    int set = set_begin(c->pattern);

    if (set < 0 || !set_add_class(c->pattern, letter))
        refuse(c, TOO_LARGE);
    else
        add_set(c, set, false);
}

static uint32_t read_hex(struct compiler *c, int digits)
{
    uint32_t value = 0;

    for (int i = 0; i < digits; i++) {
        char digit = *c->at;
        bool is_letter = (digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F');
        if (!is_letter && (digit < '0' || digit > '9')) {
            refuse(c, MALFORMED "\\x has two and \\u four hexadecimal digits");
            return 0;
        }
        value = value * 16 + (uint32_t)(is_letter ? (digit | 0x20) - 'a' + 10 : digit - '0');
        c->at++;
    }
    if (value == 0)
        refuse(c, MALFORMED "the character U+0000 is in no text");
    return value;
}

/* The character that an escape stands for, which is no class; its backslash is read already. */
static uint32_t read_escape(struct compiler *c)
{
    char letter = *c->at;

    if (letter == '\0') {
        refuse(c, MALFORMED "it ends with a backslash");
        return 0;
    }
    uint32_t character = character_next(&c->at);
    switch (letter) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'v': return '\v';
    case 'x': return read_hex(c, 2);
    case 'u': return read_hex(c, 4);
    default: break;
    }
    if ((letter >= '1' && letter <= '9') || letter == 'k')
        refuse(c, NOT_KNOWN);
    else if (character_is_word(character))
        refuse(c, MALFORMED "a letter, digit or underscore behind a backslash means nothing here");
    return character;
}

/* Whether what stands behind a backslash may be repeated: an assertion may not. */
static bool read_escaped(struct compiler *c)
{
    char letter = *c->at;
    bool is_assertion = letter == 'b' || letter == 'B';

    if (is_assertion || set_is_class(letter))
        c->at++;
    if (is_assertion)
        add_step(c, (struct step){letter == 'b' ? STEP_EDGE : STEP_NO_EDGE, 0, 0, 0});
    else if (set_is_class(letter))
        add_class(c, letter);
    else
        add_character(c, read_escape(c));
    return !is_assertion;
}

/* A character of a set, or 0 when it was a class, which is added already. */
static uint32_t read_set_character(struct compiler *c)
{
    if (c->at[0] == '[' && (c->at[1] == ':' || c->at[1] == '.' || c->at[1] == '=')) {
        refuse(c, MALFORMED "[:alpha:] and the like are not known, write A-Za-z");
        return 0;
    }
    if (!take(c, '\\'))
        return character_next(&c->at);
    char letter = *c->at;
    if (!set_is_class(letter))
        return take(c, 'b') ? '\b' : read_escape(c);
    c->at++;
    if (!set_add_class(c->pattern, letter))
        refuse(c, TOO_LARGE);
    return 0;
}

static void read_range(struct compiler *c)
{
    uint32_t least = read_set_character(c);
    uint32_t most = least;

    if (least != 0 && c->at[0] == '-' && c->at[1] != ']' && c->at[1] != '\0') {
        c->at++;
        most = read_set_character(c);
        if (most < least) /* a class, too */
            refuse(c, MALFORMED "a range such as [z-a] is out of order");
    }
    if (!c->why && least != 0 && !set_add(c->pattern, least, most))
        refuse(c, TOO_LARGE);
}

static void read_set(struct compiler *c)
{
    bool negated = take(c, '^');
    int set = set_begin(c->pattern);

    if (set < 0)
        refuse(c, TOO_LARGE);
    else if (*c->at == ']')
        refuse(c, MALFORMED "a set is empty: write \\] for the bracket");
    while (*c->at && *c->at != ']')
        read_range(c);
    if (!take(c, ']'))
        refuse(c, MALFORMED "a bracket is not closed");
    else
        add_set(c, set, negated);
}

/* Parses the rest after "(?": a non-capturing or a named group. */
static void read_group_kind(struct compiler *c)
{
    if (take(c, ':'))
        return;
    if (!take(c, '<') || !character_is_word((unsigned char)*c->at)) {
        refuse(c, NOT_KNOWN);
        return;
    }
    while (character_is_word((unsigned char)*c->at))
        c->at++;
    if (!take(c, '>'))
        refuse(c, MALFORMED "the name of a group is not closed");
}

static void read_group(struct compiler *c)
{
    if (take(c, '?'))
        read_group_kind(c);
    if (++c->depth > NESTED_MOST)
        refuse(c, MALFORMED "it is nested too deep");
    read_alternatives(c);
    c->depth--;
    if (!take(c, ')'))
        refuse(c, MALFORMED "a parenthesis is not closed");
}

static int read_bound(struct compiler *c)
{
    int bound = 0;

    for (; *c->at >= '0' && *c->at <= '9'; c->at++)
        bound = bound < BOUND_MOST ? bound * 10 + (*c->at - '0') : BOUND_MOST;
    return bound;
}

/* {n}, {n,} and {n,m}; false: there is none here, and a brace is a character as any other. */
static bool read_bounds(struct compiler *c, int *least, int *most)
{
    const char *begin = c->at;

    if (take(c, '{') && *c->at >= '0' && *c->at <= '9') {
        *least = *most = read_bound(c);
        if (take(c, ','))
            *most = *c->at == '}' ? UNBOUNDED : read_bound(c);
        if (c->at[-1] != ',' || *most == UNBOUNDED)
            if (take(c, '}'))
                return true;
    }
    c->at = begin;
    return false;
}

static bool read_quantifier(struct compiler *c, int *least, int *most)
{
    *least = *c->at == '+';
    *most = *c->at == '?' ? 1 : UNBOUNDED;
    if (*c->at == '+' || *c->at == '*' || *c->at == '?')
        c->at++;
    else if (!read_bounds(c, least, most))
        return false;
    take(c, '?'); /* lazy or not, it fits the same texts */
    return true;
}

static void add_copy(struct compiler *c, const struct step *body, int length)
{
    for (int i = 0; i < length && !c->why; i++)
        add_step(c, body[i]);
}

/* Repeats what began at start. */
static void repeat(struct compiler *c, int start, int least, int most)
{
    struct step body[PROGRAM_MOST];
    int length = c->pattern->size - start;

    memcpy(body, &c->pattern->steps[start], (size_t)length * sizeof *body);
    c->pattern->size = start;
    for (int i = 0; i < least && length > 0 && !c->why; i++)
        add_copy(c, body, length);
    if (most == UNBOUNDED && least > 0) {
        add_step(c, (struct step){STEP_SPLIT, -length, 1, 0});
    } else if (most == UNBOUNDED) {
        add_step(c, (struct step){STEP_SPLIT, 1, length + 2, 0});
        add_copy(c, body, length);
        add_step(c, (struct step){STEP_JUMP, -(length + 1), 0, 0});
    }
    for (int i = least; i < most && length > 0 && !c->why; i++) {
        add_step(c, (struct step){STEP_SPLIT, 1, length + 1, 0});
        add_copy(c, body, length);
    }
}

static void read_character(struct compiler *c)
{
    int least, most;

    if (read_quantifier(c, &least, &most))
        refuse(c, MALFORMED "there is nothing to repeat before a * + ? or {n}");
    else
        add_character(c, character_next(&c->at));
}

/* Whether it may be repeated. */
static bool read_atom(struct compiler *c)
{
    if (take(c, '\\'))
        return read_escaped(c);
    bool is_begin = take(c, '^');
    if (is_begin || take(c, '$')) {
        add_step(c, (struct step){is_begin ? STEP_BEGIN : STEP_END, 0, 0, 0});
        return false;
    }
    if (take(c, '('))
        read_group(c);
    else if (take(c, '['))
        read_set(c);
    else if (take(c, '.'))
        add_class(c, '.');
    else
        read_character(c);
    return true;
}

static void read_term(struct compiler *c)
{
    int start = c->pattern->size, least, most;
    bool repeatable = read_atom(c);

    if (c->why || !repeatable || !read_quantifier(c, &least, &most))
        return;
    if (most != UNBOUNDED && most < least)
        refuse(c, MALFORMED "a bound such as {3,2} is out of order");
    else
        repeat(c, start, least, most);
}

static void read_alternatives(struct compiler *c)
{
    int start = c->pattern->size;

    while (*c->at && *c->at != '|' && *c->at != ')')
        read_term(c);
    while (take(c, '|')) {
        insert_step(c, start, (struct step){STEP_SPLIT, 1, c->pattern->size - start + 2, 0});
        int jump = add_step(c, (struct step){STEP_JUMP, 0, 0, 0});
        while (*c->at && *c->at != '|' && *c->at != ')')
            read_term(c);
        if (!c->why)
            c->pattern->steps[jump].first = c->pattern->size - jump;
    }
}

static void read_pattern(struct compiler *c)
{
    if (strncmp(c->at, "(?i)", 4) == 0) {
        c->pattern->ignores_case = true;
        c->at += 4;
    }
    read_alternatives(c);
    if (*c->at)
        refuse(c, MALFORMED "a parenthesis is closed that was not opened");
    c->pattern->steps[c->pattern->size++] = (struct step){STEP_FOUND, 0, 0, 0};
}

enum outcome pattern_compile(const char *source, struct pattern **pattern, struct text *why)
{
    struct compiler c = {malloc(sizeof *c.pattern), source, 0, NULL};

    if (!c.pattern)
        abort(); /* as in text.h */
    c.pattern->ignores_case = false;
    c.pattern->size = c.pattern->set_count = c.pattern->range_count = 0;
    read_pattern(&c);
    *pattern = c.pattern;
    if (!c.why)
        return OUTCOME_OK;
    text_add(why, c.why);
    pattern_free(c.pattern);
    *pattern = NULL;
    return OUTCOME_INVALID;
}

void pattern_free(struct pattern *pattern)
{
    free(pattern);
}

long pattern_size(const struct pattern *pattern)
{
    return pattern->size;
}
