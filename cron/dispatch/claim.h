/* Claiming queued runs, each for an executor process of its own. */
#ifndef COAGENT_CLAIM_H
#define COAGENT_CLAIM_H

#include "base/config.h"
#include "cron/dispatch/workers.h"
#include "db/db.h"

/* Claims and starts what can be, until there is no more or this host is full. OK; AWAY when the connection is lost;
 * else the outcome that ended it. labels are this host's, an array of PostgreSQL. */
enum outcome claim_all(const struct config *config, struct db *db, struct workers *workers, const char *host,
                       const char *labels);

#endif
