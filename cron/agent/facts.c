#include "cron/agent/facts.h"

/* The columns of run_take_agent. */
enum {
    COLUMN_TEXT = FACTS_SHARED,
    COLUMN_AGENT,
    COLUMN_NAME,
    COLUMN_HANDLE,
    COLUMN_PROMPT,
    COLUMN_MODEL,
    COLUMN_PARAMETERS,
    COLUMN_CONTEXT_TOKENS,
    COLUMN_RUN_SECONDS,
    COLUMN_PROVIDER_KIND,
    COLUMN_BASE_URL,
    COLUMN_KEY_SEALED,
    COLUMN_ROOM_NAME,
    COLUMN_STARTED,
    COLUMN_DOCUMENT,
};

void agent_facts_read(struct agent_facts *agent, const struct facts *facts)
{
    *agent = (struct agent_facts){
        .text = facts_text(facts, COLUMN_TEXT),
        .agent = facts_text(facts, COLUMN_AGENT),
        .name = facts_text(facts, COLUMN_NAME),
        .handle = facts_text(facts, COLUMN_HANDLE),
        .document = facts_text(facts, COLUMN_DOCUMENT),
        .prompt = facts_text(facts, COLUMN_PROMPT),
        .model = facts_text(facts, COLUMN_MODEL),
        .parameters = facts_text(facts, COLUMN_PARAMETERS),
        .context_tokens = (long)facts_number(facts, COLUMN_CONTEXT_TOKENS, 16000),
        .run_seconds = (long)facts_number(facts, COLUMN_RUN_SECONDS, 60),
        .provider_kind = facts_value(facts, COLUMN_PROVIDER_KIND),
        .base_url = facts_text(facts, COLUMN_BASE_URL),
        .key_sealed = facts_value(facts, COLUMN_KEY_SEALED),
        .room_name = facts_text(facts, COLUMN_ROOM_NAME),
        .started = facts_flag(facts, COLUMN_STARTED),
    };
}
