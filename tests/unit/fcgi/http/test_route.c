#include "fcgi/http/route.h"

#include <criterion/criterion.h>
#include <string.h>

static void nothing(struct request *request)
{
    (void)request;
}

/* What the check says of one table. */
static void expect(const struct route *table, const char *complaint)
{
    const struct route *const tables[] = {table, NULL};
    struct text why = TEXT_EMPTY;
    enum outcome outcome = route_tables_check(tables, &why);
    cr_expect_eq(outcome, complaint ? OUTCOME_INVALID : OUTCOME_OK, "%s", text_string(&why));
    if (complaint)
        cr_expect(strstr(text_string(&why), complaint), "%s", text_string(&why));
    text_free(&why);
}

#define TABLE(...) ((const struct route[]){__VA_ARGS__, ROUTE_END})
#define GET(path, guard) ROUTE(METHOD_GET, path, guard, POOL_FAST, NULL, NULL, nothing, "x")

Test(tables, the_programs_own_are_sound)
{
    struct text why = TEXT_EMPTY;
    cr_expect_eq(route_tables_check(route_tables, &why), OUTCOME_OK, "%s", text_string(&why));
    text_free(&why);
}

Test(tables, guards_name_what_exists)
{
    expect(TABLE(GET("/a", MAY("rooms.create"))), NULL);
    expect(TABLE(GET("/a", MAY("rooms.creat"))), "no such permission: rooms.creat");
    expect(TABLE(GET("/rooms/{id}", ROOM("viewer"))), NULL);
    expect(TABLE(GET("/rooms/{id}", ROOM("reader"))), "no such role: reader");
    expect(TABLE(GET("/agents/{id}", ROOM("viewer"))), "this guard needs another path: /rooms/{id}");
    expect(TABLE({METHOD_GET, "/a", {0, NULL}, POOL_FAST, NULL, NULL, nothing, "x"}), "no guard is declared");
}

Test(tables, the_path_of_an_object_has_the_guard_of_that_object)
{
    expect(TABLE(GET("/scripts/{id}", SCRIPT("see")), GET("/scripts/{id}/run", SCRIPT("run"))), NULL);
    expect(TABLE(GET("/scripts/{id}", SCRIPT("act"))), "no such aim: act");
    expect(TABLE(GET("/mappings/{id}", MAPPING("run"))), "no such aim: run");
    expect(TABLE(GET("/files/{id}", FILE("edit"))), "no such aim: edit");
    expect(TABLE(GET("/scripts", SCRIPT("see"))), "this guard needs another path: /scripts/{id}");
    expect(TABLE(GET("/agents/{id}", RUN("see"))), "this guard needs another path: /runs/{id}");
    expect(TABLE(GET("/agents/{id}/logs", USER)), "this path needs the guard of its object: agent");
    expect(TABLE(GET("/runs/{id}/output", MAY("runs.manage"))), "this path needs the guard of its object: run");
    expect(TABLE(GET("/rooms/{id}/events", PUBLIC)), "this path needs the guard of its object: room");
}

Test(tables, no_route_hides_another)
{
    expect(TABLE(GET("/a", USER), GET("/a", PUBLIC)), "another route hides it");
    expect(TABLE(GET("/a/{id}", USER), GET("/a/{other}", USER)), "another route hides it");
    expect(TABLE(GET("/a/{id}", USER), GET("/a/mine", USER)), NULL);
}

Test(tables, text_has_a_limit)
{
    static const struct field unlimited[] = {{"t", FIELD_TEXT}, {NULL}};
    static const struct field twice[] = {{"t", FIELD_UUID}, {"t", FIELD_UUID}, {NULL}};
    expect(TABLE(ROUTE(METHOD_POST, "/a", USER, POOL_FAST, unlimited, NULL, nothing, "x")),
           "a field without an upper limit: t");
    expect(TABLE(ROUTE(METHOD_POST, "/a", USER, POOL_FAST, twice, NULL, nothing, "x")), "a field is listed twice: t");
    expect(TABLE(ROUTE(METHOD_GET, "/a", USER, POOL_FAST, twice, NULL, nothing, "x")), "a GET takes no body");
}

Test(tables, an_edit_takes_the_version_that_it_is_based_on)
{
    static const struct field versioned[] = {FIELD_VERSION, {NULL}};
    static const struct field optional[] = {{"version", FIELD_INTEGER, false, 1, 9}, {NULL}};
    expect(TABLE(ROUTE(METHOD_PATCH, "/a", USER, POOL_FAST, versioned, NULL, nothing, "x", "Room")), NULL);
    expect(TABLE(ROUTE(METHOD_PUT, "/a", USER, POOL_FAST, optional, NULL, nothing, "x", "Room")),
           "an edit without the version that it is based on");
    expect(TABLE(ROUTE(METHOD_PATCH, "/a", USER, POOL_FAST, NULL, NULL, nothing, "x", .unversioned = "a mark")), NULL);
    expect(TABLE(ROUTE(METHOD_PATCH, "/a", USER, POOL_FAST, versioned, NULL, nothing, "x")),
           "an edit with a version answers the object");
    expect(TABLE(ROUTE(METHOD_POST, "/a", USER, POOL_FAST, NULL, NULL, nothing, "x", .unversioned = "a mark")),
           "this route needs no reason for having no version");
}

Test(tables, answers_have_a_schema_that_exists)
{
    expect(TABLE(ROUTE(METHOD_GET, "/a", USER, POOL_FAST, NULL, NULL, nothing, "x", "RoomList")), NULL);
    expect(TABLE(ROUTE(METHOD_GET, "/a", USER, POOL_FAST, NULL, NULL, nothing, "x", "Rooom")), "no such schema: Rooom");
}

Test(tables, nginx_learns_the_paths_that_may_wait)
{
    static const struct route table[] = {
        ROUTE(METHOD_POST, "/auth/login", PUBLIC, POOL_LOGIN, NULL, NULL, nothing, "x"),
        ROUTE(METHOD_GET, "/fast", PUBLIC, POOL_FAST, NULL, NULL, nothing, "x"),
        ROUTE(METHOD_POST, "/files/{id}/parts.json", USER, POOL_WAIT, NULL, NULL, nothing, "x"),
        ROUTE(METHOD_PUT, "/files/{id}/parts.json", USER, POOL_WAIT, NULL, NULL, nothing, "x"),
        ROUTE(METHOD_GET, "/slow", USER, POOL_WAIT, NULL, NULL, nothing, "x"),
        ROUTE_END,
    };
    static const struct route *const tables[] = {table, NULL};
    struct text locations = TEXT_EMPTY;
    route_tables_print_locations(tables, &locations);
    cr_expect_str_eq(text_string(&locations), "\"POST /api/auth/login\" coagent_wait;\n"
                                              "\"~^POST /api/files/[^/]+/parts\\.json$\" coagent_wait;\n"
                                              "\"~^PUT /api/files/[^/]+/parts\\.json$\" coagent_wait;\n"
                                              "\"~^(?:GET|HEAD) /api/slow$\" coagent_wait;\n");
    text_free(&locations);
}
