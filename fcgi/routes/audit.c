/* The audit log, for who may read it. */
#include "model/audit.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void list(struct request *request);

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"actor", FIELD_UUID, false, 0, 0, NULL, "Only entries of the user or agent with this id", false},
    {"action", FIELD_LINE, false, 1, 80, NULL, "Only this action: room.create, auth.login …", false},
    {"outcome", FIELD_CHOICE, false, 0, 0, AUDIT_OUTCOME_CHOICES, "Only this outcome", false},
    {"object_kind", FIELD_LINE, false, 1, 40, NULL, "The kind of the object: room, user, session …", false},
    {"object_id", FIELD_LINE, false, 1, 200, NULL, "The id of the object; needs object_kind", false},
    {"request", FIELD_UUID, false, 0, 0, NULL, "Only entries of the request with this X-Request-Id", false},
    {"since", FIELD_TIME, false, 0, 0, NULL, "From this time", false},
    {"until", FIELD_TIME, false, 0, 0, NULL, "Before this time", false},
    {NULL},
};

const struct route audit_routes[] = {
    ROUTE(METHOD_GET, "/audit", MAY("audit.read"), POOL_FAST, NULL, list_query, list, "The audit log, newest first",
          "AuditList"),
    ROUTE_END,
};

/* GET /api/audit?actor=&action=&outcome=&object_kind=&object_id=&request=&since=&until=&limit=&cursor= */
static void list(struct request *request)
{
    struct audit_filter filter = {
        .actor = request_query(request, "actor"),
        .action = request_query(request, "action"),
        .outcome = request_query(request, "outcome"),
        .object_kind = request_query(request, "object_kind"),
        .object_id = request_query(request, "object_id"),
        .request_id = request_query(request, "request"),
        .since = request_query(request, "since"),
        .until = request_query(request, "until"),
    };
    int limit = (int)request_query_integer(request, "limit", 50);
    if (filter.object_id && !filter.object_kind) {
        respond_field_error(request, "object_kind", "Give object_kind together with object_id.");
        respond_problem(request, OUTCOME_INVALID, NULL);
        return;
    }
    respond_row(request, audit_list(request->db, &filter, limit, request_query(request, "cursor")), 200);
}
