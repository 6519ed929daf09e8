#include "fcgi/answer/refusal.h"

#include "base/log.h"
#include "fcgi/answer/respond.h"
#include "fcgi/http/route.h"
#include "queries.h"

#include <ctype.h>
#include <string.h>

#define ORIGIN_MOST 200

/* "rooms.delete": the first segment of the path and the method, as the column's rule wants them. */
static void name_action(const struct request *request, struct text *action)
{
    const char *segment = request->route->path + 1;
    size_t length = strcspn(segment, "/");
    for (size_t i = 0; i < length; i++)
        text_add_char(action, (char)(islower((unsigned char)segment[i]) ? segment[i] : '_'));
    text_add_char(action, '.');
    for (const char *at = request->method; *at; at++)
        text_add_char(action, (char)tolower((unsigned char)*at));
}

static bool is_refusal(const struct request *request)
{
    bool has_token = request_header(request, "Authorization") || request_session_cookie(request, ACCESS_COOKIE);
    switch (answer_status(request->answer)) {
    case 401: return request->route && has_token && request->route->guard.kind != GUARD_PUBLIC;
    case 403: return true;
    case 404: return strcmp(db_failure(request->db)->sqlstate, "CA404") == 0;
    default: return false;
    }
}

/* A caller whose token was refused is not proved to be who it says. */
static const char *actor_of(const struct request *request)
{
    return request->caller.kind == CALLER_NOBODY || answer_status(request->answer) == 401 ? NULL
                                                                                          : request->caller.user_id;
}

/* Before any route is looked for, only the origin is refused: of a caller whom nobody has proved. */
static void name_refusal(const struct request *request, struct text *action, struct text *detail)
{
    const char *origin = request_header(request, "Origin");
    if (request->route) {
        name_action(request, action);
        return;
    }
    text_add(action, "origin.refuse");
    text_add(detail, ",\"origin\":\"");
    for (size_t i = 0; origin && origin[i] && i < ORIGIN_MOST; i++)
        text_add_char(detail, isgraph((unsigned char)origin[i]) && !strchr("\"\\", origin[i]) ? origin[i] : '?');
    text_add_char(detail, '"');
}

void refusal_audit(struct request *request)
{
    struct text action = TEXT_EMPTY;
    struct text detail = TEXT_EMPTY;
    if (!request->db || !is_refusal(request))
        return;
    const char *id = request->path_values[0];
    text_add_format(&detail, "{\"status\":%d,\"path\":", answer_status(request->answer));
    text_add_json(&detail, request->path);
    name_refusal(request, &action, &detail);
    if (!actor_of(request) && request->caller.kind != CALLER_NOBODY)
        text_add_format(&detail, ",\"claimed\":\"%s\"", request->caller.user_id);
    if (request->caller.kind == CALLER_RUN)
        text_add_format(&detail, ",\"run\":\"%s\"", request->caller.run_id);
    text_add_char(&detail, '}');
    const char *address = request->address[0] ? request->address : NULL;
    if (db_do(request->db, &query_audit_add,
              DB_VALUES(actor_of(request), text_string(&action), "refused", "route", id ? request->path : NULL,
                        request->id, address, text_string(&detail))) != OUTCOME_OK)
        log_error("a refusal could not be written to the audit log");
    text_free(&action);
    text_free(&detail);
}
