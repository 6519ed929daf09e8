/* The check that the front nginx makes before it passes a WebSocket to nchan (auth_request). The router has checked the
 * Origin, as for every request. */
#include "model/channels.h"

#include "base/number.h"
#include "fcgi/http/guard.h"
#include "fcgi/http/route.h"

#include <strings.h>

#define NOBODYS_RUN "00000000-0000-0000-0000-000000000000"

static void authorize(struct request *request);

static const struct field live_query[] = {
    {"run", FIELD_LINE, false, 0, 4000, NULL, "Only the output and state of this run", false},
    {"user", FIELD_LINE, false, 0, 4000, NULL, "The user of the page, for whom X-Page-User stands elsewhere", false},
    {NULL},
};

const struct route ws_routes[] = {
    ROUTE(METHOD_GET, "/ws/authorize", USER, POOL_FAST, NULL, live_query, authorize,
          "The channels that the caller can listen to, in X-User-Id and X-Channels"),
    ROUTE_END,
};

/* A run's id that is none is a run that is not there: nginx would turn a 422 into a 500. */
static enum outcome find_channels(struct request *request, const char *session)
{
    const char *run = request_query(request, "run");

    if (run && !uuid_is_valid(run))
        run = NOBODYS_RUN;
    channels_queue_wait(request->db, run);
    guard_queue(request);
    return run ? channels_of_run(request->db, session, run) : channels_of_caller(request->db, session);
}

/* A browser gives a WebSocket no header of its own: the address says whose page it is. */
static bool is_for_another(const struct request *request)
{
    const char *user = request_query(request, "user");

    return user && strcasecmp(user, request->caller.user_id) != 0;
}

/* GET /api/ws/authorize?run=&user=: 204 with X-User-Id and X-Channels; 401; 403: no such run, or another user's page */
static void authorize(struct request *request)
{
    const char *session = request->caller.session_id[0] ? request->caller.session_id : NULL;
    enum outcome outcome = find_channels(request, session);

    if (outcome == OUTCOME_OK && is_for_another(request)) {
        respond_other_user(request);
        return;
    }
    if (outcome != OUTCOME_OK) {
        /* nginx passes on 401 and 403 only */
        respond_problem(request, outcome == OUTCOME_ABSENT ? OUTCOME_DENIED : outcome, NULL);
        return;
    }
    respond_header(request, "X-User-Id", request->caller.user_id);
    respond_header(request, "X-Channels", db_value(request->db, 0, 0));
    respond_nothing(request);
}
