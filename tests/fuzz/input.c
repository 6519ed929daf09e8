#include "targets.h"

#include "base/json.h"
#include "fcgi/http/route.h"
#include "fcgi/input/input.h"
#include "tests/unit/fcgi/memory.h"

#include <stdlib.h>
#include <string.h>

/* The number-th of all routes, counted round and round. */
static const struct route *route_at(unsigned number)
{
    for (;;)
        for (size_t table = 0; route_tables[table]; table++)
            for (const struct route *route = route_tables[table]; route->path; route++)
                if (number-- == 0)
                    return route;
}

/* What was taken is an object of known members; what was refused is told in a JSON document. */
static void check(struct memory *memory, const struct input *input, bool good)
{
    const char *why;
    struct json_object *answer = NULL;
    if (good) {
        if (memory->request.route->fields && json_object_get_type(memory->request.body) != json_type_object)
            abort();
        return;
    }
    input_refuse(input, &memory->request);
    const char *body = answer_body(memory->request.answer);
    int status = answer_status(memory->request.answer);
    if (status < 400 || status > 499 || json_parse(body, strlen(body), &answer, &why) != OUTCOME_OK)
        abort();
    json_object_put(answer);
}

void fuzz_input(const char *bytes, size_t length)
{
    struct memory memory;
    struct input input = {0};
    if (length < 2)
        return;
    char *text = calloc(1, length + 1);
    memcpy(text, bytes, length);
    char *body = text + 2 + strcspn(text + 2, "\n");
    if (body < text + length)
        *body++ = '\0';
    char *query = text_format("QUERY_STRING=%s", text + 2);
    memory_open(
        &memory,
        PARAMETERS("REQUEST_METHOD=POST", query,
                   text[1] == 'f' ? "CONTENT_TYPE=application/x-www-form-urlencoded" : "CONTENT_TYPE=application/json"),
        body);
    memory.length = length - (size_t)(body - text);
    memory.request.route = route_at((unsigned char)text[0]);
    check(&memory, &input, input_read(&input, &memory.request));
    input_free(&input);
    memory_close(&memory);
    free(query);
    free(text);
}
