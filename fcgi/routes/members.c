/* Members of rooms. The guards only ask who may see the room: everybody may join a public one and leave any; what needs
 * an owner is refused by the change itself. */
#include "model/members.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void list(struct request *request);
static void add(struct request *request);
static void edit(struct request *request);
static void remove_member(struct request *request);

static const struct field add_fields[] = {
    {"handle", FIELD_LINE, false, 1, 40, NULL, "The handle of a user or agent, with or without @", false},
    {"email", FIELD_EMAIL, false, 3, 254, NULL, "The email address of a user", false},
    {"id", FIELD_UUID, false, 0, 0, NULL, "The id of a user or agent; your own id joins a public room", false},
    {"role", FIELD_CHOICE, false, 0, 0, ROOM_ROLE_CHOICES, "member (default) can write, viewer can only read", false},
    {NULL},
};

static const struct field edit_fields[] = {
    {"role", FIELD_CHOICE, false, 0, 0, ROOM_ROLE_CHOICES, "The role; only an owner can change it", false},
    {"notify", FIELD_CHOICE, false, 0, 0, NOTIFY_CHOICES, "What to be notified of; only for your own membership",
     false},
    {NULL},
};

const struct route member_routes[] = {
    ROUTE(METHOD_GET, "/rooms/{id}/members", ROOM("viewer"), POOL_FAST, NULL, page_query, list, "The members of a room",
          "MemberList", .by_runs = true),
    ROUTE(METHOD_POST, "/rooms/{id}/members", ROOM_OPEN("viewer"), POOL_FAST, add_fields, NULL, add,
          "Add a member, or join a public room", "Member", true, .successes = "201", .by_runs = true),
    ROUTE(METHOD_PATCH, "/rooms/{id}/members/{member}", ROOM("viewer"), POOL_FAST, edit_fields, NULL, edit,
          "Change a member's role, or your own notifications", "Member",
          .unversioned = "it sets one value that the page shows; the room shows each change of a role to everybody"),
    ROUTE(METHOD_DELETE, "/rooms/{id}/members/{member}", ROOM("viewer"), POOL_FAST, NULL, NULL, remove_member,
          "Remove a member, or leave the room"),
    ROUTE_END,
};

/* GET /api/rooms/{id}/members?limit=&cursor=: 200 with a page; 422: not a cursor */
static void list(struct request *request)
{
    long long limit = request_query_integer(request, "limit", 50);

    respond_row(request, members_list(request->db, request->path_values[0], request_query(request, "cursor"), limit),
                200);
}

/* POST /api/rooms/{id}/members {"handle" | "email" | "id", "role"?}: 201; 403; 409: a member already; 422: nobody */
static void add(struct request *request)
{
    respond_announced_created(request, members_add(request->db, request->path_values[0], request_body_json(request)),
                              request->path);
}

/* PATCH /api/rooms/{id}/members/{member} {"role"?, "notify"?}: 200; 403; 404; 409: the last owner */
static void edit(struct request *request)
{
    respond_announced(
        request,
        members_edit(request->db, request->path_values[0], request->path_values[1], request_body_json(request)), 200);
}

/* DELETE /api/rooms/{id}/members/{member}: 204; 403; 404; 409: the last owner */
static void remove_member(struct request *request)
{
    respond_ended(request, members_remove(request->db, request->path_values[0], request->path_values[1]), 204);
}
