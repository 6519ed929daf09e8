/* Field tables as JSON Schema. */
#ifndef COAGENT_OPENAPI_FIELD_H
#define COAGENT_OPENAPI_FIELD_H

#include "fcgi/http/route.h"

#include <json-c/json.h>

/* The schema of one field, without its name. The caller owns it. */
struct json_object *openapi_field_schema(const struct field *field);

/* The schema of an object with these fields and no others. */
struct json_object *openapi_fields_schema(const struct field *fields);

#endif
