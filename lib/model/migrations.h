/* The schema and its history: each migration is one transaction, recorded with the checksum of its text. */
#ifndef COAGENT_MIGRATIONS_H
#define COAGENT_MIGRATIONS_H

#include "base/db.h"
#include "base/outcome.h"
#include "base/text.h"

struct migration {
    int number;       /* 0: what makes the history itself, run before the others and never recorded */
    const char *name; /* "0003_create_rooms"; NULL ends a list */
    const char *text;
};

/* Those of sql/migrations, in order (generated). */
extern const struct migration migrations[];

/* What a database has, compared with a list. */
struct migrations_state {
    int applied; /* how many of the list are there */
    int pending; /* how many are not */
};

/* Compares without changing anything. CONFLICT with a sentence in why when the history does not fit the list: a
 * migration that was edited after it was applied, one that is missing between others, or a database that is newer
 * than this program. A database without a history has everything pending. */
enum outcome migrations_compare(struct db *db, const struct migration *list, struct migrations_state *state,
                                struct text *why);

/* Applies what is pending, in order, as the owner of the schema; tell (or NULL) hears of each that was applied. It is
 * safe to run again, and from two hosts at once: each migration takes a lock and records itself first, so the second
 * host waits and finds it done. The first that fails is undone and ends it; why says which, and what was wrong. */
enum outcome migrations_apply(struct db *db, const struct migration *list,
                              void (*tell)(void *context, const struct migration *migration), void *context,
                              struct text *why);

#endif
