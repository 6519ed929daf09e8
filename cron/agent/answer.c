#include "cron/agent/answer.h"

#include "base/clock.h"
#include "base/repair.h"
#include "cron/run/lease.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define SEND_MS 50
#define SILENCE_MS 2000 /* after nchan did not answer, so that waiting for it does not slow the answer down */
#define STORE_MS 1000
#define FRAME_MOST ((size_t)16 * 1024) /* bytes of text in one frame */

void answer_open(struct answer *answer, struct execution *execution, const struct agent_facts *facts)
{
    memset(answer, 0, sizeof *answer);
    answer->execution = execution;
    answer->facts = facts;
    text_add(&answer->text, facts->text);
    answer->sent = answer->stored = answer->text.length;
    answer->sent_chars = utf8_length(facts->text);
}

void answer_free(struct answer *answer)
{
    text_free(&answer->text);
}

bool answer_add(struct answer *answer, const char *bytes, size_t length)
{
    size_t room = answer->text.length < ANSWER_MOST ? ANSWER_MOST - answer->text.length : 0;
    size_t kept = utf8_cut(bytes, length, room);

    text_add_repaired(&answer->text, bytes, kept);
    return kept == length;
}

/* One frame of what the room does not have yet. */
static enum outcome send_frame(struct answer *answer)
{
    const char *rest = text_string(&answer->text) + answer->sent;
    size_t length = utf8_cut(rest, answer->text.length - answer->sent, FRAME_MOST);
    struct execution *execution = answer->execution;
    struct text piece = TEXT_EMPTY;
    struct text frame = TEXT_EMPTY;

    text_add_bytes(&piece, rest, length);
    text_add_format(&frame, "{\"delta\":{\"room\":\"%s\",\"run\":\"%s\",\"agent\":%s,\"offset\":%zu,\"text\":",
                    execution->facts.room, execution->id, answer->facts->document, answer->sent_chars);
    text_add_json(&frame, piece.bytes);
    text_add(&frame, "}}");
    enum outcome outcome = execution_publish(execution, frame.bytes, frame.length);
    answer->sent_chars += utf8_length(piece.bytes);
    answer->sent += length;
    text_free(&piece);
    text_free(&frame);
    return outcome;
}

/* A page that misses a frame asks the API. */
static void send(struct answer *answer)
{
    enum outcome outcome = OUTCOME_OK;

    if (answer->sent == answer->text.length)
        return;
    while (outcome == OUTCOME_OK && answer->sent < answer->text.length)
        outcome = send_frame(answer);
    answer->sent_at = clock_monotonic_ms() + (outcome == OUTCOME_OK ? 0 : SILENCE_MS);
}

/* Text that could not be stored stays due for the next time. */
static void store(struct answer *answer)
{
    struct execution *execution = answer->execution;
    char position[24];

    if (answer->stored == answer->text.length)
        return;
    snprintf(position, sizeof position, "%zu", answer->stored);
    answer->stored_at = clock_monotonic_ms();
    if (execution_do(execution, &query_run_say,
                     DB_VALUES(execution->id, execution->fence, position,
                               text_string(&answer->text) + answer->stored)) == OUTCOME_OK)
        answer->stored = answer->text.length;
}

/* The lease first: who has lost it says nothing more. */
bool answer_tick(struct answer *answer)
{
    bool going = lease_tick(answer->execution);
    int64_t now = clock_monotonic_ms();

    if (answer->execution->state == EXECUTION_ORPHANED)
        return false;
    if (now - answer->sent_at >= SEND_MS)
        send(answer);
    if (now - answer->stored_at >= STORE_MS)
        store(answer);
    return going;
}

bool answer_wait(struct answer *answer, long ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    int64_t left;

    while (answer_tick(answer) && (left = until - clock_monotonic_ms()) > 0) {
        struct pollfd wake = {execution_socket(answer->execution), POLLIN, 0};

        poll(&wake, 1, left < SEND_MS ? (int)left : SEND_MS);
    }
    return answer->execution->state == EXECUTION_GOING;
}

void answer_finish(struct answer *answer, const char *state, const char *reason, struct json_object *details,
                   struct json_object *usage)
{
    if (answer->execution->state != EXECUTION_ORPHANED) {
        send(answer);
        store(answer);
    }
    json_object_object_add(details, "text", json_object_new_string(text_string(&answer->text)));
    execution_finish(answer->execution, state, reason, details, usage);
}
