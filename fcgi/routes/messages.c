/* Messages in rooms. */
#include "model/messages.h"

#include "fcgi/http/route.h"

static void post(struct request *request);
static void edit(struct request *request);
static void delete_message(struct request *request);

#define TEXT_FIELD                                                                                                     \
    {                                                                                                                  \
        "text", FIELD_TEXT, true, 1, 16000, NULL, "Markdown; @handle mentions a member", false                         \
    }

static const struct field post_fields[] = {
    TEXT_FIELD,
    {"reply_to", FIELD_INTEGER, false, 1, 9007199254740991, NULL, "The seq of the message to reply to", true},
    {NULL},
};

static const struct field edit_fields[] = {TEXT_FIELD, {NULL}};

const struct route message_routes[] = {
    ROUTE(METHOD_POST, "/rooms/{id}/messages", ROOM_OPEN("member"), POOL_FAST, post_fields, NULL, post,
          "Post a message; mentioned agents answer", "Event", true, .successes = "201", .by_runs = true),
    ROUTE(METHOD_PATCH, "/rooms/{id}/messages/{seq}", ROOM_OPEN("member"), POOL_FAST, edit_fields, NULL, edit,
          "Edit your own message; agents that it did not mention before answer", "Event",
          .unversioned = "only its author edits a message, and every text stays in the log of the room",
          .by_runs = true),
    ROUTE(METHOD_DELETE, "/rooms/{id}/messages/{seq}", ROOM_OPEN("member"), POOL_FAST, NULL, NULL, delete_message,
          "Delete your own message, or any message as an owner of the room", .by_runs = true),
    ROUTE_END,
};

/* Says why a text cannot be a message. */
static void refuse(struct request *request, enum outcome outcome, const struct text *why)
{
    respond_field_error(request, "text", text_string(why));
    respond_problem(request, outcome, text_string(why));
}

/* POST /api/rooms/{id}/messages {"text", "reply_to"?}: 201 and its event; 422 */
static void post(struct request *request)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome = messages_post(request->db, request->path_values[0], request->body, &why);

    if (why.length > 0)
        refuse(request, outcome, &why);
    else
        respond_announced_created(request, outcome, request->path);
    text_free(&why);
}

/* PATCH /api/rooms/{id}/messages/{seq} {"text"}: 200 and the event of the edit; 403; 404; 422 */
static void edit(struct request *request)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome = messages_edit(request->db, request->path_values[0], request->path_values[1],
                                         request_field(request, "text"), &why);

    if (why.length > 0)
        refuse(request, outcome, &why);
    else
        respond_announced(request, outcome, 200);
    text_free(&why);
}

/* DELETE /api/rooms/{id}/messages/{seq}: 204; 403; 404 */
static void delete_message(struct request *request)
{
    respond_announced(request, messages_delete(request->db, request->path_values[0], request->path_values[1]), 204);
}
