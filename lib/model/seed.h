/* The initial objects of a new studio. */
#ifndef COAGENT_SEED_H
#define COAGENT_SEED_H

#include "base/config.h"
#include "db/db.h"

/* Queues what a fresh studio needs: the provider "Built-in commands" with the agent @studio and, when OPENAI_BASE_URL
 * is set, the provider "Default model" with the agent @assistant; all owned by the oldest administrator. Each is done
 * once, so it may be called again at any time. To be queued behind the statement that makes the first administrator, in
 * the same pipeline; it is not the last statement when rows are to be read. FAILED when the key cannot be sealed. */
enum outcome seed_first(struct db *db, const struct config *config);

#endif
