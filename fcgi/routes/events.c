/* The room log, for who catches up and who reads back. */
#include "model/events.h"

#include "base/json.h"
#include "fcgi/http/route.h"

static void list(struct request *request);
static void read_up_to(struct request *request);

#define SEQ_MOST 9007199254740991 /* what JSON readers count to without loss */

static const struct field list_query[] = {
    {"after", FIELD_INTEGER, false, 0, SEQ_MOST, NULL, "Events with a higher seq, oldest first", false},
    {"before", FIELD_INTEGER, false, 1, SEQ_MOST, NULL, "The newest events with a lower seq", false},
    {"limit", FIELD_INTEGER, false, 1, 200, NULL, "The maximum number of items (default 50)", false},
    {NULL},
};

static const struct field read_fields[] = {
    {"seq", FIELD_INTEGER, true, 0, SEQ_MOST, NULL, "The seq of the newest event that was read", false},
    {NULL},
};

const struct route event_routes[] = {
    ROUTE(METHOD_GET, "/rooms/{id}/events", ROOM("viewer"), POOL_FAST, NULL, list_query, list,
          "The events of a room, with edits and deletions applied, and the answers in progress", "EventList",
          .by_runs = true),
    ROUTE(METHOD_POST, "/rooms/{id}/read", ROOM("viewer"), POOL_FAST, read_fields, NULL, read_up_to,
          "Move the read marker forward", "ReadMarker"),
    ROUTE_END,
};

/* GET /api/rooms/{id}/events?after= | ?before= &limit=: 200; neither: the newest; 422: both */
static void list(struct request *request)
{
    const char *room = request->path_values[0];
    long long after = request_query_integer(request, "after", -1);
    long long before = request_query_integer(request, "before", 0);
    long long limit = request_query_integer(request, "limit", 50);

    if (after >= 0 && before > 0) {
        respond_field_error(request, "before", "Give either after or before, not both.");
        respond_problem(request, OUTCOME_INVALID, NULL);
        return;
    }
    respond_row(request,
                after >= 0 ? events_after(request->db, room, after, limit)
                           : events_before(request->db, room, before, limit),
                200);
}

/* POST /api/rooms/{id}/read {"seq"}: 200 {"room", "read_seq", "unread", "mentioned"}; read_seq is null for who is no
 * member */
static void read_up_to(struct request *request)
{
    respond_announced(request, events_read(request->db, request->path_values[0], json_long(request->body, "seq", 0)),
                      200);
}
