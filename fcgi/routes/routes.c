/* Every route table. */
#include "fcgi/route.h"

extern const struct route agent_routes[];
extern const struct route event_routes[];
extern const struct route member_routes[];
extern const struct route message_routes[];
extern const struct route provider_routes[];
extern const struct route room_routes[];
extern const struct route run_routes[];
extern const struct route status_routes[];
extern const struct route ws_routes[];

const struct route *const route_tables[] = {
    status_routes, room_routes,     member_routes, message_routes, event_routes,
    agent_routes,  provider_routes, run_routes,    ws_routes,      NULL,
};

const struct field page_query[] = {FIELDS_PAGE, {NULL}};
