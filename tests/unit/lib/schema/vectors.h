/* Cases that the tests of the browser read, too: tests/vectors. */
#ifndef COAGENT_TEST_VECTORS_H
#define COAGENT_TEST_VECTORS_H

#include <json-c/json.h>
#include <stdbool.h>

/* The document of a file in tests/vectors, which the caller puts. A missing one fails the test. */
struct json_object *vectors_load(const char *name);

/* Whether the first error of a list has this field and this sentence. */
bool vectors_error_is(struct json_object *errors, const char *field, const char *sentence);

/* JSON in one line, for what a failing test says. Owned by the value. */
const char *vectors_shown(struct json_object *value);

#endif
