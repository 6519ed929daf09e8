#include "cron/agent/turn.h"

#include "base/number.h"
#include "cron/agent/answer.h"
#include "cron/agent/command.h"
#include "cron/agent/context.h"
#include "cron/agent/facts.h"
#include "cron/agent/model.h"
#include "cron/run/lease.h"
#include "queries.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The room as run_context gives it; strings belong to the connection until its next statement. */
struct room {
    struct said question;
    bool has_question;
    struct said *said;
    size_t count;
};

static void read_row(const struct db *db, int row, struct said *said)
{
    said->own = strcmp(db_value(db, row, 0), "assistant") == 0;
    said->name = db_value(db, row, 1);
    said->text = db_value(db, row, 2);
    if (number_parse(db_value(db, row, 3), 0, LLONG_MAX, &said->number) != OUTCOME_OK)
        said->number = 0;
}

static enum outcome read_room(struct execution *execution, const struct agent_facts *facts, struct room *room)
{
    enum outcome outcome = execution_ask(execution, &query_run_context,
                                         DB_VALUES(execution->facts.room, execution->facts.trigger_seq, facts->agent));
    int rows = outcome == OUTCOME_OK ? db_rows(execution->db) : 0;

    room->said = calloc((size_t)rows + 1, sizeof *room->said);
    if (!room->said)
        abort();
    for (int row = 0; row < rows; row++) {
        if (db_value(execution->db, row, 4)[0] == 't') {
            room->has_question = true;
            read_row(execution->db, row, &room->question);
        } else {
            read_row(execution->db, row, &room->said[room->count++]);
        }
    }
    return outcome;
}

static char *system_prompt(const struct agent_facts *facts)
{
    return text_format("%s%sYou are %s (@%s), a participant of the room \"%s\", in which several people and agents "
                       "talk. Messages of others begin with their name. Write your answer only, without your name "
                       "before it; Markdown is shown as it should be.",
                       facts->prompt, facts->prompt[0] ? "\n\n" : "", facts->name, facts->handle, facts->room_name);
}

static struct json_object *room_messages(const struct agent_facts *facts, const struct room *room)
{
    char *system = system_prompt(facts);
    const struct context context = {
        .system = system,
        .question = &room->question,
        .said = room->said,
        .count = room->count,
        .kept = facts->text,
        .tokens = facts->context_tokens,
    };
    struct json_object *messages = context_messages(&context);

    free(system);
    return messages;
}

/* The built-in commands stream word by word; what an earlier attempt said already is not said again. */
static void answer_command(struct answer *answer, const struct room *room)
{
    struct text whole = TEXT_EMPTY;
    long pause = command_answer(room->question.text, room->question.name, answer->facts->name, &whole);
    const char *rest = text_string(&whole);
    struct json_object *details = json_object_new_object();

    if (strncmp(rest, text_string(&answer->text), answer->text.length) == 0)
        rest += answer->text.length;
    while (*rest) {
        size_t word = strcspn(rest, " \n");

        word += strspn(rest + word, " \n");
        answer_add(answer, rest, word);
        rest += word;
        if (!answer_wait(answer, pause))
            break;
    }
    json_object_object_add(details, "model", json_object_new_string("command"));
    answer_finish(answer, "succeeded", NULL, details, json_object_new_object());
    text_free(&whole);
}

static void answer_room(struct answer *answer, const struct room *room)
{
    if (strcmp(answer->facts->provider_kind, "command") == 0) {
        answer_command(answer, room);
        return;
    }
    struct json_object *messages = room_messages(answer->facts, room);

    model_answer(answer, messages);
    json_object_put(messages);
}

static void fail(struct answer *answer, const char *state, const char *reason)
{
    answer_finish(answer, state, reason, json_object_new_object(), json_object_new_object());
}

static void run_turn(struct execution *execution)
{
    struct agent_facts facts;
    struct answer answer;
    struct room room = {.said = NULL};

    agent_facts_read(&facts, &execution->row);
    lease_limit(execution, facts.run_seconds);
    execution_tell(execution);
    answer_open(&answer, execution, &facts);
    if (!facts.started)
        fail(&answer, "cancelled", "The agent was stopped."); /* after this run was claimed: it is asked to stop, too */
    else if (!facts.provider_kind)
        fail(&answer, "failed", "This agent has no model yet. Choose a provider in its settings.");
    else if (read_room(execution, &facts, &room) != OUTCOME_OK)
        fail(&answer, "failed", "The room could not be read.");
    else if (!room.has_question)
        fail(&answer, "cancelled", "The message to answer was deleted.");
    else
        answer_room(&answer, &room);
    free(room.said);
    answer_free(&answer);
}

static const struct db_statement *const statements[] = {&query_run_context, &query_run_say, NULL};

const struct run_kind run_kind_agent = {
    .name = "agent",
    .take = &query_run_take_agent,
    .run = run_turn,
    .statements = statements,
    .limit_seconds = 60,
};
