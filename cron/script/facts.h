/* The facts of a script's run, after those of every run (run_take_script). Strings belong to the execution. */
#ifndef COAGENT_SCRIPT_FACTS_H
#define COAGENT_SCRIPT_FACTS_H

#include "cron/run/facts.h"

struct script_facts {
    const char *kind; /* of the script: "sh", "python" … */
    const char *code;
    const char *schema;  /* of the parameters, JSON */
    const char *entries; /* of the mapping: [{"key", "value", "sealed"}], "" without one */
    bool dry_run;
    const char *reach;            /* of the network, a line each (sandbox.h); NULL: nothing */
    const char *limits;           /* narrower than the configured ones, JSON */
    const char *state_sealed;     /* what the script keeps from one run to the next, or NULL */
    const char *output_most;      /* its output ends at this byte, by the quota of the asker; NULL: there is no quota */
    const char *inputs_sealed;    /* its passwords, or NULL */
    size_t file_count;            /* beside the script */
    const char *api_user;         /* for whom it uses the API; NULL: it does not */
    const char *registry;         /* the address from which its packages come; NULL: the public one */
    const char *script;           /* its id */
    const char *cache_generation; /* of the cache folder that its runs share; NULL: they share none */
};

void script_facts_read(struct script_facts *script, const struct facts *facts);

#endif
