/* The facts of a run: the row that the statement of its kind returned when it took the run. The first
 * columns are the same for every kind; what follows, the kind reads into a struct of its own. */
#ifndef COAGENT_RUN_FACTS_H
#define COAGENT_RUN_FACTS_H

#include "db/db.h"

#include <stdbool.h>

/* A copy of the row; the connection may run other statements. */
struct facts {
    char **columns; /* owned; NULL is SQL null */
    int count;
};

/* Of every run; the strings belong to the row. */
struct run_facts {
    const char *room;        /* NULL: it has none */
    const char *trigger_seq; /* of the event that it answers, or NULL */
    const char *inputs;      /* JSON */
    const char *frame;       /* how everybody is told that it is running */
    const char *channels;    /* where */
    long long output_bytes;  /* of earlier attempts */
};
#define FACTS_SHARED 6 /* the first column that is of the kind */

/* Copies the row that the last statement answered. Freed with facts_free. */
void facts_copy(struct facts *facts, const struct db *db);
void facts_free(struct facts *facts);

void facts_read_shared(struct run_facts *shared, const struct facts *facts);

/* A column: as text, NULL for SQL null; the same, "" for it; whether it is true; a whole number. */
const char *facts_value(const struct facts *facts, int column);
const char *facts_text(const struct facts *facts, int column);
bool facts_flag(const struct facts *facts, int column);
long long facts_number(const struct facts *facts, int column, long long fallback);

#endif
