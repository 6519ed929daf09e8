#include "cron/script/state.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/secretbox.h"
#include "cron/sandbox/files.h"
#include "model/scripts.h"
#include "queries.h"
#include "words/words.h"

#include <string.h>

#define FILE_NAME "terraform.tfstate"
#define MOST_BYTES (8 * 1024 * 1024)
#define LOOK_MS 2000

void state_open(struct state *state, struct execution *execution, const struct sandbox *sandbox,
                const struct text *before)
{
    *state = (struct state){.execution = execution, .sandbox = sandbox, .look_at = clock_monotonic_ms() + LOOK_MS};
    text_add_bytes(&state->kept, text_string(before), before->length);
}

void state_close(struct state *state)
{
    text_free_secret(&state->kept);
}

/* Terraform writes over the file: who looks in that moment, or after it was killed in it, finds a part. */
static bool is_whole(const struct text *found)
{
    struct json_object *parsed = json_tokener_parse(text_string(found));
    bool whole = json_object_is_type(parsed, json_type_object);

    json_object_put(parsed);
    return whole;
}

/* found takes the place of what was kept, when it is stored. */
static enum outcome store(struct state *state, struct text *found)
{
    const struct execution *execution = state->execution;
    struct text sealed = TEXT_EMPTY;
    enum outcome outcome =
        secret_seal(execution->config, sealed_rows[SEALED_SCRIPT_STATE].name, text_string(found), &sealed);

    if (outcome == OUTCOME_OK)
        outcome = execution_do(state->execution, &query_run_keep_state,
                               DB_VALUES(execution->id, execution->fence, text_string(&sealed)));
    if (outcome == OUTCOME_OK) {
        text_free_secret(&state->kept);
        state->kept = *found;
        *found = (struct text)TEXT_EMPTY;
    }
    text_free(&sealed);
    return outcome;
}

/* INVALID: there is a part of one. ABSENT: there is none. */
static enum outcome look(struct state *state)
{
    struct text found = TEXT_EMPTY;
    enum outcome outcome = sandbox_read(state->sandbox, FILE_NAME, MOST_BYTES, &found);
    bool same =
        found.length == state->kept.length && memcmp(text_string(&found), text_string(&state->kept), found.length) == 0;

    if (outcome == OUTCOME_OK && !same)
        outcome = is_whole(&found) ? store(state, &found) : OUTCOME_INVALID;
    text_free_secret(&found);
    return outcome;
}

void state_tick(struct state *state)
{
    if (clock_monotonic_ms() < state->look_at || state->execution->state == EXECUTION_ORPHANED)
        return;
    look(state);
    state->look_at = clock_monotonic_ms() + LOOK_MS;
}

int state_patience(const struct state *state)
{
    int64_t left = state->look_at - clock_monotonic_ms();

    return left > 0 ? (int)left : 0;
}

void state_end(struct state *state, struct output *output)
{
    enum outcome outcome = look(state);

    if (outcome == OUTCOME_INVALID)
        output_note(output, "Terraform was stopped while it wrote its state. The previous copy of the state was kept.");
    else if (outcome != OUTCOME_OK && outcome != OUTCOME_ABSENT)
        output_note(output, "The state could not be stored. The next run starts from the previous state.");
}
