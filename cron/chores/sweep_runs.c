#include "base/number.h"
#include "cron/chores/chore.h"
#include "queries.h"

#include <limits.h>

enum { KINDS = sizeof((struct chore_work *)0)->counts / sizeof((struct chore_work *)0)->counts[0] };

/* One entry in the audit log for a whole sweep. */
static enum outcome audit(struct chore_work *work)
{
    char numbers[KINDS][NUMBER_TEXT_SIZE];

    if (work->rows == 0)
        return OUTCOME_OK;
    for (int kind = 0; kind < KINDS; kind++)
        number_text(work->counts[kind], numbers[kind]);
    return db_do(work->db, &query_runs_swept, DB_VALUES(numbers[0], numbers[1], numbers[2]));
}

/* Chunks of output, files, runs: the columns after the first. */
static void count(struct chore_work *work)
{
    for (int kind = 0; kind < KINDS; kind++) {
        long long number = 0;

        number_parse(db_value(work->db, 0, kind + 1), 0, LLONG_MAX, &number);
        work->counts[kind] += number;
    }
}

/* Runs, and what they wrote and left, that are older than the settings say. */
enum outcome chore_sweep_runs(struct chore_work *work)
{
    enum outcome outcome;
    long long taken;

    do {
        outcome = chore_step(work, &query_runs_sweep, &taken);
        if (outcome == OUTCOME_OK)
            count(work);
    } while (outcome == OUTCOME_OK && taken > 0 && chore_has_time(work));
    return outcome == OUTCOME_OK && !work->more ? audit(work) : outcome;
}

/* What users' runs have stored: adds up what came and went, and compares each sum with the runs now and then. */
enum outcome chore_count_storage(struct chore_work *work)
{
    enum outcome outcome = chore_repeat(work, &query_storage_count);

    return outcome == OUTCOME_OK && !work->more ? chore_repeat(work, &query_storage_recount) : outcome;
}
