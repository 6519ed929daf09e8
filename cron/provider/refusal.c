#include "cron/provider/refusal.h"

#include "base/json.h"
#include "base/number.h"
#include "base/repair.h"

#include <limits.h>
#include <string.h>

#define REASON_MOST 500
#define WAIT_MOST_MS 60000
#define DEPTH_MOST 5

/* The JSON of an endpoint, or NULL: it can be lenient JSON and need not end with a NUL. */
static struct json_object *read_document(const char *body, size_t length)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *document =
        length && length < INT_MAX ? json_tokener_parse_ex(tokener, body, (int)length) : NULL;

    json_tokener_free(tokener);
    return document;
}

/* The first text that a document gives as its reason, NULL for none. */
static const char *find_reason(struct json_object *value, int depth)
{
    static const char *const names[] = {"message",       "detail", "msg",   "error", "errors",
                                        "error_message", "reason", "title", "code"};
    const char *found = NULL;

    if (depth == DEPTH_MOST || !value)
        return NULL;
    if (json_object_is_type(value, json_type_string))
        return json_object_get_string_len(value) ? json_object_get_string(value) : NULL;
    if (json_object_is_type(value, json_type_array))
        return json_object_array_length(value) ? find_reason(json_object_array_get_idx(value, 0), depth + 1) : NULL;
    if (json_object_is_type(value, json_type_object))
        for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
            found = find_reason(json_member(value, names[i]), depth + 1);
    return found;
}

/* In one line, without control characters, at most so long. */
static void add_line(struct text *line, const char *bytes, size_t length)
{
    struct text clean = TEXT_EMPTY;
    struct text joined = TEXT_EMPTY;
    size_t kept;

    text_add_repaired(&clean, bytes, length);
    for (size_t i = 0; i < clean.length; i++) {
        char c = clean.bytes[i];
        bool space = (unsigned char)c <= ' ' || c == '\x7f';

        if (!space)
            text_add_char(&joined, c);
        else if (joined.length && joined.bytes[joined.length - 1] != ' ')
            text_add_char(&joined, ' ');
    }
    while (joined.length && joined.bytes[joined.length - 1] == ' ')
        joined.length--;
    kept = utf8_cut(text_string(&joined), joined.length, REASON_MOST);
    text_add_bytes(line, text_string(&joined), kept);
    if (kept < joined.length)
        text_add(line, " …");
    text_free(&clean);
    text_free(&joined);
}

/* What stands between an opening tag and the next tag, NULL for nothing. */
static const char *element(const char *html, const char *name, size_t *length)
{
    const char *tag = strcasestr(html, name);
    const char *start = tag ? strchr(tag, '>') : NULL;

    if (!start)
        return NULL;
    start += 1 + strspn(start + 1, " \t\r\n");
    *length = strcspn(start, "<");
    return *length ? start : NULL;
}

/* The text of HTML: its title or heading, else all of it without tags. */
static void add_html(struct text *line, const char *html)
{
    size_t length = 0;
    const char *title = element(html, "<title", &length);
    struct text words = TEXT_EMPTY;

    if (!title)
        title = element(html, "<h1", &length);
    if (title) {
        add_line(line, title, length);
        return;
    }
    while (*html) {
        size_t text = strcspn(html, "<");

        text_add_bytes(&words, html, text);
        text_add_char(&words, ' ');
        html += text;
        html += strcspn(html, ">");
        html += *html == '>';
    }
    add_line(line, text_string(&words), words.length);
    text_free(&words);
}

static void add_text(struct text *line, const char *body, size_t length)
{
    struct text copy = TEXT_EMPTY;

    text_add_repaired(&copy, body, length); /* ends with the only NUL */
    if (text_string(&copy)[strspn(text_string(&copy), " \t\r\n")] == '<')
        add_html(line, text_string(&copy));
    else
        add_line(line, text_string(&copy), copy.length);
    text_free(&copy);
}

void refusal_reason(const char *body, size_t length, struct text *reason)
{
    struct json_object *document = read_document(body, length);
    const char *found = find_reason(document, 0);

    if (found) /* "404 page not found" begins with JSON, too: a number */
        add_line(reason, found, strlen(found));
    else if (!json_object_is_type(document, json_type_object) && !json_object_is_type(document, json_type_array))
        add_text(reason, body, length);
    json_object_put(document);
}

/* Names that endpoints give to their errors, in "type", "code" or "status", and the status that means the same. */
static const struct {
    const char *word;
    long status;
} errors[] = {
    {"insufficient_quota", 402}, {"billing", 402},         {"context_length", 413},  {"context_size", 413},
    {"authentication", 401},     {"unauthenticated", 401}, {"invalid_api_key", 401}, {"permission", 403},
    {"not_found", 404},          {"notfound", 404},        {"invalid", 400},         {"badrequest", 400},
    {"bad_request", 400},        {"unsupported", 400},     {"rate_limit", 429},      {"resource_exhausted", 429},
    {"too_many", 429},           {"overloaded", 503},      {"unavailable", 503},
};

static long status_of_name(const char *name)
{
    for (size_t i = 0; name && i < sizeof errors / sizeof *errors; i++)
        if (strcasestr(name, errors[i].word))
            return errors[i].status;
    return 0;
}

/* A number from 400 to 599, also as a text, or the status that a name means; 0 for neither. */
static long status_of_value(struct json_object *value)
{
    long long number = 0;

    if (json_object_is_type(value, json_type_int))
        number = json_object_get_int64(value);
    else if (!json_object_is_type(value, json_type_string))
        return 0;
    else if (number_parse(json_object_get_string(value), 400, 599, &number) != OUTCOME_OK)
        return status_of_name(json_object_get_string(value));
    return number >= 400 && number <= 599 ? (long)number : 0;
}

/* The status that an error's own words mean, 0 when they say nothing. Names count more than numbers. */
static long own_status(struct json_object *document)
{
    static const char *const names[] = {"code", "type", "status"};
    struct json_object *first = json_object_is_type(document, json_type_array) && json_object_array_length(document)
                                    ? json_object_array_get_idx(document, 0)
                                    : document;
    struct json_object *error = json_member(first, "error");
    long found = 0;

    if (!json_object_is_type(error, json_type_object))
        error = first;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct json_object *value = json_member(error, names[i]);
        long status = status_of_value(value);

        if (status && (!found || json_object_is_type(value, json_type_string)))
            found = found == 402 || found == 413 ? found : status;
    }
    return found;
}

/* The meaning of the status, and whether a retry can succeed. */
static const char *meaning(long status, bool *later)
{
    *later = status == 0 || status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
    switch (status) {
    case 0: return "The model endpoint reported an error";
    case 402: return "The account at the model endpoint has no quota left";
    case 413: return "The conversation is too long for the model. Reduce the agent's context";
    case 401:
    case 403: return "The model endpoint rejected the key";
    case 404: return "The model endpoint does not recognise this address or model";
    case 429: return "The model endpoint received too many requests";
    default: return status >= 500 ? "The model endpoint failed" : "The model endpoint rejected the request";
    }
}

bool refusal_explain(long status, const char *body, size_t length, struct text *sentence)
{
    struct json_object *document = read_document(body, length);
    struct text reason = TEXT_EMPTY;
    long own = own_status(document);
    bool later;
    const char *meant = meaning(status == 0 || own == 402 || own == 413 ? own : status, &later);

    if (status)
        text_add_format(sentence, "%s (status %ld).", meant, status);
    else
        text_add_format(sentence, "%s.", meant);
    refusal_reason(body, length, &reason);
    if (reason.length)
        text_add_format(sentence, " Its message: %s", reason.bytes);
    json_object_put(document);
    text_free(&reason);
    return later;
}

long refusal_delay_ms(int n, long long retry_after_ms, double chance)
{
    long wait = 500;

    if (n >= 5 || retry_after_ms > WAIT_MOST_MS)
        return -1;
    for (int i = 1; i < n && wait < 20000; i++)
        wait *= 2;
    wait = (long)((double)(wait < 20000 ? wait : 20000) * (0.5 + chance / 2));
    return wait > retry_after_ms ? wait : (long)retry_after_ms;
}

void refusal_explain_wait(long long retry_after_ms, struct text *sentence)
{
    static const struct {
        long long ms;
        const char *name;
    } units[] = {{86400000, "day"}, {3600000, "hour"}, {60000, "minute"}};
    size_t unit = 0;
    long long count;

    if (retry_after_ms <= WAIT_MOST_MS)
        return;
    while (unit < 2 && retry_after_ms < 2 * units[unit].ms)
        unit++;
    count = (retry_after_ms + units[unit].ms - 1) / units[unit].ms;
    text_add_format(sentence, " It asks to wait %lld %s%s before the next try.", count, units[unit].name,
                    number_plural(count));
}
