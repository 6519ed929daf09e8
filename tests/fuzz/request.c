#include "targets.h"

#include "base/json.h"
#include "fcgi/http/route.h"
#include "fcgi/http/router.h"
#include "tests/unit/fcgi/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The environment of a request, as nginx hands it over. */
struct environment {
    const char *entries[PARAMETERS_MOST + 1];
    size_t count;
};

static void put(struct environment *environment, const char *name, const char *value)
{
    if (environment->count < PARAMETERS_MOST)
        environment->entries[environment->count++] = text_format("%s=%s", name, value);
}

/* "Content-Type: x" is CONTENT_TYPE, every other header HTTP_ and its name. */
static void put_header(struct environment *environment, char *line)
{
    char *colon = strchr(line, ':');
    char *name;
    if (!colon)
        return;
    *colon = '\0';
    for (char *c = line; *c; c++)
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
    name = text_format("%s%s", strncmp(line, "CONTENT_", 8) == 0 ? "" : "HTTP_", line);
    put(environment, name, colon + 1 + strspn(colon + 1, " "));
    free(name);
}

static void put_first_line(struct environment *environment, char *line)
{
    char *uri = strchr(line, ' ');
    char *query;
    if (uri)
        *uri++ = '\0';
    else
        uri = line + strlen(line);
    put(environment, "REQUEST_METHOD", line);
    query = strchr(uri, '?');
    if (query)
        *query++ = '\0';
    put(environment, "DOCUMENT_URI", uri);
    put(environment, "QUERY_STRING", query ? query : "");
}

/* Takes the head apart in place; the rest is the body. */
static char *read_head(struct environment *environment, char *text)
{
    for (bool first = true; *text && *text != '\n'; first = false) {
        char *end = text + strcspn(text, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        if (first)
            put_first_line(environment, text);
        else
            put_header(environment, text);
        text = next;
    }
    return *text == '\n' ? text + 1 : text;
}

/* An answer of ours is a status that HTTP knows, headers that none of the input broke, and JSON where it says so. */
static void check_answer(struct memory *memory)
{
    const char *why;
    struct json_object *answer = NULL;
    const char *body = answer_body(memory->request.answer);
    int status = answer_status(memory->request.answer);
    if (status < 200 || status > 599 || status == 500)
        abort();
    if (status >= 400 && json_parse(body, strlen(body), &answer, &why) != OUTCOME_OK)
        abort();
    json_object_put(answer);
    respond_send(&memory->request);
    const char *head_end = strstr(text_string(&memory->written), "\r\n\r\n");
    if (!head_end)
        abort();
    for (const char *c = text_string(&memory->written); c < head_end; c++)
        if ((*c == '\n' && (c == memory->written.bytes || c[-1] != '\r')) || (*c == '\r' && c[1] != '\n'))
            abort();
}

void fuzz_request(const char *bytes, size_t length)
{
    struct environment environment = {.count = 0};
    struct memory memory;
    char *text = calloc(1, length + 1);
    memcpy(text, bytes, length);
    char *body = read_head(&environment, text);
    memory_open(&memory, environment.entries, body);
    memory.length = length - (size_t)(body - text); /* a NUL does not end it */
    memory.config.cors_origins = (char *[]){"https://app.example.org", NULL};
    router_serve(&memory.request, route_tables);
    check_answer(&memory);
    memory_close(&memory);
    for (size_t i = 0; i < environment.count; i++)
        free((char *)environment.entries[i]);
    free(text);
}
