#include "cron/script/facts.h"

#include "base/number.h"

#include <stdint.h>

/* The columns of run_take_script. */
enum {
    COLUMN_KIND = FACTS_SHARED,
    COLUMN_CODE,
    COLUMN_SCHEMA,
    COLUMN_ENTRIES,
    COLUMN_DRY_RUN,
    COLUMN_REACH,
    COLUMN_LIMITS,
    COLUMN_STATE_SEALED,
    COLUMN_OUTPUT_MOST,
    COLUMN_INPUTS_SEALED,
    COLUMN_FILE_COUNT,
    COLUMN_API_USER,
    COLUMN_REGISTRY,
    COLUMN_SCRIPT,
    COLUMN_CACHE_GENERATION,
};

static size_t count_of(const struct facts *facts, int column)
{
    long long count = 0;

    number_parse(facts_text(facts, column), 0, INT32_MAX, &count);
    return (size_t)count;
}

void script_facts_read(struct script_facts *script, const struct facts *facts)
{
    *script = (struct script_facts){
        .kind = facts_text(facts, COLUMN_KIND),
        .code = facts_text(facts, COLUMN_CODE),
        .schema = facts_text(facts, COLUMN_SCHEMA),
        .entries = facts_text(facts, COLUMN_ENTRIES),
        .dry_run = facts_flag(facts, COLUMN_DRY_RUN),
        .reach = facts_value(facts, COLUMN_REACH),
        .limits = facts_text(facts, COLUMN_LIMITS),
        .state_sealed = facts_value(facts, COLUMN_STATE_SEALED),
        .output_most = facts_value(facts, COLUMN_OUTPUT_MOST),
        .inputs_sealed = facts_value(facts, COLUMN_INPUTS_SEALED),
        .file_count = count_of(facts, COLUMN_FILE_COUNT),
        .api_user = facts_value(facts, COLUMN_API_USER),
        .registry = facts_value(facts, COLUMN_REGISTRY),
        .script = facts_text(facts, COLUMN_SCRIPT),
        .cache_generation = facts_value(facts, COLUMN_CACHE_GENERATION),
    };
}
