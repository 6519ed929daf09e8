/* The passwords among the parameters of a run: encrypted before they reach the database, decrypted by its executor. */
#ifndef COAGENT_RUN_INPUTS_H
#define COAGENT_RUN_INPUTS_H

#include "base/config.h"
#include "base/json.h"
#include "base/text.h"

/* Takes the passwords out of the inputs of a run, which keep null in their places. *sealed, which the caller frees,
 * holds all of them, or is NULL when there are none. schema NULL: nothing is known to be a password. */
enum outcome run_inputs_seal(const struct config *config, struct json_object *schema, struct json_object *inputs,
                             char **sealed);

/* The inputs of a run, the JSON of an object, with its passwords (sealed NULL: it has none) added to opened, which the
 * caller wipes. inputs has no nulls for them. INVALID: they cannot be read with the keys of the settings. */
enum outcome run_inputs_open(const struct config *config, const char *inputs, const char *sealed, struct text *opened);

/* Whether the parameter of this name is a password. */
bool run_input_is_password(struct json_object *schema, const char *name);

#endif
