/* The automaton of a regular expression, between its compiler and its matcher. */
#ifndef COAGENT_PATTERN_PROGRAM_H
#define COAGENT_PATTERN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRAM_MOST 1000 /* steps; [a-z0-9-]{0,61} has 122 */
#define SETS_MOST 200
#define RANGES_MOST 1000

enum step_kind {
    STEP_CHARACTER, /* this one, in lower case when the pattern ignores it */
    STEP_SET,       /* one of a set */
    STEP_SPLIT,     /* goes on at both */
    STEP_JUMP,      /* goes on at the first */
    STEP_BEGIN,     /* ^ */
    STEP_END,       /* $ */
    STEP_EDGE,      /* \b */
    STEP_NO_EDGE,   /* \B */
    STEP_FOUND,
};

/* Where it goes on is relative to the step itself, so a stretch of steps can be copied and moved. */
struct step {
    enum step_kind kind;
    int first;
    int second;
    uint32_t value; /* the character, or the number of the set */
};

struct range {
    uint32_t least;
    uint32_t most;
};

/* Characters of ASCII are looked up at once, the others in the ranges. */
struct set {
    uint64_t ascii[2];
    int first; /* of its ranges */
    int count;
    bool negated;
};

struct pattern {
    bool ignores_case;
    int size;
    int set_count;
    int range_count;
    struct step steps[PROGRAM_MOST];
    struct set sets[SETS_MOST];
    struct range ranges[RANGES_MOST];
};

/* [A-Za-z0-9_], as \w and \b have it. */
static inline bool character_is_word(uint32_t character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') || character == '_';
}

static inline uint32_t character_folded(uint32_t character)
{
    return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
}

#endif
