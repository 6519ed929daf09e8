/* The facts of an agent's run, after those of every run (run_take_agent). Strings belong to the execution. */
#ifndef COAGENT_AGENT_FACTS_H
#define COAGENT_AGENT_FACTS_H

#include "cron/run/facts.h"

struct agent_facts {
    const char *text; /* what earlier attempts said */
    const char *agent, *name, *handle;
    const char *document; /* the agent as frames name it, JSON */
    const char *prompt, *model, *parameters;
    long context_tokens;
    long run_seconds;
    const char *provider_kind; /* NULL: it has none */
    const char *base_url;
    const char *key_sealed; /* or NULL */
    const char *room_name;
    bool started; /* else it was stopped after its run was claimed */
};

void agent_facts_read(struct agent_facts *agent, const struct facts *facts);

#endif
