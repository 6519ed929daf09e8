/* An answer by a language model. */
#ifndef COAGENT_MODEL_H
#define COAGENT_MODEL_H

#include "base/json.h"
#include "cron/agent/answer.h"

/* Asks the agent's model with these messages, streams what it says, and ends the run. */
void model_answer(struct answer *answer, struct json_object *messages);

#endif
