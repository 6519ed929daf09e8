#include "base/characters.h"
#include "pattern/pattern.h"
#include "pattern/program.h"

#include <stdlib.h>
#include <string.h>

/* The states that hold at one place of the text: each once, so no expression makes more of them than it has steps. */
struct states {
    int count;
    int at[PROGRAM_MOST];
};

struct match {
    const struct pattern *pattern;
    uint32_t before; /* the characters around the place, 0 where the text begins or ends */
    uint32_t after;
    long work;
    bool found;
    uint32_t place;
    uint32_t seen_at[PROGRAM_MOST]; /* the place at which a step was added last */
    int waiting[PROGRAM_MOST + 1];
    struct states states[2];
};

static bool assertion_holds(const struct match *match, enum step_kind kind)
{
    bool edge = character_is_word(match->before) != character_is_word(match->after);

    switch (kind) {
    case STEP_BEGIN: return match->place == 1;
    case STEP_END: return match->after == 0;
    case STEP_EDGE: return edge;
    default: return !edge;
    }
}

static int wait_for(struct match *match, int count, int step)
{
    if (match->seen_at[step] != match->place) {
        match->seen_at[step] = match->place;
        match->waiting[count++] = step;
    }
    return count;
}

/* Adds a step, and all that it leads to without a character. */
static void add_states(struct match *match, struct states *states, int begin)
{
    int count = wait_for(match, 0, begin);

    while (count > 0) {
        int at = match->waiting[--count];
        const struct step *step = &match->pattern->steps[at];
        match->work--;
        switch (step->kind) {
        case STEP_CHARACTER:
        case STEP_SET: states->at[states->count++] = at; break;
        case STEP_FOUND: match->found = true; break;
        case STEP_SPLIT: count = wait_for(match, count, at + step->second); /* fall through */
        case STEP_JUMP: count = wait_for(match, count, at + step->first); break;
        default:
            if (assertion_holds(match, step->kind))
                count = wait_for(match, count, at + 1);
        }
    }
}

static bool set_has(struct match *match, const struct set *set, uint32_t character)
{
    bool within = false;

    if (character < 128)
        return (set->ascii[character / 64] >> character % 64 & 1) != set->negated;
    for (int i = 0; i < set->count && !within; i++) {
        const struct range *range = &match->pattern->ranges[set->first + i];
        within = character >= range->least && character <= range->most;
        match->work--;
    }
    return within != set->negated;
}

static bool step_takes(struct match *match, const struct step *step, uint32_t character)
{
    if (step->kind == STEP_SET)
        return set_has(match, &match->pattern->sets[step->value], character);
    return step->value == (match->pattern->ignores_case ? character_folded(character) : character);
}

/* Walks the text, beginning anew at each place, because a pattern may fit anywhere. */
static enum outcome walk(struct match *match, const char *text)
{
    struct states *now = &match->states[0], *next = &match->states[1];
    const char *at = text;

    match->place = 1;
    match->after = character_next(&at);
    add_states(match, now, 0);
    while (!match->found && match->after != 0) {
        uint32_t character = match->after;
        match->before = character;
        match->after = character_next(&at);
        match->place++;
        next->count = 0;
        for (int i = 0; i < now->count && match->work > 0; i++) {
            match->work--;
            if (step_takes(match, &match->pattern->steps[now->at[i]], character))
                add_states(match, next, now->at[i] + 1);
        }
        add_states(match, next, 0);
        if (match->work <= 0)
            return OUTCOME_LIMITED;
        struct states *done = now;
        now = next;
        next = done;
    }
    return match->found ? OUTCOME_OK : OUTCOME_ABSENT;
}

enum outcome pattern_matches(const struct pattern *pattern, const char *text, long *work)
{
    struct match *match = calloc(1, sizeof *match);

    if (!match)
        abort();
    match->pattern = pattern;
    match->work = *work;
    enum outcome outcome = walk(match, text);
    *work = match->work > 0 ? match->work : 0;
    free(match);
    return outcome;
}
