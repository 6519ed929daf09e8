#include "fcgi/announce.h"

#include "fcgi/response.h"
#include "push/publish.h"

void announce_rows(struct request *request)
{
    char channel[CHANNEL_SIZE];

    for (int row = 0; row < db_rows(request->db); row++) {
        const char *room = db_value(request->db, row, 1);

        if (room)
            publish_later(request, channel_name(channel, "r_", room), db_value(request->db, row, 2));
    }
}
