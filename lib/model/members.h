/* Members of a room: people and agents. The guard is queued before; changes leave rows as those of rooms.h do. */
#ifndef COAGENT_MEMBERS_H
#define COAGENT_MEMBERS_H

#include "db/db.h"

/* A page of them as one document. INVALID: a foreign cursor. */
enum outcome members_list(struct db *db, const char *room, const char *cursor, long long limit);

/* An owner adds somebody, or the caller joins a public room. body is the checked JSON of the request, here and below.
 * DENIED; INVALID: nobody by this name; CONFLICT: a member already. */
enum outcome members_add(struct db *db, const char *room, const char *body);

/* DENIED; ABSENT; CONFLICT: the last owner. */
enum outcome members_edit(struct db *db, const char *room, const char *member, const char *body);
enum outcome members_remove(struct db *db, const char *room, const char *member);

#endif
