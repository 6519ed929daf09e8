/* Messages of people. The guard is queued before; each leaves rows as the changes of rooms.h do. */
#ifndef COAGENT_MESSAGES_H
#define COAGENT_MESSAGES_H

#include "base/json.h"
#include "db/db.h"

/* Says something, and asks the agents that it addresses, or runs the script that "/run …" names. body is the checked
 * body of the request: text, reply_to. INVALID: nothing there to reply to, or with a sentence in why a command that
 * cannot be meant. A command takes two round trips, in one transaction. */
enum outcome messages_post(struct db *db, const char *room, struct json_object *body, struct text *why);

/* ABSENT: no such message, or deleted; DENIED: somebody else's. Owners of the room may delete any. INVALID: the text is
 * refused, with a sentence in why where the database does not say it. Agents that an edit mentions anew are asked. */
enum outcome messages_edit(struct db *db, const char *room, const char *seq, const char *text, struct text *why);
enum outcome messages_delete(struct db *db, const char *room, const char *seq);

#endif
