#include "base/clock.h"
#include "base/number.h"
#include "cron/chores/chore.h"

#include <limits.h>

#define QUICK_MS 20
#define SLOW_MS 80
#define LEAST 10
#define MOST 2000

/* On a cold cache a row takes a hundred times as long as on a warm one. */
static void fit_batch(struct chore_work *work, int64_t took)
{
    if (took < QUICK_MS && work->batch < MOST)
        work->batch = work->batch * 2 < MOST ? work->batch * 2 : MOST;
    else if (took > SLOW_MS && work->batch > LEAST)
        work->batch = work->batch / 2 > LEAST ? work->batch / 2 : LEAST;
}

enum outcome chore_step(struct chore_work *work, const struct db_statement *statement, long long *taken)
{
    char batch[NUMBER_TEXT_SIZE];
    int64_t begun = clock_monotonic_ms();
    enum outcome outcome = db_do(work->db, statement, DB_VALUES(number_text(work->batch, batch)));

    *taken = 0;
    fit_batch(work, clock_monotonic_ms() - begun);
    if (outcome == OUTCOME_OK)
        outcome = number_parse(db_value(work->db, 0, 0), 0, LLONG_MAX, taken);
    work->rows += *taken;
    return outcome;
}

bool chore_has_time(struct chore_work *work)
{
    work->more = clock_monotonic_ms() >= work->until;
    return !work->more;
}

enum outcome chore_repeat(struct chore_work *work, const struct db_statement *statement)
{
    enum outcome outcome;
    long long taken;

    do
        outcome = chore_step(work, statement, &taken);
    while (outcome == OUTCOME_OK && taken > 0 && chore_has_time(work));
    return outcome;
}
