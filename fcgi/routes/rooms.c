/* Rooms: what they are called, who sees them, and that they end. */
#include "model/rooms.h"

#include "fcgi/http/route.h"
#include "words/words.h"

#include <string.h>

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete_room(struct request *request);
static void stop(struct request *request);

static const struct field list_query[] = {
    {"scope", FIELD_CHOICE, false, 0, 0, "mine|public", "mine (default), or public: the rooms that the caller can join",
     false},
    FIELDS_PAGE,
    {NULL},
};

#define NAME_HELP "The name of the room"
#define TOPIC_HELP "The topic of the room"
#define VISIBILITY_HELP "private (default): members only; public: every user can read and join"

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, NAME_HELP, false},
    {"topic", FIELD_LINE, false, 0, 500, NULL, TOPIC_HELP, false},
    {"visibility", FIELD_CHOICE, false, 0, 0, ROOM_VISIBILITY_CHOICES, VISIBILITY_HELP, false},
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    {"name", FIELD_NAME, false, 1, 80, NULL, NAME_HELP, false},
    {"topic", FIELD_LINE, false, 0, 500, NULL, TOPIC_HELP, false},
    {"visibility", FIELD_CHOICE, false, 0, 0, ROOM_VISIBILITY_CHOICES, VISIBILITY_HELP, false},
    {"archived", FIELD_BOOLEAN, false, 0, 0, NULL, "An archived room can be read, but not written to", false},
    {NULL},
};

const struct route room_routes[] = {
    ROUTE(METHOD_GET, "/rooms", USER, POOL_FAST, NULL, list_query, list, "The caller's rooms", "RoomList",
          .by_runs = true),
    ROUTE(METHOD_POST, "/rooms", MAY("rooms.create"), POOL_FAST, create_fields, NULL, create, "Create a room", "Room",
          true, .successes = "201", .by_runs = true),
    ROUTE(METHOD_GET, "/rooms/{id}", ROOM("viewer"), POOL_FAST, NULL, NULL, show, "A room", "Room", .by_runs = true),
    ROUTE(METHOD_PATCH, "/rooms/{id}", ROOM("owner"), POOL_FAST, edit_fields, NULL, edit, "Edit or archive a room",
          "Room"),
    ROUTE(METHOD_DELETE, "/rooms/{id}", ROOM("owner"), POOL_FAST, NULL, NULL, delete_room,
          "Delete a room with all its messages"),
    ROUTE(METHOD_POST, "/rooms/{id}/stop", ROOM("member"), POOL_FAST, NULL, NULL, stop,
          "Stop all answers in progress in a room", "Stopped"),
    ROUTE_END,
};

/* GET /api/rooms?scope=&limit=&cursor=: 200 with a page; 422: not a cursor */
static void list(struct request *request)
{
    const char *scope = request_query(request, "scope");
    long long limit = request_query_integer(request, "limit", 50);

    respond_row(request,
                rooms_list(request->db, scope && strcmp(scope, "public") == 0, request_query(request, "cursor"), limit),
                200);
}

/* POST /api/rooms {"name", "topic"?, "visibility"?}: 201. The caller is its owner. */
static void create(struct request *request)
{
    respond_announced_created(request, rooms_create(request->db, request_body_json(request)), request->path);
}

/* GET /api/rooms/{id} */
static void show(struct request *request)
{
    respond_row(request, rooms_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/rooms/{id}: 200; 409 when the version is stale */
static void edit(struct request *request)
{
    respond_ended(request, rooms_edit(request->db, request->path_values[0], request_body_json(request)), 200);
}

/* DELETE /api/rooms/{id}: 204 */
static void delete_room(struct request *request)
{
    respond_ended(request, rooms_delete(request->db, request->path_values[0]), 204);
}

/* POST /api/rooms/{id}/stop: 200 {"stopped": how many} */
static void stop(struct request *request)
{
    respond_announced(request, rooms_stop(request->db, request->path_values[0]), 200);
}
