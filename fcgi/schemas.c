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
    {NULL, NULL},
};
