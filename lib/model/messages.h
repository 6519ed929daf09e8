/* Messages of people. The guard is queued before; each leaves rows as the changes of rooms.h do. */
#ifndef COAGENT_MESSAGES_H
#define COAGENT_MESSAGES_H

#include "base/db.h"

/* Says something, and asks the agents that it addresses. body is the checked JSON of the request: text, reply_to.
 * INVALID: no text, control characters, or nothing there to reply to. */
enum outcome messages_post(struct db *db, const char *room, const char *body);

/* ABSENT: no such message, or deleted; DENIED: somebody else's. Owners of the room may delete any. */
enum outcome messages_edit(struct db *db, const char *room, const char *seq, const char *text);
enum outcome messages_delete(struct db *db, const char *room, const char *seq);

#endif
