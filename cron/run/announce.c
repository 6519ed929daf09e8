#include "cron/run/announce.h"

#include "push/publish.h"

#include <string.h>

void announce(const struct config *config, const struct db *db)
{
    for (int row = 0; row < db_rows(db); row++) {
        const char *document = db_value(db, row, 0);
        const char *channel = db_value(db, row, 1);

        if (channel)
            publish(config->nchan_socket, channel, document, strlen(document));
    }
}
