/* The door of a run: its way to the API of the studio. A process beside the keeper takes connections to DOOR_URL in the
 * network of the run, which has its own loopback, to a unix socket of the host. Nothing else of the host is seen
 * through it. It tells the server behind the socket, by the PROXY protocol, of which run, and for which user, a
 * connection is: the command cannot. */
#ifndef COAGENT_SANDBOX_DOOR_H
#define COAGENT_SANDBOX_DOOR_H

#include "base/text.h"

#include <stdbool.h>

#define DOOR_URL "http://127.0.0.1" /* port 80, where no command can listen */

struct sandbox_door {
    const char *socket; /* the path on the host, absolute */
    const char *run;    /* UUIDs */
    const char *user;
};

struct door {
    int folder; /* of the socket */
    const char *name;
    char first_line[96]; /* of each connection */
};

/* Opens the host's end, while its files can be seen. false, with why, when there is no such socket on this host. */
bool door_open(struct door *door, const struct sandbox_door *wanted, struct text *why);

/* Starts the process, in the network of the run, for as long as the caller lives, process 1. Closes the host's end
 * here. */
bool door_start(struct door *door, struct text *why);

#endif
