/* Shared internals of lib/schema: lists of errors and paths. */
#ifndef COAGENT_SCHEMA_ERRORS_H
#define COAGENT_SCHEMA_ERRORS_H

#include "base/text.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define NAME_SHOWN_MOST 40 /* characters of a name that somebody chose, in a path or a sentence */
#define SENTENCE_SHOWN_MOST 400

/* Adds an error, its sentence cut to SENTENCE_SHOWN_MOST characters, unless there are SCHEMA_ERRORS_MOST. */
void errors_add(struct json_object *errors, const char *field, const char *sentence);

/* Adds ".name", or only the name where the path is empty. Returns the length before, for path_leave. */
size_t path_enter(struct text *path, const char *name);
size_t path_enter_index(struct text *path, size_t index);
void path_leave(struct text *path, size_t length);

/* Whether an array has this string. */
bool names_have(struct json_object *names, const char *name);

#endif
