/* The answers' schemas by name; a route's "schema" names one of them. Add yours in the order of the domains. */
#include "fcgi/openapi.h"

#define ID "{\"type\":\"string\",\"format\":\"uuid\"}"
#define TEXT "{\"type\":\"string\"}"
#define FLAG "{\"type\":\"boolean\"}"
#define WHOLE "{\"type\":\"integer\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define OR_NULL(schema) "{\"anyOf\":[" schema ",{\"type\":\"null\"}]}"
#define LIST(schema) "{\"type\":\"array\",\"items\":" schema "}"
#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define PROPERTY(name, schema) "\"" name "\":" schema
#define API_TOKEN                                                                                                      \
    PROPERTY("id", ID) "," PROPERTY("name", TEXT) "," PROPERTY("scopes", LIST(TEXT)) ","                                \
    PROPERTY("expires_at", OR_NULL(TIME)) "," PROPERTY("last_used_at", OR_NULL(TIME)) "," PROPERTY("created_at", TIME)
#define PAGE(name)                                                                                                     \
    {                                                                                                                  \
        name "List", OBJECT("\"items\":" LIST(REF(name)) ",\"next\":" OR_NULL(TEXT))                                   \
    }

const struct openapi_schema openapi_schemas[] = {
    {"Problem", OBJECT("\"type\":" TEXT ",\"title\":" TEXT ",\"status\":" WHOLE ",\"detail\":" TEXT ",\"instance\":" ID
                       ",\"errors\":" LIST(OBJECT("\"field\":" TEXT ",\"message\":" TEXT)))},
    {"Status", OBJECT("\"status\":" TEXT ",\"authenticated\":" FLAG ",\"csrf_token\":" OR_NULL(
                   TEXT) ",\"user\":" OR_NULL(REF("User")) ",\"registration_open\":" FLAG ",\"setup_needed\":" FLAG)},
    {"Health", OBJECT("\"status\":" TEXT ",\"parts\":" OBJECT("\"database\":" TEXT ",\"nchan\":" TEXT))},
    {"User", OBJECT("\"id\":" ID ",\"email\":" TEXT ",\"name\":" TEXT ",\"handle\":" TEXT ",\"role\":" TEXT
                    ",\"permissions\":" LIST(TEXT) ",\"theme\":" TEXT ",\"disabled\":" FLAG ",\"version\":" WHOLE
                                                   ",\"created_at\":" TIME)},
    PAGE("User"),
    {"LogIn",
     OBJECT(PROPERTY("user", REF("User")) "," PROPERTY("csrf_token", TEXT) "," PROPERTY("expires_in", WHOLE))},
    {"Tokens", OBJECT(PROPERTY("access_token", TEXT) "," PROPERTY("token_type", TEXT) "," PROPERTY(
                   "expires_in", WHOLE) "," PROPERTY("refresh_token", TEXT))},
    {"VerifiedToken", OBJECT(PROPERTY("valid", FLAG) "," PROPERTY("user", REF("User")) "," PROPERTY(
                          "session_id", OR_NULL(ID)) "," PROPERTY("expires_at", OR_NULL(TIME)))},
    {"Session", OBJECT(PROPERTY("id", ID) "," PROPERTY("current", FLAG) "," PROPERTY("address", OR_NULL(TEXT)) ","
                       PROPERTY("agent", TEXT) "," PROPERTY("created_at", TIME) "," PROPERTY("last_seen_at", TIME) ","
                       PROPERTY("expires_at", TIME))},
    PAGE("Session"),
    {"ApiToken", OBJECT(API_TOKEN)},
    {"NewApiToken", OBJECT(API_TOKEN "," PROPERTY("token", TEXT))},
    PAGE("ApiToken"),
    {"Audit", OBJECT(PROPERTY("id", WHOLE) "," PROPERTY("at", TIME) "," PROPERTY("actor", OR_NULL(REF("Author"))) ","
                     PROPERTY("on_behalf_of", OR_NULL(REF("Author"))) "," PROPERTY("action", TEXT) ","
                     PROPERTY("outcome", TEXT) "," PROPERTY("object", OR_NULL(OBJECT(PROPERTY("kind", TEXT) ","
                     PROPERTY("id", OR_NULL(TEXT))))) "," PROPERTY("request_id", OR_NULL(ID)) ","
                     PROPERTY("address", OR_NULL(TEXT)) "," PROPERTY("detail", OBJECT("")))},
    PAGE("Audit"),
    {"Room",
     OBJECT(PROPERTY("id", ID) "," PROPERTY("name", TEXT) "," PROPERTY("topic", TEXT) "," PROPERTY("visibility", TEXT) "," PROPERTY("archived", FLAG) "," PROPERTY(
         "role",
         TEXT) "," PROPERTY("member",
                            FLAG) "," PROPERTY("last_seq",
                                               WHOLE) "," PROPERTY("read_seq",
                                                                   WHOLE) "," PROPERTY("unread",
                                                                                       WHOLE) "," PROPERTY("mentioned",
                                                                                                           FLAG) "," PROPERTY("last_event_at",
                                                                                                                              TIME) "," PROPERTY("version",
                                                                                                                                                 WHOLE) "," PROPERTY("created_at",
                                                                                                                                                                     TIME))},
    PAGE("Room"),
    {"Stopped", OBJECT(PROPERTY("stopped", WHOLE))},
    {"Author",
     OBJECT(PROPERTY("id", ID) "," PROPERTY("kind", TEXT) "," PROPERTY("name", TEXT) "," PROPERTY("handle", TEXT))},
    PAGE("Author"),
    {"Member",
     OBJECT(PROPERTY("id", ID) "," PROPERTY("kind", TEXT) "," PROPERTY("name", TEXT) "," PROPERTY(
         "handle", TEXT) "," PROPERTY("role", TEXT) "," PROPERTY("notify", TEXT) "," PROPERTY("created_at", TIME))},
    PAGE("Member"),
    {"Event",
     OBJECT(
         PROPERTY("room", ID) "," PROPERTY("seq", WHOLE) "," PROPERTY("kind", TEXT) "," PROPERTY("author", OR_NULL(REF("Author"))) "," PROPERTY(
             "at",
             TIME) "," PROPERTY("body",
                                OBJECT("")) "," PROPERTY("reply_to",
                                                         OR_NULL(
                                                             WHOLE)) "," PROPERTY("target",
                                                                                  OR_NULL(
                                                                                      WHOLE)) "," PROPERTY("run",
                                                                                                           OR_NULL(
                                                                                                               ID)))},
    {"LiveRun",
     OBJECT(PROPERTY("run", ID) "," PROPERTY("agent", REF("Author")) "," PROPERTY("state", TEXT) "," PROPERTY(
         "trigger_seq", WHOLE) "," PROPERTY("text", TEXT) "," PROPERTY("length", WHOLE))},
    {"EventList", OBJECT(PROPERTY("items", LIST(REF("Event"))) "," PROPERTY("last_seq", WHOLE) "," PROPERTY(
                      "more", FLAG) "," PROPERTY("live", LIST(REF("LiveRun"))))},
    {"ReadMarker", OBJECT(PROPERTY("room", ID) "," PROPERTY("read_seq", OR_NULL(WHOLE)) "," PROPERTY(
                       "unread", WHOLE) "," PROPERTY("mentioned", FLAG))},
    {NULL, NULL},
};
