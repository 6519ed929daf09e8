/* One check of a value in progress. For lib/schema only: value.c walks schemas, rules.c has the keywords of one. */
#ifndef COAGENT_SCHEMA_CHECK_H
#define COAGENT_SCHEMA_CHECK_H

#include "base/text.h"
#include "schema/schema.h"

#include <stdbool.h>

/* The budget of a whole check in pattern steps: about 0.2 s on a slow machine. */
#define WORK_MOST 32000000L
#define WORK_SCHEMA 64    /* for a value against a schema, whatever that says */
#define WORK_PATTERN 2000 /* for compiling a pattern */
#define DEPTH_MOST 64

struct check {
    struct json_object *root; /* the whole schema, which $ref begins at */
    enum schema_dialect dialect;
    struct json_object *errors; /* NULL: a branch of anyOf or oneOf, of which only the verdict is wanted */
    struct text path;
    long work; /* what is left */
    int depth;
    bool wrong;     /* an error was found */
    bool exhausted; /* work or depth did not suffice, so nothing is certain */
};

/* Notes an error at the path where the check stands. */
void check_refuse(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "Must have at least 2 entries.": bound is "at least" or "at most", many the plural of what is counted. */
void check_refuse_count(struct check *check, const char *bound, long long count, const char *one, const char *many);

/* Takes work off; false when there is not enough left. */
bool check_spend(struct check *check, long work);

/* Checks a value against a schema, and everything below them. */
void check_against(struct check *check, struct json_object *schema, struct json_object *value);

/* The keywords that look at the value itself: enum and const, those of a text, those of a number. */
void check_listed(struct check *check, struct json_object *schema, struct json_object *value);
void check_text(struct check *check, struct json_object *schema, const char *text);
void check_number(struct check *check, struct json_object *schema, struct json_object *value);

#endif
