#include "fcgi/http/match.h"

#include "../memory.h"
#include "fcgi/http/route.h"

#include <criterion/criterion.h>

static void nothing(struct request *request)
{
    (void)request;
}

static const struct route rooms[] = {
    ROUTE(METHOD_GET, "/rooms", USER, POOL_FAST, NULL, NULL, nothing, "list"),
    ROUTE(METHOD_POST, "/rooms", USER, POOL_FAST, NULL, NULL, nothing, "create"),
    ROUTE(METHOD_GET, "/rooms/{id}", USER, POOL_FAST, NULL, NULL, nothing, "show"),
    ROUTE(METHOD_DELETE, "/rooms/{id}", USER, POOL_FAST, NULL, NULL, nothing, "delete"),
    ROUTE_END,
};
static const struct route more[] = {
    ROUTE(METHOD_GET, "/rooms/mine", USER, POOL_FAST, NULL, NULL, nothing, "mine"),
    ROUTE(METHOD_PATCH, "/rooms/{id}/messages/{seq}", USER, POOL_FAST, NULL, NULL, nothing, "edit"),
    ROUTE(METHOD_GET, "/x/{name}", USER, POOL_FAST, NULL, NULL, nothing, "plug-in"),
    ROUTE_END,
};
static const struct route *const tables[] = {rooms, more, NULL};

#define ID "01890000-0000-7000-8000-000000000001"

static const char *summary(const char *method, const char *path)
{
    struct match match = match_route(tables, method, path);
    return match.route ? match.route->summary : match.path_known ? "405" : "404";
}

Test(match, finds_the_route_of_a_method_and_a_path)
{
    cr_expect_str_eq(summary("GET", "/rooms"), "list");
    cr_expect_str_eq(summary("HEAD", "/rooms"), "list");
    cr_expect_str_eq(summary("POST", "/rooms"), "create");
    cr_expect_str_eq(summary("GET", "/rooms/" ID), "show");
    cr_expect_str_eq(summary("PATCH", "/rooms/" ID "/messages/7"), "edit");
}

Test(match, a_path_that_is_spelled_out_wins)
{
    cr_expect_str_eq(summary("GET", "/rooms/mine"), "mine");
    cr_expect_str_eq(summary("DELETE", "/rooms/mine"), "405");
}

Test(match, tells_unknown_paths_from_unknown_methods)
{
    static const char *const unknown[] = {"",
                                          "/",
                                          "/room",
                                          "/roomss",
                                          "/rooms/",
                                          "//rooms",
                                          "/rooms//",
                                          "/Rooms",
                                          "/rooms/" ID "/",
                                          "/rooms/" ID "/messages",
                                          "/rooms/" ID "/messages/1/2"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        cr_expect_str_eq(summary("GET", unknown[i]), "404", "%s", unknown[i]);
    cr_expect_str_eq(summary("PUT", "/rooms"), "405");
    cr_expect_str_eq(summary("get", "/rooms"), "405");
    cr_expect_str_eq(summary("TRACE", "/rooms"), "405");
}

Test(match, lists_the_methods_of_a_path)
{
    char methods[METHODS_SIZE];
    cr_expect_str_eq(match_methods(match_route(tables, "PUT", "/rooms").methods, methods), "GET, HEAD, POST");
    cr_expect_str_eq(match_methods(match_route(tables, "PUT", "/rooms/" ID).methods, methods), "GET, HEAD, DELETE");
    cr_expect_str_eq(match_methods(match_route(tables, "PUT", "/rooms/mine").methods, methods), "GET, HEAD");
}

static enum outcome values(struct memory *memory, const char *method, const char *path)
{
    memory_open(memory, PARAMETERS("REQUEST_METHOD=GET"), NULL);
    memory->request.path = path;
    memory->request.route = match_route(tables, method, path).route;
    cr_assert_not_null(memory->request.route);
    return match_values(&memory->request);
}

Test(match, takes_the_values_out_of_the_path)
{
    struct memory memory;
    cr_expect_eq(values(&memory, "PATCH", "/rooms/" ID "/messages/42"), OUTCOME_OK);
    cr_expect_str_eq(memory.request.path_values[0], ID);
    cr_expect_str_eq(memory.request.path_values[1], "42");
    cr_expect_null(memory.request.path_values[2]);
    memory_close(&memory);
}

Test(match, values_that_cannot_be_are_absent)
{
    static const char *const wrong[] = {"/rooms/x/messages/1", "/rooms/" ID "/messages/x", "/rooms/" ID "/messages/-1",
                                        "/rooms/" ID "/messages/9007199254740992", "/rooms/" ID "0/messages/1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct memory memory;
        cr_expect_eq(values(&memory, "PATCH", wrong[i]), OUTCOME_ABSENT, "%s", wrong[i]);
        memory_close(&memory);
    }
}

Test(match, a_name_is_a_line)
{
    struct memory memory;
    cr_expect_eq(values(&memory, "GET", "/x/weather report"), OUTCOME_OK);
    memory_close(&memory);
    cr_expect_eq(values(&memory, "GET", "/x/two\nlines"), OUTCOME_ABSENT);
    memory_close(&memory);
}
