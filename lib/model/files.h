/* Files that runs have left. ABSENT when it is not there. */
#ifndef COAGENT_FILES_H
#define COAGENT_FILES_H

#include "db/db.h"

/* Its path, media type and size. */
enum outcome files_get(struct db *db, const char *id);

/* The bytes from an offset on: the first value, by db_length. */
enum outcome files_piece(struct db *db, const char *id, long long offset);

#endif
