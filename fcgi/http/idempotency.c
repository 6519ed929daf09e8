#include "fcgi/http/idempotency.h"

#include "fcgi/answer/respond.h"
#include "fcgi/http/guard.h"
#include "fcgi/http/route.h"
#include "model/idempotency.h"

#include <string.h>

bool idempotency_applies(const struct request *request)
{
    return request->route->idempotent && request->caller.kind != CALLER_NOBODY &&
           request_header(request, IDEMPOTENCY_HEADER);
}

/* The same key with another request is a mistake of the client that must not look like a replay. */
static void fingerprint(const struct request *request, const char *body, char digest[DIGEST_SIZE])
{
    struct text all = TEXT_EMPTY;
    const char *query = request_parameter(request, "QUERY_STRING");
    text_add_format(&all, "%s %s?%s\n%s", request->method, request->path, query ? query : "", body);
    digest_hex(text_string(&all), digest);
    text_free_secret(&all);
}

static void replay(struct request *request, const struct stored_answer *answer)
{
    respond_header(request, "Idempotency-Replayed", "true");
    if (answer->location)
        respond_header(request, "Location", answer->location);
    if (answer->status == 204)
        respond_nothing(request);
    else
        respond_json(request, answer->status, answer->body);
}

/* The handler did its work but has not committed: the answer is stored with it, or neither is. */
static void finish(struct request *request, const char *key)
{
    enum outcome outcome = db_run(request->db);
    int status = answer_status(request->answer);
    if (outcome == OUTCOME_OK && status >= 200 && status < 300) {
        struct stored_answer answer = {status, answer_location(request->answer), answer_body(request->answer)};
        idempotency_store(request->db, key, request->caller.user_id, &answer);
        outcome = db_commit(request->db);
    } else {
        db_rollback(request->db);
    }
    if (outcome != OUTCOME_OK && status < 400) {
        answer_reset(request->answer);
        respond_problem(request, outcome, NULL);
    }
}

void idempotency_handle(struct request *request, const char *body)
{
    const char *key = request_header(request, IDEMPOTENCY_HEADER);
    char digest[DIGEST_SIZE];
    struct stored_answer answer = {0, NULL, ""};
    fingerprint(request, body, digest);
    db_hold(request->db);
    guard_queue(request);
    enum outcome outcome = idempotency_claim(request->db, key, digest, &answer);
    if (outcome == OUTCOME_OK) {
        request->route->handle(request);
        finish(request, key);
        return;
    }
    if (outcome == OUTCOME_REPLAYED)
        replay(request, &answer);
    else if (outcome == OUTCOME_CONFLICT && !db_failure(request->db)->sqlstate[0])
        respond_problem(request, outcome, "This Idempotency-Key was used for another request.");
    else
        respond_problem(request, outcome, NULL);
    db_rollback(request->db);
}
