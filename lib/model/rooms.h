/* Rooms. The guard is queued before; each of these runs the unit of work. Changes leave rows to
 * announce (push/announce.h). */
#ifndef COAGENT_ROOMS_H
#define COAGENT_ROOMS_H

#include "db/db.h"

#include <stdbool.h>

/* The caller's rooms, or the public ones that they may join; the page as one document. INVALID: a foreign cursor. */
enum outcome rooms_list(struct db *db, bool public_ones, const char *cursor, long long limit);

/* The room as the caller sees it. */
enum outcome rooms_get(struct db *db, const char *id);

/* body is the checked JSON of the request, here and below. */
enum outcome rooms_create(struct db *db, const char *body);

/* CONFLICT when the version is stale. */
enum outcome rooms_edit(struct db *db, const char *id, const char *body);

/* Invisible at once; its rows are removed by the runner (rooms_purge). */
enum outcome rooms_delete(struct db *db, const char *id);

/* Stops every answer that is being made there. */
enum outcome rooms_stop(struct db *db, const char *id);

#endif
