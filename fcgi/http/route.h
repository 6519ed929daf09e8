/* The route tables: what the router, the guards, the validation and the OpenAPI document all read. One table a domain,
 * on top of fcgi/routes/<domain>.c, listed in routes.c. */
#ifndef COAGENT_ROUTE_H
#define COAGENT_ROUTE_H

#include "fcgi/answer/respond.h"
#include "fcgi/http/request.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };

/* The callers that are allowed. There is no zero value: a route that names no guard does not compile (see ROUTE). */
enum guard_kind {
    GUARD_PUBLIC = 1, /* anybody */
    GUARD_USER,       /* a live session or API token of an enabled user */
    GUARD_PERMISSION, /* a user with this permission; administrators have them all */
    GUARD_ROOM,       /* a role in the room that the first path value names: "viewer", "member" or "owner".
                         Public rooms: every user is at least "viewer". Too little: 403 if it may see the room, else 404 */
    GUARD_ROOM_OPEN,  /* the same, and the room must not be archived (409) */

    /* What for, as the first path value names the object: 404 unless the caller may see it, 403 when not for this. */
    GUARD_SCRIPT,  /* "see", "edit" or "run" */
    GUARD_MAPPING, /* "see" or "edit" */
    GUARD_AGENT,   /* "see" or "edit" */
    GUARD_RUN,     /* "see", "act": stop it, ask for it again, or "own": remove what it left */
    GUARD_FILE,    /* "see" */
};

struct guard {
    enum guard_kind kind;
    const char *argument;
};
#define PUBLIC                                                                                                         \
    {                                                                                                                  \
        GUARD_PUBLIC, NULL                                                                                             \
    }
#define USER                                                                                                           \
    {                                                                                                                  \
        GUARD_USER, NULL                                                                                               \
    }
#define MAY(permission)                                                                                                \
    {                                                                                                                  \
        GUARD_PERMISSION, permission                                                                                   \
    }
#define ROOM(role)                                                                                                     \
    {                                                                                                                  \
        GUARD_ROOM, role                                                                                               \
    }
#define ROOM_OPEN(role)                                                                                                \
    {                                                                                                                  \
        GUARD_ROOM_OPEN, role                                                                                          \
    }
#define SCRIPT(aim)                                                                                                    \
    {                                                                                                                  \
        GUARD_SCRIPT, aim                                                                                              \
    }
#define MAPPING(aim)                                                                                                   \
    {                                                                                                                  \
        GUARD_MAPPING, aim                                                                                             \
    }
#define AGENT(aim)                                                                                                     \
    {                                                                                                                  \
        GUARD_AGENT, aim                                                                                               \
    }
#define RUN(aim)                                                                                                       \
    {                                                                                                                  \
        GUARD_RUN, aim                                                                                                 \
    }
#define FILE(aim)                                                                                                      \
    {                                                                                                                  \
        GUARD_FILE, aim                                                                                                \
    }

/* The properties of a kind of guard for the checks and the OpenAPI document. */
struct guard_rule {
    const char *name;
    const char *path; /* how the path of its object begins, and no other guard's: "/scripts/{id}"; NULL: no object */
    const char *argument;  /* what its argument is: "role"; NULL: it has none */
    const char *arguments; /* those that there are, separated by "|" */
};

/* NULL: there is no such guard. */
const struct guard_rule *guard_rule(enum guard_kind kind);

enum field_kind {
    FIELD_TEXT, /* string, trimmed of nothing; limits in code points */
    FIELD_LINE, /* string without control characters, white space trimmed at both ends */
    FIELD_NAME, /* what names something for people, see lib/unicode/name.h; it is stored as name_clean gives it */
    FIELD_EMAIL,
    FIELD_CODE,    /* string of any characters; limits in bytes */
    FIELD_SECRET,  /* string without line breaks that never reaches a log or an error */
    FIELD_INTEGER, /* limits are values */
    FIELD_NUMBER,
    FIELD_BOOLEAN,
    FIELD_UUID,
    FIELD_CHOICE,    /* one of choices, separated by "|" */
    FIELD_OBJECT,    /* any JSON object up to most bytes */
    FIELD_TEXT_LIST, /* array of strings; most: how many */
    FIELD_UUID_LIST,
    FIELD_OBJECT_LIST, /* array of objects, each checked by the table elements; most: how many */
    FIELD_TIME,        /* RFC 3339 */
};

struct field {
    const char *name; /* NULL ends the table */
    enum field_kind kind;
    bool required; /* must be present and, for strings, not empty */
    long long least, most;
    const char *choices;
    const char *help;             /* one line, for the OpenAPI document */
    bool nullable;                /* null is allowed, and means "remove" in an edit */
    const struct field *elements; /* of a FIELD_OBJECT_LIST */
};

/* POOL_WAIT and POOL_LOGIN are served by one pool. POOL_WAIT is for what may take long; a caller has few of its slots
 * for that, and all together leave some to POOL_LOGIN: what hashes a password, and renews a session. */
enum pool_kind { POOL_FAST, POOL_WAIT, POOL_LOGIN };

struct route {
    enum method method;
    const char *path; /* below /api: "/rooms/{id}/messages/{seq}". {seq} is a whole number, {name} and {key}
                         a line of text, every other name an id; anything else there is a 404 */
    struct guard guard;
    enum pool_kind pool;
    const struct field *fields; /* body; NULL: a body is refused */
    const struct field *query;  /* query parameters; NULL: they are refused */
    void (*handle)(struct request *request);
    const char *summary; /* one line, for people */
    const char *schema;  /* name of the answer's schema in schemas.c (openapi_has_schema), or NULL */
    bool idempotent;     /* honours Idempotency-Key */
    bool form;           /* the body may be application/x-www-form-urlencoded too */
    size_t most;         /* bytes of a JSON body; 0: BODY_MOST */
    bool by_runs;        /* with the token of a run, too; public reads are anyway */
    size_t raw;          /* the body is a file as it is, of any type but JSON or a form, up to so many bytes
                            (nginx lets 1 MiB pass, and 4 MiB below /api/scripts/) */
    const char
        *unversioned; /* of a PATCH or PUT that takes no version: why it cannot undo the change of somebody else */

    /* For the OpenAPI document, statuses separated by "|". */
    const char *successes; /* with this schema; NULL: 200, or 204 without a body */
    const char *problems;  /* besides those that follow from the other columns */
    const char *media;     /* the type of a body that is not JSON, or not only */
};

/* The first six are positional on purpose: leaving the guard out is a compile error. */
#define ROUTE(method, path, guard, pool, fields, query, ...)                                                           \
    {                                                                                                                  \
        method, path, guard, pool, fields, query, __VA_ARGS__                                                          \
    }
#define ROUTE_END                                                                                                      \
    {                                                                                                                  \
        METHOD_GET, NULL, {GUARD_PUBLIC, NULL}, POOL_FAST, NULL, NULL, NULL, NULL, NULL, false                         \
    }

/* The field of an edit that says what it is based on: an older version gets a 409 with the object as it is now. */
#define FIELD_VERSION                                                                                                  \
    {                                                                                                                  \
        "version", FIELD_INTEGER, true, 1, 2147483647, NULL, "The version that the change is based on", false          \
    }

/* Whether an edit takes the version that it is based on. */
bool route_is_versioned(const struct route *route);

/* ?limit= (1 to 200, default 50) and ?cursor= for every keyset list; append more with FIELDS_PAGE in an own table. */
extern const struct field page_query[];
#define FIELDS_PAGE                                                                                                    \
    {"limit", FIELD_INTEGER, false, 1, 200, NULL, "The maximum number of items (default 50)", false},                  \
    {                                                                                                                  \
        "cursor", FIELD_LINE, false, 1, 500, NULL, "The \"next\" of the previous page", false                          \
    }

/* Describes the errors of the tables (a route given twice, an unknown permission or role, a room guard without a room,
 * a path of an object without the guard of that object, text without a limit …), a line each. INVALID when there is
 * something. */
enum outcome route_tables_check(const struct route *const *tables, struct text *why);

/* The lines of an nginx map from "$request_method $uri" to the upstream coagent_wait, for the routes that may wait, so
 * that the site cannot drift from the tables. */
void route_tables_print_locations(const struct route *const *tables, struct text *locations);

/* Every table, ended by NULL (routes/routes.c). */
extern const struct route *const route_tables[];

#endif
