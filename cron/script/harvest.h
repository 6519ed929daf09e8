/* The results of a script: its result, and the files in its folder "out". All of it is masked like its
 * output, files of every kind and their names as well. */
#ifndef COAGENT_SCRIPT_HARVEST_H
#define COAGENT_SCRIPT_HARVEST_H

#include "base/json.h"
#include "cron/mask/mask.h"
#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/output.h"

/* The JSON of output.json, which the caller puts; NULL when there is none. When there is one that is no result, NULL
 * and why, a sentence for users. outputs: it is terraform's list of outputs, of which those marked as sensitive are
 * hidden.
 */
struct json_object *harvest_result(const struct sandbox *sandbox, const struct mask *mask, bool outputs,
                                   struct text *why);

/* Stores the files of out/; what is left out is noted in the output. */
void harvest_files(struct execution *execution, struct sandbox *sandbox, const struct mask *mask,
                   struct output *output);

#endif
