#include "fcgi/input/input.h"

#include "fcgi/answer/respond.h"
#include "fcgi/http/idempotency.h"
#include "fcgi/http/route.h"
#include "fcgi/http/router.h"
#include "fcgi/input/fields.h"

#include <string.h>

static bool refuse(struct input *input, int status, const char *detail)
{
    input->refused = status;
    input->detail = detail;
    return false;
}

/* "application/json", with or without parameters; a charset other than UTF-8 shows when the body is read. */
static bool is_json(const char *media_type)
{
    static const char json[] = "application/json";
    if (!media_type || strncasecmp(media_type, json, strlen(json)) != 0)
        return false;
    const char *rest = media_type + strlen(json);
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';';
}

/* A form is what OAuth 2 clients send (RFC 6749, section 4.3.2): the same table reads it. */
static bool is_form(const char *media_type)
{
    static const char form[] = "application/x-www-form-urlencoded";
    return media_type && strncasecmp(media_type, form, strlen(form)) == 0;
}

static bool is_file(const char *media_type)
{
    static const char multipart[] = "multipart/";
    return !media_type ||
           (!is_json(media_type) && !is_form(media_type) && strncasecmp(media_type, multipart, strlen(multipart)) != 0);
}

static bool read_bytes(struct input *input, struct request *request)
{
    size_t raw = request->route->raw, most = request->route->most;
    switch (request_read_body(request, raw ? raw : most ? most : BODY_MOST, &input->body)) {
    case OUTCOME_OK: return true;
    case OUTCOME_LIMITED:
        return refuse(input, 413,
                      raw    ? "The file is too large."
                      : most ? "The body is too large."
                             : "The body is larger than 1 MiB.");
    case OUTCOME_AWAY: return refuse(input, 408, "The body did not arrive in time.");
    default: return refuse(input, 400, "The length of the body differs from its Content-Length.");
    }
}

static bool read_json(struct input *input, struct request *request)
{
    const char *why = NULL;
    if (json_parse(input->body.bytes, input->body.length, &request->body, &why) != OUTCOME_OK)
        return refuse(input, 400, why);
    if (json_object_get_type(request->body) != json_type_object)
        return refuse(input, 400, "The body must be a JSON object.");
    return true;
}

static bool any_field_is_required(const struct field *fields)
{
    for (; fields->name; fields++)
        if (fields->required)
            return true;
    return false;
}

/* Without a body all that is asked for must be optional; then it counts as {}. */
static bool read_body(struct input *input, struct request *request)
{
    const struct field *fields = request->route->fields;
    const char *media_type = request_header(request, "Content-Type");
    if (!read_bytes(input, request))
        return false;
    if (request->route->raw) {
        request->raw = &input->body;
        return is_file(media_type) || refuse(input, 415, "The body must be the file itself, not JSON or a form.");
    }
    if (!fields)
        return input->body.length == 0 || strcmp(input->body.bytes, "{}") == 0 ||
               refuse(input, 400, "This request must not have a body.");
    if (input->body.length == 0 && !any_field_is_required(fields))
        request->body = json_object_new_object();
    else if (request->route->form && is_form(media_type))
        return fields_from_query(fields, text_string(&input->body), &request->body, answer_errors(request->answer)) ==
               OUTCOME_OK;
    else if (!is_json(media_type))
        return refuse(input, 415, "The body must be application/json.");
    else if (!read_json(input, request))
        return false;
    return fields_check(fields, request->body, answer_errors(request->answer)) == OUTCOME_OK;
}

static bool check_key(struct input *input, struct request *request)
{
    const char *key = request_header(request, IDEMPOTENCY_HEADER);
    if (!key || !request->route->idempotent)
        return true;
    for (const char *at = key; *at; at++)
        if (*at < 0x21 || *at > 0x7e)
            return refuse(input, 400, "An Idempotency-Key must consist of visible ASCII characters.");
    return strlen(key) <= IDEMPOTENCY_KEY_MOST ||
           refuse(input, 400, "An Idempotency-Key must have at most 200 characters.");
}

bool input_read(struct input *input, struct request *request)
{
    const char *query = request_parameter(request, "QUERY_STRING");
    bool query_is_valid =
        fields_from_query(request->route->query, query, &request->query, answer_errors(request->answer)) == OUTCOME_OK;
    bool body_is_valid = check_key(input, request) && (!request_is_unsafe(request) || read_body(input, request));
    return query_is_valid && body_is_valid;
}

void input_refuse(const struct input *input, struct request *request)
{
    if (input->refused)
        respond_refusal(request, input->refused, input->detail);
    else
        respond_refusal(request, 422, "Some fields are not valid.");
}

void input_free(struct input *input)
{
    text_free_secret(&input->body);
}
