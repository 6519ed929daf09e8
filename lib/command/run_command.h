/* "/run NAME …" in a room. Words are separated and quoted as a shell does it: 'as it is', "with \" and \\", a backslash
 * before any character; typographic quotation marks count as ". A word is
 *
 *     VALUE           for the next parameter, in the order of the schema, that was not given
 *     NAME=VALUE      for the parameter of this name
 *     --NAME=VALUE    the same; - may stand for _, and --NAME alone turns a yes or no on
 *     --              after it, every word is a VALUE
 *
 * A name counts only where it is written without quotation marks, so "a=b" and '--x' are values. A list takes values
 * with commas between, or a JSON array; an object, JSON. */
#ifndef COAGENT_RUN_COMMAND_H
#define COAGENT_RUN_COMMAND_H

#include "base/outcome.h"
#include "base/text.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct run_command;

/* Reads a message in valid UTF-8. ABSENT: it is no such command. INVALID: why gets a sentence. The caller frees the
 * command with run_command_free, which takes NULL. */
enum outcome run_command_read(const char *message, struct run_command **command, struct text *why);
void run_command_free(struct run_command *command);

/* The script name as written. Owned by the command. */
const char *run_command_name(const struct run_command *command);

/* Adds what to say when nothing has this name. */
void run_command_explain_absence(const struct run_command *command, struct text *sentence);

/* A new object of what the words give to the parameters of a schema, which the caller frees. INVALID: why gets a
 * sentence. Values are of the types of their parameters where they read as such; schema_check_value judges the rest. */
enum outcome run_command_arguments(const struct run_command *command, struct json_object *schema,
                                   struct json_object **arguments, struct text *why);

#endif
