#include "cron/provider/endpoint.h"

#include "base/secretbox.h"
#include "cron/provider/refusal.h"
#include "model/providers.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 10
#define SILENT_SECONDS 20

enum outcome endpoint_open(struct endpoint *endpoint, const struct config *config, const char *base_url,
                           const char *sealed, struct text *why)
{
    struct text key = TEXT_EMPTY;
    enum outcome outcome = OUTCOME_OK;

    memset(endpoint, 0, sizeof *endpoint);
    endpoint->base_url = base_url;
    if (!sealed)
        return OUTCOME_OK;
    outcome = secret_open_fresh(config, sealed_rows[SEALED_PROVIDER_KEY].name, sealed, &key);
    if (outcome == OUTCOME_OK)
        text_add_format(&endpoint->authorization, "Authorization: Bearer %s", text_string(&key));
    else
        text_add(why, "The provider's key cannot be read because SECRET_KEY has changed. Enter the key again.");
    text_free_secret(&key);
    return outcome;
}

void endpoint_close(struct endpoint *endpoint)
{
    text_free_secret(&endpoint->authorization);
}

enum outcome endpoint_send(const struct endpoint *endpoint, const char *path, const char *body,
                           const struct http_watch *watch, struct http_reply *reply)
{
    char *url = text_format("%s%s", endpoint->base_url, path);
    const char *headers[4] = {"Accept: application/json, text/event-stream"};
    int count = 1;

    if (body)
        headers[count++] = "Content-Type: application/json";
    if (endpoint->authorization.length)
        headers[count] = endpoint->authorization.bytes;

    const struct http_request request = {
        .method = body ? "POST" : "GET",
        .url = url,
        .headers = headers,
        .body = body,
        .body_length = body ? strlen(body) : 0,
        .connect_seconds = CONNECT_SECONDS,
        .silent_seconds = body ? 0 : SILENT_SECONDS,
    };
    enum outcome outcome = http_send(&request, watch, reply);

    free(url);
    return outcome;
}

void endpoint_explain(enum outcome outcome, const struct http_reply *reply, struct text *why)
{
    if (outcome == OUTCOME_AWAY)
        text_add_format(why, "The model endpoint cannot be reached: %s.", reply->error);
    else if (outcome == OUTCOME_FAILED)
        text_add_format(why, "The connection to the model endpoint was lost: %s.", reply->error);
    else
        refusal_explain(reply->status, text_string(&reply->body), reply->body.length, why);
}

/* {"data": [{"id"}, …]} into an array of ids. */
static struct json_object *model_ids(const struct text *body)
{
    struct json_object *document = json_tokener_parse(text_string(body));
    struct json_object *data = json_member(document, "data");
    struct json_object *ids = NULL;

    if (data && json_object_is_type(data, json_type_array)) {
        ids = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(data) && i < 500; i++) {
            const char *id = json_text(json_object_array_get_idx(data, i), "id");

            if (id && utf8_is_valid(id, strlen(id)))
                json_object_array_add(ids, json_object_new_string(id));
        }
    }
    json_object_put(document);
    return ids;
}

static void explain_no_list(const struct text *body, struct text *why)
{
    struct text reason = TEXT_EMPTY;

    refusal_reason(text_string(body), body->length, &reason);
    text_add(why,
             "The endpoint responds, but not with a list of models. Check that the base URL is that of its API, for "
             "example https://host/v1.");
    if (reason.length)
        text_add_format(why, " Its message: %s", reason.bytes);
    text_free(&reason);
}

enum outcome endpoint_models(const struct endpoint *endpoint, const struct http_watch *watch,
                             struct json_object **models, struct text *why)
{
    struct http_reply reply;
    enum outcome outcome = endpoint_send(endpoint, "/models", NULL, watch, &reply);

    *models = NULL;
    if (outcome != OUTCOME_OK || reply.status != 200) {
        endpoint_explain(outcome, &reply, why);
        outcome = outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome;
    } else if (!(*models = model_ids(&reply.body))) {
        explain_no_list(&reply.body, why);
        outcome = OUTCOME_INVALID;
    }
    http_reply_free(&reply);
    return outcome;
}
