#include "model/messages.h"

#include "command/run_command.h"
#include "markup/markup.h"
#include "model/script_parameters.h"

#include "queries.h"

#include <string.h>

/* Describes the errors of the parameters of a command, one sentence each: "NAME: …". */
static void add_faults(struct json_object *errors, struct text *why)
{
    for (size_t i = 0; i < json_object_array_length(errors); i++) {
        struct json_object *error = json_object_array_get_idx(errors, i);
        const char *field = json_text(error, "field"), *name = strchr(field, '.');
        text_add_format(why, "%s%s: %s", i > 0 ? " " : "", name ? name + 1 : field, json_text(error, "message"));
    }
}

/* The inputs that a command gives to the script that the last statement found. */
static enum outcome read_inputs(struct db *db, const struct run_command *command, struct script_choice *choice,
                                struct json_object **inputs, struct text *why)
{
    struct json_object *given = NULL, *errors = json_object_new_array();

    *inputs = NULL;
    if (script_choice_read(db, choice) != OUTCOME_OK)
        run_command_explain_absence(command, why);
    else if (run_command_arguments(command, choice->schema, &given, why) == OUTCOME_OK &&
             script_parameters_check(choice, given, inputs, errors) != OUTCOME_OK)
        add_faults(errors, why);
    json_object_put(errors);
    json_object_put(given);
    return *inputs ? OUTCOME_OK : OUTCOME_INVALID;
}

/* Says the command, which queues a run of the version that its parameters were checked against. */
static enum outcome post_command(struct db *db, const char *room, const char *body, const char *handles,
                                 const struct run_command *command, struct text *why)
{
    bool was_held = db_is_held(db);
    struct script_choice choice = {NULL, NULL, NULL};
    struct json_object *inputs = NULL;

    db_hold(db);
    enum outcome outcome = db_do(db, &query_script_named, DB_VALUES(run_command_name(command)));
    if (outcome == OUTCOME_OK)
        outcome = read_inputs(db, command, &choice, &inputs, why);
    if (outcome == OUTCOME_OK) {
        db_queue(db, &query_message_post,
                 DB_VALUES(room, body, choice.script, choice.version, json_object_to_json_string(inputs), handles));
        outcome = was_held ? db_run(db) : db_commit(db);
    } else if (!was_held) {
        db_rollback(db);
    }
    json_object_put(inputs);
    script_choice_free(&choice);
    return outcome;
}

/* What stands in the Markdown of a message. INVALID: it is nested too deep, with a sentence in why. */
static enum outcome read_markup(const char *text, struct markup *markup, struct text *why)
{
    markup_read(text, markup);
    if (!markup->is_too_deep)
        return OUTCOME_OK;
    text_add_format(why, "Quotes and lists can be nested at most %d levels deep.", MARKUP_DEEPEST);
    return OUTCOME_INVALID;
}

enum outcome messages_post(struct db *db, const char *room, struct json_object *body, struct text *why)
{
    struct run_command *command = NULL;
    struct markup markup;
    const char *json = json_object_to_json_string(body), *text = json_text(body, "text");
    enum outcome outcome = read_markup(text, &markup, why);

    if (outcome == OUTCOME_OK) {
        outcome = run_command_read(text, &command, why);
        if (outcome == OUTCOME_ABSENT)
            outcome =
                db_do(db, &query_message_post, DB_VALUES(room, json, NULL, NULL, NULL, text_string(&markup.handles)));
        else if (outcome == OUTCOME_OK)
            outcome = post_command(db, room, json, text_string(&markup.handles), command, why);
    }
    run_command_free(command);
    markup_free(&markup);
    return outcome;
}

/* Whether a text is a command, or is meant as one. */
static bool is_command(const char *text)
{
    struct run_command *command = NULL;
    struct text why = TEXT_EMPTY;
    enum outcome outcome = run_command_read(text, &command, &why);

    run_command_free(command);
    text_free(&why);
    return outcome != OUTCOME_ABSENT;
}

enum outcome messages_edit(struct db *db, const char *room, const char *seq, const char *text, struct text *why)
{
    struct markup markup;
    enum outcome outcome = read_markup(text, &markup, why);

    if (outcome == OUTCOME_OK)
        outcome = db_do(db, &query_message_edit,
                        DB_VALUES(room, seq, text, text_string(&markup.handles), is_command(text) ? "false" : "true"));
    markup_free(&markup);
    return outcome;
}

enum outcome messages_delete(struct db *db, const char *room, const char *seq)
{
    return db_do(db, &query_message_delete, DB_VALUES(room, seq));
}
