#include "fcgi/http/announce.h"

#include "fcgi/http/response.h"

#include <stdlib.h>

/* "u_<user>" without a document is a user whose rooms have changed: the sockets come back with the new ones. */
void respond_announced(struct request *request, enum outcome outcome, int status)
{
    if (outcome != OUTCOME_OK || db_rows(request->db) == 0) {
        respond_problem(request, outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome, NULL);
        return;
    }
    const char *answer = db_value(request->db, 0, 0);

    if (answer)
        respond_json(request, status, answer);
    else
        respond_nothing(request);
    announce_changes(request);
}

void respond_announced_created(struct request *request, enum outcome outcome, const char *room, const char *list)
{
    if (outcome != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    char *location = text_format("/rooms/%s/%s", room, list);

    respond_created(request, location, db_value(request->db, 0, 0));
    announce_changes(request);
    free(location);
}

void announce_changes(struct request *request)
{
    for (int row = 1; row < db_rows(request->db); row++) {
        const char *document = db_value(request->db, row, 0);
        const char *channel = db_value(request->db, row, 1);

        if (document)
            publish_later(request, channel, document);
        else
            close_channel_later(request, channel);
    }
}
