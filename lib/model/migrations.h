/* The schema and its history: each migration is one transaction, recorded with the checksum of its text. */
#ifndef COAGENT_MIGRATIONS_H
#define COAGENT_MIGRATIONS_H

#include "base/outcome.h"
#include "base/text.h"
#include "db/db.h"

struct migration {
    int number;       /* 0: what makes the history itself, run before the others and never recorded */
    const char *name; /* "0003_create_rooms"; NULL ends a list */
    const char *text;
};

/* Those of sql/migrations, in order (generated). */
extern const struct migration migrations[];

/* The state of a database compared with a list. */
struct migrations_state {
    int applied; /* how many of the list are there */
    int pending; /* how many are not */
};

/* Compares without changing anything. CONFLICT with a sentence in why when the history does not fit the list: a
 * migration that was edited after it was applied, one that is missing between others, or a database that is newer
 * than this program. A database without a history has everything pending. */
enum outcome migrations_compare(struct db *db, const struct migration *list, struct migrations_state *state,
                                struct text *why);

struct migrations_terms {
    int wait_seconds; /* how long to try again while somebody holds a table that a migration changes */
    void (*tell)(void *context, const struct migration *migration); /* hears of each that was applied; or NULL */
    void *context;
};

/* Applies what is pending, in order, as the owner of the schema. It is safe to run again, and from two hosts at once:
 * each migration takes a lock and records itself first, so the second host waits and finds it done. The first that
 * fails is undone and ends it; why says which, and what was wrong. A migration never waits long for a table, because
 * everybody who comes after would wait behind it: it gives up after two seconds, lets them pass, and tries again; BUSY
 * when the time is over, with who stood in the way. */
enum outcome migrations_apply(struct db *db, const struct migration *list, const struct migrations_terms *terms,
                              struct text *why);

#endif
