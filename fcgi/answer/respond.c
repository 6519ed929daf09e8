#include "fcgi/answer/respond.h"

#include "base/clock.h"
#include "fcgi/pool/counters.h"
#include "model/credentials.h"

#include <stdlib.h>
#include <string.h>

#define END_BUDGET_MS 2000            /* longer than that of a message: to close is worth waiting for */
#define DEVICE_SECONDS (365 * 86400L) /* as in session_start() of sql/functions */

static void open_push(const struct request *request, struct push *push)
{
    push_open(push, request->config->nchan_socket, request->counters ? &request->counters->nchan_deaf_until : NULL);
}

void respond_json(struct request *request, int status, const char *json)
{
    answer_set(request->answer, status, "application/json", json, strlen(json));
}

void respond_created(struct request *request, const char *list, const char *json)
{
    struct json_object *document = json_tokener_parse(json);
    struct json_object *id = json_member(document, json_member(document, "id") ? "id" : "seq");
    const char *path = request_keep(request, text_format("/api%s/%s", list, id ? json_object_get_string(id) : ""));

    json_object_put(document);
    answer_set_location(request->answer, path);
    respond_header(request, "Location", path);
    respond_json(request, 201, json);
}

void respond_nothing(struct request *request)
{
    answer_set(request->answer, 204, NULL, "", 0);
}

void respond_bytes(struct request *request, int status, const char *media_type, const char *body, size_t length)
{
    answer_set(request->answer, status, media_type, body, length);
}

/* The name for clients that do not know filename* (RFC 6266): "_" for each character that is not plain ASCII or has a
 * meaning in the header or in a path. */
static void add_plain_name(struct text *text, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if ((c & 0xc0) != 0x80) /* one for all bytes of a character */
            text_add_char(text, c > 0x1f && c < 0x7f && !strchr("\"\\/%;", c) ? (char)c : '_');
    }
}

/* Nothing that somebody's program or folder left is shown by a browser as a page of this site: it is saved under its
 * name, and where a browser opens it all the same, it may do nothing. */
static void name_download(struct request *request, const char *file_name)
{
    struct text disposition = TEXT_EMPTY;

    text_add(&disposition, "attachment; filename=\"");
    add_plain_name(&disposition, file_name);
    text_add(&disposition, "\"; filename*=UTF-8''");
    text_add_url(&disposition, file_name);
    respond_header(request, "Content-Disposition", text_string(&disposition));
    respond_header(request, "Content-Security-Policy", "sandbox");
    text_free(&disposition);
}

void respond_pieces(struct request *request, const char *media_type, const char *file_name, long long length,
                    fetch_piece fetch)
{
    name_download(request, file_name);
    answer_fetch(request->answer, 200, media_type, length, fetch, request);
}

void respond_download(struct request *request, const char *media_type, const char *file_name, const char *bytes,
                      size_t length)
{
    name_download(request, file_name);
    respond_bytes(request, 200, media_type, bytes, length);
}

void respond_away(struct request *request)
{
    bool missing = request->counters && atomic_load(&request->counters->functions_missing);

    respond_problem(request, OUTCOME_AWAY,
                    missing ? "The database lacks the functions of this version of CoAgent. Ask an administrator to "
                              "run: coagentctl migrate"
                            : NULL);
}

/* What only reads runs no other statement before the answer is out: the row is sent from where it is. */
void respond_row(struct request *request, enum outcome outcome, int status)
{
    const char *value = outcome == OUTCOME_OK ? db_value(request->db, 0, 0) : NULL;

    if (outcome != OUTCOME_OK)
        respond_problem(request, outcome, NULL);
    else if (value && !request_is_unsafe(request))
        answer_lend(request->answer, status, "application/json", value, strlen(value));
    else if (value)
        respond_json(request, status, value);
    else
        respond_problem(request, OUTCOME_ABSENT, NULL);
}

void respond_fault(struct request *request, enum outcome outcome, const struct field_fault *fault)
{
    if (outcome == OUTCOME_INVALID && fault->field)
        respond_field_error(request, fault->field, fault->sentence);
    respond_problem(request, outcome, fault->sentence);
}

/* Whether the last statement's row is the present object, because the change is based on an older one. */
static bool is_stale(const struct db *db)
{
    const char *channel = db_value(db, 0, 1);

    return channel && strcmp(channel, "stale") == 0;
}

void respond_announced(struct request *request, enum outcome outcome, int status)
{
    if (outcome != OUTCOME_OK || db_rows(request->db) == 0) {
        respond_problem(request, outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome, NULL);
        return;
    }
    const char *document = db_value(request->db, 0, 0);

    if (is_stale(request->db)) {
        respond_stale(request, document);
        return;
    }
    if (document)
        respond_json(request, status, document);
    else
        respond_nothing(request);
    announce_changes(request);
}

static void close_ended(struct request *request)
{
    struct push push;

    open_push(request, &push);
    push.until = clock_monotonic_ms() + END_BUDGET_MS;
    for (int row = 1; row < db_rows(request->db); row++)
        if (!db_value(request->db, row, 0) && db_value(request->db, row, 1))
            channel_close(&push, db_value(request->db, row, 1));
}

void respond_ended(struct request *request, enum outcome outcome, int status)
{
    if (outcome == OUTCOME_OK) {
        close_ended(request);
        outcome = db_commit(request->db);
    }
    respond_announced(request, outcome, status);
}

void respond_announced_created(struct request *request, enum outcome outcome, const char *list)
{
    if (outcome != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    respond_created(request, list, db_value(request->db, 0, 0));
    announce_changes(request);
}

void announce_changes(struct request *request)
{
    announcements_add_rows(answer_announcements(request->answer), request->db);
}

void respond_header(struct request *request, const char *name, const char *value)
{
    answer_header(request->answer, name, value);
}

void respond_cookie(struct request *request, const char *name, const char *value, const char *path, long max_age)
{
    const struct config *config = request->config;
    bool secure = config->cookie_secure || strcmp(config->cookie_samesite, "None") == 0;
    struct text cookie = TEXT_EMPTY;

    text_add_format(&cookie, "%s=%s; Path=%s; Max-Age=%ld; HttpOnly; SameSite=%s%s", name, value, path, max_age,
                    config->cookie_samesite, secure ? "; Secure" : "");
    respond_header(request, "Set-Cookie", text_string(&cookie));
    text_free_secret(&cookie);
}

static void put_access(struct request *request, const char *name, const char *token, long seconds)
{
    respond_cookie(request, name, token, "/", seconds);
}

static void put_below_auth(struct request *request, const char *name, const char *token, long seconds)
{
    respond_cookie(request, name, token, "/api/auth", seconds);
    respond_cookie(request, name, token, "/auth", seconds);
}

void respond_session_cookies(struct request *request, const char *access_token, const char *refresh_token)
{
    const struct config *config = request->config;
    long access_seconds = config->access_token_minutes * 60L;
    long refresh_seconds = config->refresh_token_days * 86400L;
    char own[SESSION_COOKIE_SIZE];

    put_access(request, ACCESS_COOKIE, access_token, access_seconds);
    put_access(request, session_cookie_name(config, ACCESS_COOKIE, own), access_token, access_seconds);
    put_below_auth(request, REFRESH_COOKIE, refresh_token, refresh_seconds);
    put_below_auth(request, session_cookie_name(config, REFRESH_COOKIE, own), refresh_token, refresh_seconds);
}

void respond_device_cookie(struct request *request, const char *token)
{
    char own[SESSION_COOKIE_SIZE];

    put_below_auth(request, session_cookie_name(request->config, DEVICE_COOKIE, own), token, DEVICE_SECONDS);
}

void respond_session_end(struct request *request, bool proved)
{
    char own[SESSION_COOKIE_SIZE];

    put_access(request, session_cookie_name(request->config, ACCESS_COOKIE, own), "", 0);
    put_below_auth(request, session_cookie_name(request->config, REFRESH_COOKIE, own), "", 0);
    if (request_owns_plain_cookie(request, ACCESS_COOKIE, proved))
        put_access(request, ACCESS_COOKIE, "", 0);
    if (request_owns_plain_cookie(request, REFRESH_COOKIE, proved))
        put_below_auth(request, REFRESH_COOKIE, "", 0);
}

void close_channel_now(struct request *request, const char *channel)
{
    struct push push;

    open_push(request, &push);
    channel_close(&push, channel);
}

enum outcome respond_send(const struct request *request)
{
    return answer_send(request->answer, request->source, request->id, strcmp(request->method, "HEAD") == 0);
}

/* push logs frames that nchan rejects; clients recover them by sequence. */
void respond_after(struct request *request)
{
    struct push push;

    if (answer_status(request->answer) >= 400)
        return;
    open_push(request, &push);
    announcements_send(answer_announcements(request->answer), &push);
}
