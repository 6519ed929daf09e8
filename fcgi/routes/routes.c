/* Every route table. */
#include "fcgi/http/route.h"

extern const struct route admin_routes[];
extern const struct route agent_routes[];
extern const struct route audit_routes[];
extern const struct route auth_routes[];
extern const struct route event_routes[];
extern const struct route file_routes[];
extern const struct route mapping_routes[];
extern const struct route member_routes[];
extern const struct route message_routes[];
extern const struct route network_routes[];
extern const struct route people_routes[];
extern const struct route profile_routes[];
extern const struct route provider_routes[];
extern const struct route room_routes[];
extern const struct route run_routes[];
extern const struct route script_file_routes[];
extern const struct route script_routes[];
extern const struct route setting_routes[];
extern const struct route start_routes[];
extern const struct route status_routes[];
extern const struct route token_routes[];
extern const struct route ws_routes[];

const struct route *const route_tables[] = {
    status_routes,  auth_routes,     people_routes, profile_routes,     token_routes, admin_routes,
    audit_routes,   room_routes,     member_routes, message_routes,     event_routes, agent_routes,
    mapping_routes, provider_routes, script_routes, run_routes,         file_routes,  setting_routes,
    start_routes,   network_routes,  ws_routes,     script_file_routes, NULL,
};

const struct field page_query[] = {FIELDS_PAGE, {NULL}};
