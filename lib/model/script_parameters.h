/* The parameters of scripts and the values of their runs. lib/schema checks both here; PostgreSQL stores them unread.
 * Versions of scripts are immutable: what was checked against a version holds for every run of it, whatever happens
 * meanwhile.
 */
#ifndef COAGENT_SCRIPT_PARAMETERS_H
#define COAGENT_SCRIPT_PARAMETERS_H

#include "base/json.h"
#include "db/db.h"

/* A version of a script that is to run. */
struct script_choice {
    char *script; /* its id */
    char *version;
    struct json_object *schema;
};

/* Puts the schema of a body ("parameters") into the form that is stored. Absent, it stays so, unless the script is new:
 * then it takes nothing. INVALID with the sentence of the first error in why. */
enum outcome script_parameters_complete(struct json_object *body, bool is_new, struct text *why);

/* Reads the version out of the last statement's row: id, number, schema. ABSENT: there is no row. It is freed in every
 * case. */
enum outcome script_choice_read(struct db *db, struct script_choice *choice);
void script_choice_free(struct script_choice *choice);

/* The inputs of a run, which the caller frees: what is given and the defaults of the rest. INVALID with an error for
 * each parameter that is wrong ("parameters.NAME"), and no inputs. */
enum outcome script_parameters_check(const struct script_choice *choice, struct json_object *given,
                                     struct json_object **inputs, struct json_object *errors);

#endif
