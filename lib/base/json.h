/* JSON at the border, over json-c: what comes in is checked here once. */
#ifndef COAGENT_JSON_H
#define COAGENT_JSON_H

#include "outcome.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Parses one JSON document strictly (RFC 8259): valid UTF-8, no U+0000, no duplicate keys, at most 32 levels deep,
 * nothing after it. INVALID: *why is a static sentence. The document is freed with json_object_put. */
enum outcome json_parse(const char *bytes, size_t length, struct json_object **document, const char **why);

/* The same for a document that is only passed on, with numbers that C has no type for: up to JSON_DIGITS digits before
 * the point, kept digit by digit. One beyond the range of int64 has the type double, and is written as an integer with
 * the exponent 0, which PostgreSQL's jsonb stores as the integer. */
#define JSON_DIGITS 400
enum outcome json_parse_whole(const char *bytes, size_t length, struct json_object **document, const char **why);

/* Whether bytes are valid UTF-8 (RFC 3629) without NUL. */
bool utf8_is_valid(const char *bytes, size_t length);

/* How many code points a valid UTF-8 string has. */
size_t utf8_length(const char *string);

/* Member access that never fails: NULL or the fallback where the member is absent or of another type.
 * Strings are owned by the document. */
const char *json_text(struct json_object *object, const char *key);
long long json_long(struct json_object *object, const char *key, long long fallback);
bool json_flag(struct json_object *object, const char *key, bool fallback);
struct json_object *json_member(struct json_object *object, const char *key);

#endif
