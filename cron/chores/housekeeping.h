/* What one runner does for the whole database, about each second: it ends or queues again what executors left behind,
 * tells active rooms their newest number, and cleans up. */
#ifndef COAGENT_HOUSEKEEPING_H
#define COAGENT_HOUSEKEEPING_H

#include "base/config.h"
#include "base/db.h"

#include <stdbool.h>
#include <stdint.h>

struct housekeeping {
    bool leads;         /* this connection holds the database-wide lead; false again after a reconnect */
    bool cleaning;      /* a clean-up is due or not at its end */
    long long swept[3]; /* what old runs have lost in this clean-up: chunks of output, files, runs */
    int64_t next_at;
};

/* Does what is due now (monotonic ms). AWAY when the connection is lost. */
enum outcome housekeeping_tick(struct housekeeping *housekeeping, const struct config *config, struct db *db,
                               int64_t now);

#endif
