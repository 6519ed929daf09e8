/* The frames that a change publishes after its commit. A changing function of SQL returns the type "announced", rows
 * of (document, channel): the answer first, then the messages in their order. A row without a channel is for the caller
 * only; a row without a document closes the sockets on its channel. */
#ifndef COAGENT_ANNOUNCE_H
#define COAGENT_ANNOUNCE_H

#include "db/db.h"
#include "push/publish.h"

/* Publishes the last statement's rows, at once. Waits for nchan no longer than the budget of push. */
void announce(struct push *push, const struct db *db);

/* The same in two steps, where other statements stand between: messages are copied, then sent. Zeroed: empty. */
struct announcement;
struct announcements {
    struct announcement *first, *last;
};

/* message NULL: the sockets on the channel are closed. */
void announcements_add(struct announcements *announcements, const char *channels, const char *message);

/* All rows of the last statement but the first, which is the answer. */
void announcements_add_rows(struct announcements *announcements, const struct db *db);

void announcements_send(const struct announcements *announcements, struct push *push);
void announcements_clear(struct announcements *announcements);

#endif
