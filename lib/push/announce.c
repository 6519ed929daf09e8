#include "push/announce.h"

#include <stdlib.h>
#include <string.h>

struct announcement {
    struct announcement *next;
    char *channels;
    char *message; /* NULL: the channel is closed */
};

static void announce_one(struct push *push, const char *channels, const char *message)
{
    if (channels && message)
        publish(push, channels, message, strlen(message));
    else if (channels)
        channel_close(push, channels);
}

void announce(struct push *push, const struct db *db)
{
    push_renew(push);
    for (int row = 0; row < db_rows(db); row++)
        announce_one(push, db_value(db, row, 1), db_value(db, row, 0));
}

void announcements_add(struct announcements *announcements, const char *channels, const char *message)
{
    struct announcement *added = malloc(sizeof *added);

    if (!added)
        abort();
    *added = (struct announcement){NULL, strdup(channels), message ? strdup(message) : NULL};
    if (announcements->last)
        announcements->last->next = added;
    else
        announcements->first = added;
    announcements->last = added;
}

void announcements_add_rows(struct announcements *announcements, const struct db *db)
{
    for (int row = 1; row < db_rows(db); row++)
        if (db_value(db, row, 1))
            announcements_add(announcements, db_value(db, row, 1), db_value(db, row, 0));
}

void announcements_send(const struct announcements *announcements, struct push *push)
{
    for (const struct announcement *at = announcements->first; at; at = at->next)
        announce_one(push, at->channels, at->message);
}

void announcements_clear(struct announcements *announcements)
{
    for (struct announcement *at = announcements->first, *next; at; at = next) {
        next = at->next;
        free(at->channels);
        free(at->message);
        free(at);
    }
    *announcements = (struct announcements){NULL, NULL};
}
