/* Problem documents (RFC 9457): the one way to fail. */
#include "base/log.h"
#include "fcgi/answer/respond.h"
#include "fcgi/input/fields.h"
#include "fcgi/pool/counters.h"

#include <stdio.h>
#include <string.h>

#define NO_TYPE "about:blank"
#define FULL_TYPE "urn:coagent:problem:storage-full"
#define FULL_RETRY_SECONDS 10L

struct problem {
    int status;
    const char *type;
    const char *title;
    const char *detail; /* when nobody has a better sentence */
};

static struct problem problem_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_ABSENT: return (struct problem){404, NO_TYPE, "Not found", "Not found, or you do not have access."};
    case OUTCOME_INVALID: return (struct problem){422, NO_TYPE, "Invalid", "The request is not valid."};
    case OUTCOME_UNAUTHENTICATED: return (struct problem){401, NO_TYPE, "Not logged in", "Log in first."};
    case OUTCOME_DENIED: return (struct problem){403, NO_TYPE, "Not permitted", "You do not have permission."};
    case OUTCOME_CONFLICT:
        return (struct problem){409, NO_TYPE, "Conflict",
                                "Someone else changed this, or it already exists. Reload and try again."};
    case OUTCOME_LIMITED: return (struct problem){429, NO_TYPE, "Too many requests", "Wait a moment, then try again."};
    case OUTCOME_BUSY: return (struct problem){503, NO_TYPE, "Busy", "The server is busy. Try again in a moment."};
    case OUTCOME_AWAY:
        return (struct problem){503, NO_TYPE, "Unavailable", "The database cannot be reached. Try again shortly."};
    case OUTCOME_FULL:
        return (struct problem){503, FULL_TYPE, "Storage full",
                                "The disk of the database is full, so nothing was saved. Tell an administrator."};
    case OUTCOME_OK:
    case OUTCOME_REPLAYED:
    case OUTCOME_FAILED: break;
    }
    return (struct problem){500, NO_TYPE, "Internal error",
                            "Something went wrong on our side. Give the request ID to an administrator."};
}

static const char *title_of(int status)
{
    switch (status) {
    case 400: return "Bad request";
    case 403: return "Not permitted";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 408: return "Request timeout";
    case 409: return "Conflict";
    case 413: return "Too large";
    case 415: return "Unsupported media type";
    case 422: return "Invalid";
    default: return "Error";
    }
}

/* current: a finished document, or NULL. */
static void write_problem(struct request *request, const char *type, int status, const char *title, const char *detail,
                          const char *current)
{
    struct text body = TEXT_EMPTY;
    text_add_format(&body, "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,\"detail\":", type, title, status);
    text_add_json(&body, detail);
    text_add_format(&body, ",\"instance\":\"%s\"", request->id);
    struct json_object *errors = answer_errors(request->answer);
    if (json_object_array_length(errors) > 0)
        text_add_format(&body, ",\"errors\":%s", json_object_to_json_string_ext(errors, JSON_C_TO_STRING_PLAIN));
    if (current)
        text_add_format(&body, ",\"current\":%s", current);
    text_add_char(&body, '}');
    respond_bytes(request, status, "application/problem+json", body.bytes, body.length);
    text_free(&body);
}

void respond_refusal(struct request *request, int status, const char *detail)
{
    write_problem(request, NO_TYPE, status, title_of(status), detail, NULL);
}

void respond_other_user(struct request *request)
{
    write_problem(request, "urn:coagent:problem:other-user", 403, title_of(403),
                  "You are now signed in as somebody else. Reload.", NULL);
}

void respond_stale(struct request *request, const char *current)
{
    static const char *const sentence = "Someone else changed this since you opened it. Compare and save again.";

    respond_field_error(request, "version", sentence);
    write_problem(request, "urn:coagent:problem:stale", 409, title_of(409), sentence, current);
}

void respond_field_error(struct request *request, const char *field, const char *message)
{
    fields_error(answer_errors(request->answer), field, message);
}

/* Only sentences that our SQL raised (class CA, then the status) are meant for the user, and only with the status that
 * they were raised for. What is absent always reads the same, so that it cannot be told from what is invisible. */
static const char *sentence_of_database(struct request *request, int status)
{
    const struct db_failure *failure = request->db && status != 404 ? db_failure(request->db) : NULL;
    char raised[6];
    snprintf(raised, sizeof raised, "CA%d", status);
    return failure && strcmp(failure->sqlstate, raised) == 0 && failure->message[0] ? failure->message : NULL;
}

/* A name that is taken is a conflict that PostgreSQL finds by itself: the index says which. */
static const char *sentence_of_index(struct request *request, enum outcome outcome)
{
    static const struct {
        const char *index;
        const char *field;
        const char *sentence;
    } taken[] = {
        {"scripts_name", "name", "A shared script with this name already exists."},
        {"scripts_name_of_owner", "name", "A script with this name already exists."},
        {"mappings_name", "name", "A shared mapping with this name already exists."},
        {"mappings_name_of_owner", "name", "A mapping with this name already exists."},
        {"networks_name_look", "name", "A network with this name already exists."},
        {"networks_name_key", "name", "A network with this name already exists."},
        {"providers_name_look", "name", "A provider with this name already exists."},
        {"providers_name_key", "name", "A provider with this name already exists."},
        {"principals_handle_key", "handle", "This handle is already in use."},
        {"users_email_key", "email", "An account with this email address already exists."},
    };
    const struct db_failure *failure = request->db && outcome == OUTCOME_CONFLICT ? db_failure(request->db) : NULL;
    for (size_t i = 0; failure && i < sizeof taken / sizeof *taken; i++)
        if (strcmp(failure->constraint, taken[i].index) == 0) {
            respond_field_error(request, taken[i].field, taken[i].sentence);
            return taken[i].sentence;
        }
    return NULL;
}

static void add_outcome_headers(struct request *request, enum outcome outcome)
{
    const struct db_failure *failure = request->db ? db_failure(request->db) : NULL;
    char seconds[24];
    if (outcome == OUTCOME_UNAUTHENTICATED)
        respond_header(request, "WWW-Authenticate", "Bearer");
    if (outcome != OUTCOME_LIMITED && !outcome_passes(outcome))
        return;
    snprintf(seconds, sizeof seconds, "%ld",
             failure && failure->retry_after > 0 ? failure->retry_after
             : outcome == OUTCOME_FULL           ? FULL_RETRY_SECONDS
                                                 : 1L);
    respond_header(request, "Retry-After", seconds);
}

/* The fields at fault that our SQL named with its sentence. */
static void add_fields_of_database(struct request *request)
{
    const struct db_failure *failure = db_failure(request->db);
    const char *why = NULL;
    struct json_object *fields = NULL;
    if (failure->field[0])
        respond_field_error(request, failure->field, failure->message);
    if (!failure->fields[0] || json_parse(failure->fields, strlen(failure->fields), &fields, &why) != OUTCOME_OK)
        return;
    for (size_t i = 0; i < json_object_array_length(fields); i++) {
        struct json_object *one = json_object_array_get_idx(fields, i);
        respond_field_error(request, json_text(one, "field"), json_text(one, "message"));
    }
    json_object_put(fields);
}

void respond_problem(struct request *request, enum outcome outcome, const char *detail)
{
    struct problem problem = problem_of(outcome);
    const char *sentence = sentence_of_database(request, problem.status);
    if (!detail && sentence) {
        detail = sentence;
        if (outcome == OUTCOME_INVALID || outcome == OUTCOME_CONFLICT || outcome == OUTCOME_DENIED)
            add_fields_of_database(request);
    }
    if (!detail)
        detail = sentence_of_index(request, outcome);
    if (problem.status == 500)
        log_error("answered 500: %s", detail ? detail : outcome_name(outcome));
    if (outcome == OUTCOME_FULL && request->counters)
        counters_note_full(request->counters);
    add_outcome_headers(request, outcome);
    write_problem(request, problem.type, problem.status, problem.title,
                  problem.status == 500 || !detail ? problem.detail : detail, NULL);
}
