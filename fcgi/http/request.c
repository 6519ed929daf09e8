#include "fcgi/http/request.h"

#include "base/clock.h"
#include "base/number.h"
#include "fcgi/answer/answer.h"
#include "fcgi/http/source.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define HEADER_NAME_SIZE 64
#define DEVICE_LENGTH 43 /* 32 bytes */
#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define DISCARD_MOST (5 << 20) /* more than nginx lets pass */

struct kept {
    struct kept *next;
    char *string;
};

/* UUID version 7 (RFC 9562): milliseconds, then random bits. */
static void make_id(char id[UUID_SIZE])
{
    unsigned char b[16];
    uint64_t now = (uint64_t)clock_now_ms();
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        abort();
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)(now >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0f));
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *id++ = '-';
        *id++ = digits[b[i] >> 4];
        *id++ = digits[b[i] & 0x0f];
    }
    *id = '\0';
}

/* nginx hands over the decoded path with /api; anything else is not ours and matches no route. */
static const char *path_below_api(const char *path)
{
    if (!path || strncmp(path, "/api/", 5) != 0 || !utf8_is_valid(path, strlen(path)))
        return "";
    return path + 4;
}

/* The audit log stores only valid addresses, whatever the front nginx sends. */
static const char *valid_address(const char *address)
{
    unsigned char binary[sizeof(struct in6_addr)];
    if (address && (inet_pton(AF_INET, address, binary) == 1 || inet_pton(AF_INET6, address, binary) == 1))
        return address;
    return "";
}

/* "a=1; b=2" becomes "a=1\0b=2\0". */
static void take_cookies(struct request *request)
{
    const char *header = request_header(request, "Cookie");
    if (!header)
        return;
    request->cookies_length = strlen(header);
    request->cookies = strdup(header);
    if (!request->cookies)
        abort();
    for (char *at = request->cookies; *at; at++)
        if (*at == ';')
            *at = '\0';
}

void request_open(struct request *request, const struct config *config, struct db *db, const struct source *source)
{
    *request = (struct request){.config = config, .db = db, .source = source, .started_at = clock_monotonic_ms()};
    make_id(request->id);
    const char *method = request_parameter(request, "REQUEST_METHOD");
    request->method = method ? method : "";
    request->path = path_below_api(request_parameter(request, "DOCUMENT_URI"));
    request->address = valid_address(request_parameter(request, "REMOTE_ADDR"));
    take_cookies(request);
    request->answer = answer_new();
}

void request_close(struct request *request)
{
    for (struct kept *at = request->kept, *next; at; at = next) {
        next = at->next;
        free(at->string);
        free(at);
    }
    json_object_put(request->body);
    json_object_put(request->query);
    if (request->cookies)
        explicit_bzero(request->cookies, request->cookies_length);
    free(request->cookies);
    answer_free(request->answer);
    *request = (struct request){0};
}

bool request_is_unsafe(const struct request *request)
{
    return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0 &&
           strcmp(request->method, "OPTIONS") != 0;
}

const char *request_keep(struct request *request, char *string)
{
    struct kept *kept = malloc(sizeof *kept);
    if (!kept || !string)
        abort();
    *kept = (struct kept){request->kept, string};
    request->kept = kept;
    return string;
}

const char *request_parameter(const struct request *request, const char *name)
{
    size_t length = strlen(name);
    for (char *const *at = request->source->parameters; at && *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return *at + length + 1;
    return NULL;
}

/* CGI names: "X-CSRF-Token" is HTTP_X_CSRF_TOKEN; the two content headers go without the prefix. */
const char *request_header(const struct request *request, const char *name)
{
    char cgi[HEADER_NAME_SIZE + 6] = "HTTP_";
    size_t length = strlen(name);
    if (length >= HEADER_NAME_SIZE)
        return NULL;
    for (size_t i = 0; i <= length; i++) {
        char c = name[i];
        cgi[5 + i] = (char)(c == '-' ? '_' : c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    bool bare = strcmp(cgi + 5, "CONTENT_TYPE") == 0 || strcmp(cgi + 5, "CONTENT_LENGTH") == 0;
    const char *value = request_parameter(request, bare ? cgi + 5 : cgi);
    return value && *value ? value : NULL;
}

const char *request_cookie(const struct request *request, const char *name)
{
    size_t length = strlen(name);
    const char *end = request->cookies ? request->cookies + request->cookies_length : NULL;
    for (const char *at = request->cookies; at && at < end; at += strlen(at) + 1) {
        at += strspn(at, " \t");
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    }
    return NULL;
}

const char *session_cookie_name(const struct config *config, const char *name, char own[SESSION_COOKIE_SIZE])
{
    snprintf(own, SESSION_COOKIE_SIZE, "%s%s", name, config->cookie_suffix);
    return own;
}

static const char *filled_cookie(const struct request *request, const char *name)
{
    const char *value = request_cookie(request, name);

    return value && *value ? value : NULL;
}

const char *request_session_cookie(const struct request *request, const char *name)
{
    char own[SESSION_COOKIE_SIZE];
    const char *value = filled_cookie(request, session_cookie_name(request->config, name, own));

    return value ? value : filled_cookie(request, name);
}

const char *request_device(const struct request *request)
{
    char own[SESSION_COOKIE_SIZE];
    const char *value = filled_cookie(request, session_cookie_name(request->config, DEVICE_COOKIE, own));

    return value && strlen(value) == DEVICE_LENGTH && value[strspn(value, BASE64URL)] == '\0' ? value : "";
}

bool request_owns_plain_cookie(const struct request *request, const char *name, bool proved)
{
    char own_name[SESSION_COOKIE_SIZE];
    const char *own = filled_cookie(request, session_cookie_name(request->config, name, own_name));
    const char *plain = filled_cookie(request, name);

    return plain && (own ? strcmp(own, plain) == 0 : proved);
}

const char *request_query(const struct request *request, const char *name)
{
    return json_text(request->query, name);
}

long long request_query_integer(const struct request *request, const char *name, long long fallback)
{
    return json_long(request->query, name, fallback);
}

const char *request_field(const struct request *request, const char *name)
{
    return json_text(request->body, name);
}

const char *request_body_json(const struct request *request)
{
    return json_object_to_json_string_ext(request->body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

enum outcome request_read_body(struct request *request, size_t most, struct text *body)
{
    const char *announced = request_header(request, "Content-Length");
    long long length = -1;
    if (announced && number_parse(announced, 0, LLONG_MAX, &length) != OUTCOME_OK)
        return OUTCOME_INVALID;
    if (length > (long long)most)
        return OUTCOME_LIMITED;
    char bytes[8192];
    for (;;) {
        int count = request->source->read(request->source->context, bytes, (int)sizeof bytes);
        if (count < 0)
            return OUTCOME_AWAY;
        if (count == 0)
            return length >= 0 && body->length != (size_t)length ? OUTCOME_INVALID : OUTCOME_OK;
        if (body->length + (size_t)count > most)
            return OUTCOME_LIMITED;
        text_add_bytes(body, bytes, (size_t)count);
    }
}

void request_discard_body(struct request *request)
{
    char bytes[8192];
    size_t length = 0;
    int count = 1;

    while (count > 0 && length < DISCARD_MOST) {
        count = request->source->read(request->source->context, bytes, (int)sizeof bytes);
        length += count > 0 ? (size_t)count : 0;
    }
}
