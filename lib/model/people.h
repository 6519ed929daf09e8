/* The directory of users and agents, for everybody: who can be invited or mentioned. */
#ifndef COAGENT_PEOPLE_H
#define COAGENT_PEOPLE_H

#include "db/db.h"

/* One page as a JSON document, by the time of their creation. search: part of a name or handle, or NULL. */
enum outcome people_list(struct db *db, const char *search, int limit, const char *cursor);

#endif
