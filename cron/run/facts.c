#include "cron/run/facts.h"

#include "base/number.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The columns of every statement that takes a run, in their order. */
enum { COLUMN_ROOM, COLUMN_TRIGGER_SEQ, COLUMN_INPUTS, COLUMN_FRAME, COLUMN_CHANNELS, COLUMN_OUTPUT_BYTES, COLUMNS };
_Static_assert(COLUMNS == FACTS_SHARED, "the columns of a kind come after those of all");

void facts_copy(struct facts *facts, const struct db *db)
{
    facts->count = db_columns(db);
    facts->columns = calloc((size_t)facts->count + 1, sizeof *facts->columns);
    if (!facts->columns)
        abort();
    for (int column = 0; column < facts->count; column++) {
        const char *value = db_value(db, 0, column);

        facts->columns[column] = value ? strdup(value) : NULL;
    }
}

void facts_free(struct facts *facts)
{
    for (int column = 0; column < facts->count; column++)
        free(facts->columns[column]);
    free(facts->columns);
    *facts = (struct facts){NULL, 0};
}

void facts_read_shared(struct run_facts *shared, const struct facts *facts)
{
    *shared = (struct run_facts){
        .room = facts_value(facts, COLUMN_ROOM),
        .trigger_seq = facts_value(facts, COLUMN_TRIGGER_SEQ),
        .inputs = facts_text(facts, COLUMN_INPUTS),
        .frame = facts_text(facts, COLUMN_FRAME),
        .channels = facts_text(facts, COLUMN_CHANNELS),
        .output_bytes = facts_number(facts, COLUMN_OUTPUT_BYTES, 0),
    };
}

const char *facts_value(const struct facts *facts, int column)
{
    return column < facts->count ? facts->columns[column] : NULL;
}

const char *facts_text(const struct facts *facts, int column)
{
    const char *value = facts_value(facts, column);

    return value ? value : "";
}

bool facts_flag(const struct facts *facts, int column)
{
    return facts_text(facts, column)[0] == 't';
}

long long facts_number(const struct facts *facts, int column, long long fallback)
{
    long long value;

    return number_parse(facts_text(facts, column), LLONG_MIN, LLONG_MAX, &value) == OUTCOME_OK ? value : fallback;
}
