/* The first steps of an administrator in a new studio. */
#ifndef COAGENT_START_H
#define COAGENT_START_H

#include "db/db.h"

/* What the caller has done of them: {"people", "model", "run", "audit", "hidden"}. */
enum outcome start_get(struct db *db);

/* changes is a checked JSON object: "audit" (the log was seen), "hidden" (they are put away). Rows to announce, the
 * document first. */
enum outcome start_edit(struct db *db, const char *changes);

#endif
