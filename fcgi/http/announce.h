/* What a change has to say to rooms, after its commit. */
#ifndef COAGENT_ANNOUNCE_H
#define COAGENT_ANNOUNCE_H

#include "base/outcome.h"
#include "fcgi/http/request.h"

/* The last statement's rows are those of the SQL type "announced" as (document, channel): the answer first, then what
 * goes to nchan after the commit, in this order; a row without a document closes the sockets on its channel.
 * announce_changes is for handlers that answer themselves; respond_announced answers too: the first document with this
 * status, 204 when it is null, or a problem. respond_announced_created answers 201 with the place "/rooms/<room>/<list>"
 * of what was made. */
void announce_changes(struct request *request);
void respond_announced(struct request *request, enum outcome outcome, int status);
void respond_announced_created(struct request *request, enum outcome outcome, const char *room, const char *list);

#endif
