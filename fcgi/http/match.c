#include "fcgi/http/match.h"

#include "base/json.h"
#include "base/number.h"
#include "fcgi/http/route.h"
#include "fcgi/input/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MOST 9007199254740991LL /* what JSON numbers carry exactly */
#define VALUE_MOST 200

static const char *const method_names[] = {[METHOD_GET] = "GET",
                                           [METHOD_POST] = "POST",
                                           [METHOD_PUT] = "PUT",
                                           [METHOD_PATCH] = "PATCH",
                                           [METHOD_DELETE] = "DELETE"};
#define METHODS (sizeof method_names / sizeof *method_names)

const char *method_name(int method)
{
    return method_names[method];
}

static int method_of(const char *name)
{
    if (strcmp(name, "HEAD") == 0)
        return METHOD_GET;
    for (size_t i = 0; i < METHODS; i++)
        if (strcmp(method_names[i], name) == 0)
            return (int)i;
    return -1;
}

/* Segment by segment; "{…}" takes any segment that is not empty. */
static bool path_matches(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        path += length;
        pattern = strchr(pattern, '}') + 1;
    }
    return *pattern == '\0' && *path == '\0';
}

/* "/rooms/mine" is no id: a path that is spelled out wins over one with a place-holder in the same segment. */
static bool is_more_exact(const struct route *route, const struct route *than)
{
    const char *a = route->path;
    const char *b = than->path;
    while (*a && *a == *b)
        a++, b++;
    return *b == '{' && *a != '{';
}

struct match match_route(const struct route *const *tables, const char *method, const char *path)
{
    struct match match = {NULL, false, 0};
    const struct route *any = NULL;
    int wanted = method_of(method);
    for (; *tables; tables++) {
        for (const struct route *route = *tables; route->path; route++) {
            if (!path_matches(route->path, path))
                continue;
            if (any && strcmp(any->path, route->path) != 0) {
                if (!is_more_exact(route, any))
                    continue;
                match = (struct match){NULL, false, 0};
            }
            any = route;
            match.path_known = true;
            match.methods |= 1U << route->method;
            if ((int)route->method == wanted)
                match.route = route;
        }
    }
    return match;
}

static bool value_is_valid(const char *name, size_t length, const char *value)
{
    long long number = 0;
    if (length == 3 && strncmp(name, "seq", 3) == 0)
        return number_parse(value, 0, SEQ_MOST, &number) == OUTCOME_OK;
    if ((length == 4 && strncmp(name, "name", 4) == 0) || (length == 3 && strncmp(name, "key", 3) == 0))
        return format_is_line(value) && utf8_length(value) <= VALUE_MOST;
    return format_is_uuid(value);
}

enum outcome match_values(struct request *request)
{
    const char *pattern = request->route->path;
    const char *path = request->path;
    enum outcome outcome = OUTCOME_OK;
    for (int count = 0; (pattern = strchr(pattern, '{')) && count < PATH_VALUES; count++) {
        /* The literal segments before it were compared already: the value is as many slashes in. */
        size_t depth = 0;
        for (const char *at = request->route->path; at < pattern; at++)
            depth += *at == '/';
        const char *value = path;
        for (size_t i = 0; i < depth; i++)
            value = strchr(value, '/') + 1;
        size_t name_length = strcspn(pattern + 1, "}");
        const char *kept = request_keep(request, strndup(value, strcspn(value, "/")));
        request->path_values[count] = kept;
        if (!value_is_valid(pattern + 1, name_length, kept))
            outcome = OUTCOME_ABSENT;
        pattern += name_length + 2;
    }
    return outcome;
}

char *match_methods(unsigned methods, char buffer[METHODS_SIZE])
{
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < METHODS; i++)
        if (methods & 1U << i)
            length += (size_t)snprintf(buffer + length, METHODS_SIZE - length, "%s%s%s", length ? ", " : "",
                                       method_names[i], i == METHOD_GET ? ", HEAD" : "");
    return buffer;
}
