/* What the front nginx asks before it lets a WebSocket through to nchan (auth_request). The router has checked the
 * Origin, as for every request. */
#include "model/channels.h"

#include "fcgi/route.h"

static void authorize(struct request *request);

static const struct field run_query[] = {
    {"run", FIELD_UUID, false, 0, 0, NULL, "Only what this run writes and becomes", false},
    {NULL},
};

const struct route ws_routes[] = {
    ROUTE(METHOD_GET, "/ws/authorize", USER, POOL_FAST, NULL, run_query, authorize,
          "Which channels the caller may listen to, in X-User-Id and X-Channels"),
    ROUTE_END,
};

/* GET /api/ws/authorize?run=: 204 with X-User-Id and X-Channels; 401; 403: no such run */
static void authorize(struct request *request)
{
    const char *session = request->caller.session_id[0] ? request->caller.session_id : NULL;
    const char *run = request_query(request, "run");
    enum outcome outcome = run ? channels_of_run(request->db, session, run) : channels_of_caller(request->db, session);

    if (outcome != OUTCOME_OK) {
        /* nginx passes on 401 and 403 only */
        respond_problem(request, outcome == OUTCOME_ABSENT ? OUTCOME_DENIED : outcome, NULL);
        return;
    }
    respond_header(request, "X-User-Id", request->caller.user_id);
    respond_header(request, "X-Channels", db_value(request->db, 0, 0));
    respond_nothing(request);
}
