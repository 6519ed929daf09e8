/* One GET request to a pool, without nginx in between. */
#ifndef COAGENT_FASTCGI_H
#define COAGENT_FASTCGI_H

#include "base/outcome.h"
#include "base/text.h"

/* OK with the HTTP status and the body; AWAY with why when nobody listens at the socket or nothing came within some
 * seconds. */
enum outcome fastcgi_get(const char *socket_path, const char *path, int *status, struct text *body, struct text *why);

#endif
