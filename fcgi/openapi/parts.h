/* What the writers of the document share. */
#ifndef COAGENT_PARTS_H
#define COAGENT_PARTS_H

#include <json-c/json.h>

/* A literal of ours as an object, which the caller owns; ends the program when it is no JSON. */
struct json_object *part_parsed(const char *text);

/* {"$ref": "#/components/<kind>/<name>"} */
struct json_object *part_reference(const char *kind, const char *name);

#endif
