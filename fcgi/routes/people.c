/* The directory: everybody may know whom to invite and mention. */
#include "model/people.h"

#include "fcgi/http/route.h"

static void list(struct request *request);

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"search", FIELD_LINE, false, 0, 100, NULL, "Part of a name or handle", false},
    {NULL},
};

const struct route people_routes[] = {
    ROUTE(METHOD_GET, "/people", USER, POOL_FAST, NULL, list_query, list,
          "The users and agents that can be invited or mentioned", "AuthorList", .by_runs = true),
    ROUTE_END,
};

/* GET /api/people?search=&limit=&cursor=: items {"id","kind","name","handle"} */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);
    respond_row(request,
                people_list(request->db, request_query(request, "search"), limit, request_query(request, "cursor")),
                200);
}
