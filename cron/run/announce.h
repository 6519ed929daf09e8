/* What a statement of the runner has to say, after its commit. */
#ifndef COAGENT_CRON_ANNOUNCE_H
#define COAGENT_CRON_ANNOUNCE_H

#include "base/config.h"
#include "base/db.h"

/* The last statement's rows are (document, channel): publishes each that has a channel, in their order. A failure is
 * left to the catch-up. */
void announce(const struct config *config, const struct db *db);

#endif
