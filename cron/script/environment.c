#include "cron/script/environment.h"

#include "base/secretbox.h"
#include "model/mappings.h"
#include "model/run_inputs.h"
#include "model/scripts.h"
#include "words/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Takes the string over. */
static void add_variable(struct environment *environment, char *variable)
{
    environment->variables =
        reallocarray(environment->variables, environment->variable_count + 2, sizeof *environment->variables);
    if (!environment->variables)
        abort();
    environment->variables[environment->variable_count++] = variable;
    environment->variables[environment->variable_count] = NULL;
}

static void add_file(struct environment *environment, const char *name, const void *bytes, size_t length)
{
    environment->files[environment->file_count++] =
        (struct sandbox_file){.name = name, .bytes = bytes, .length = length};
}

/* In the work folder. */
static void add_work_file(struct environment *environment, const char *name, const void *bytes, size_t length)
{
    add_file(environment, name, bytes, length);
    environment->files[environment->file_count - 1].place = SANDBOX_WORK;
}

/* pip and npm would try for a minute what cannot succeed. */
static void add_surroundings(struct environment *environment, const struct execution *execution, bool network)
{
    static const char *const offline[] = {"PIP_RETRIES=0", "PIP_DISABLE_PIP_VERSION_CHECK=1",
                                          "npm_config_fetch_retries=0"};
    static const char *const fixed[] = {"COAGENT_INPUT=/coagent/input.json", "COAGENT_OUTPUT=/work/output.json",
                                        "PYTHONUNBUFFERED=1", "AWS_PAGER=", "CHECKPOINT_DISABLE=1"};

    add_variable(environment, text_format("COAGENT_RUN_ID=%s", execution->id));
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        add_variable(environment, text_format("%s", fixed[i]));
    for (size_t i = 0; !network && i < sizeof offline / sizeof *offline; i++)
        add_variable(environment, text_format("%s", offline[i]));
}

static void add_token(struct environment *environment, const char *token)
{
    add_variable(environment, text_format("COAGENT_URL=%s", DOOR_URL));
    add_variable(environment, text_format("COAGENT_TOKEN=%s", token));
    mask_add_secret(environment->mask, token);
}

static char *upper_case(const char *name)
{
    char *upper = text_format("%s", name);

    for (char *at = upper; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return upper;
}

/* Terraform takes lists as well, and names as they are. */
static void add_parameter(struct environment *environment, const char *name, struct json_object *value)
{
    const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value)
                                                                    : json_object_to_json_string(value);
    char *upper = upper_case(name);

    if (!json_object_is_type(value, json_type_array) && !json_object_is_type(value, json_type_object))
        add_variable(environment, text_format("PARAM_%s=%s", upper, text));
    if (environment->kind->keeps_state)
        add_variable(environment, text_format("TF_VAR_%s=%s", name, text));
    free(upper);
}

/* A parameter of the format "password" is a secret, too. */
static void add_parameters(struct environment *environment, const char *given, const char *rules_of)
{
    struct json_object *inputs = json_tokener_parse(given);
    struct json_object *schema = json_tokener_parse(rules_of);

    if (inputs && json_object_is_type(inputs, json_type_object)) {
        json_object_object_foreach(inputs, name, value)
        {
            add_parameter(environment, name, value);
            if (json_text(inputs, name) && run_input_is_password(schema, name))
                mask_add_secret(environment->mask, json_text(inputs, name));
        }
    }
    json_object_put(inputs);
    json_object_put(schema);
}

static bool open_inputs(struct environment *environment, const struct execution *execution,
                        const struct script_facts *facts, struct text *why)
{
    if (run_inputs_open(execution->config, execution->facts.inputs, facts->inputs_sealed, &environment->inputs) ==
        OUTCOME_OK)
        return true;
    text_add(why,
             "The passwords of this run cannot be read because SECRET_KEY has changed. Start a new run with them.");
    return false;
}

/* The entry's value, which is wiped by the caller; false, with why, when it cannot be opened. */
static bool open_entry(const struct execution *execution, struct json_object *entry, struct text *value,
                       struct text *why)
{
    const char *sealed = json_text(entry, "sealed");

    if (!sealed)
        text_add(value, json_text(entry, "value") ? json_text(entry, "value") : "");
    else if (secret_open_fresh(execution->config, sealed_rows[SEALED_MAPPING_ENTRY].name, sealed, value) !=
             OUTCOME_OK) {
        text_add_format(why,
                        "The secret %s of the mapping cannot be read because SECRET_KEY has changed. Enter it again.",
                        json_text(entry, "key"));
        return false;
    }
    return true;
}

static bool add_entry(struct environment *environment, const struct execution *execution, struct json_object *entry,
                      struct text *why)
{
    struct text value = TEXT_EMPTY;
    const char *key = json_text(entry, "key");
    bool opened = open_entry(execution, entry, &value, why);

    if (opened) {
        add_variable(environment, text_format("%s=%s", key, text_string(&value)));
        if (strcmp(key, "INVENTORY") == 0)
            text_add(&environment->inventory, text_string(&value));
        if (json_text(entry, "sealed"))
            mask_add_secret(environment->mask, text_string(&value));
    }
    text_free_secret(&value);
    return opened;
}

static bool add_mapping(struct environment *environment, const struct execution *execution,
                        const struct script_facts *facts, struct text *why)
{
    struct json_object *entries = facts->entries[0] ? json_tokener_parse(facts->entries) : NULL;
    size_t count = entries ? json_object_array_length(entries) : 0;
    bool opened = true;

    for (size_t i = 0; opened && i < count; i++)
        opened = add_entry(environment, execution, json_object_array_get_idx(entries, i), why);
    json_object_put(entries);
    return opened;
}

static struct json_object *unsafe_value(struct json_object *value)
{
    struct json_object *made;

    if (json_object_is_type(value, json_type_array)) {
        made = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(value); i++)
            json_object_array_add(made, unsafe_value(json_object_array_get_idx(value, i)));
    } else if (json_object_is_type(value, json_type_string)) {
        made = json_object_new_object();
        json_object_object_add(made, "__ansible_unsafe", json_object_get(value));
    } else {
        made = json_object_get(value);
    }
    return made;
}

/* The user who runs a playbook must not inject templates into it: "{{ lookup('pipe', …) }}" in a parameter is only a
 * text. */
static void add_variables(struct environment *environment, const char *inputs)
{
    struct json_object *given = json_tokener_parse(inputs), *made = json_object_new_object();

    json_object_object_foreach(given, name, value)
    {
        json_object_object_add(made, name, unsafe_value(value));
    }
    text_add(&environment->variables_file, json_object_to_json_string(made));
    json_object_put(made);
    json_object_put(given);
    add_file(environment, "variables.json", environment->variables_file.bytes, environment->variables_file.length);
}

/* "a,b," is a list of hosts; ansible reads such a thing from its command line only. */
static void shape_inventory(struct environment *environment)
{
    char *hosts;

    if (environment->inventory.length == 0) {
        text_add(&environment->inventory,
                 "localhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n");
    } else if (!strchr(environment->inventory.bytes, '\n') && strchr(environment->inventory.bytes, ',')) {
        hosts = environment->inventory.bytes;
        for (char *at = hosts; *at; at++)
            if (*at == ',')
                *at = '\n';
        text_add_char(&environment->inventory, '\n');
    }
}

static bool open_state(struct environment *environment, const struct execution *execution, const char *sealed,
                       struct text *why)
{
    if (!sealed || secret_open_fresh(execution->config, sealed_rows[SEALED_SCRIPT_STATE].name, sealed,
                                     &environment->state) == OUTCOME_OK)
        return true;
    text_add(why, "The script's state cannot be read because SECRET_KEY has changed.");
    return false;
}

/* Whether a script for node is a module, by the lines that only a module can have. */
static bool is_module(const char *code)
{
    for (const char *line = code; line; line = strchr(line, '\n')) {
        line += strspn(line, "\n");
        if (strncmp(line, "import ", 7) == 0 || strncmp(line, "import{", 7) == 0 || strncmp(line, "export ", 7) == 0)
            return true;
    }
    return false;
}

/* Node looks for it beside the script; the folder may have its own. */
static void add_package(struct environment *environment)
{
    static const char package[] = "{\"type\":\"module\"}";

    if (environment->folder.count == 0)
        add_file(environment, "package.json", package, strlen(package));
    else if (!folder_has(&environment->folder, "package.json"))
        add_work_file(environment, "package.json", package, strlen(package));
}

/* How the packages are found; the mapping, which comes later, may say it otherwise. */
static bool add_needs(struct environment *environment, const struct script_facts *facts, struct text *why)
{
    const struct needs_of of = {(enum script_kind_word)(environment->kind - script_kinds), environment->program,
                                &environment->folder, facts->reach, facts->registry};
    const struct ecosystem *ecosystem = ecosystem_of(of.kind);

    if (!ecosystem || (facts->dry_run && !ecosystem->by_dry_run))
        return true;
    if (needs_read(&environment->needs, &of, why) != OUTCOME_OK)
        return false;
    if (!environment->needs.ecosystem)
        return true;
    for (size_t i = 0; i < ECOSYSTEM_VARIABLES && ecosystem->run[i]; i++)
        add_variable(environment, text_format("%s", ecosystem->run[i]));
    return true;
}

/* The files beside the script, and the script among them. */
static void add_folder(struct environment *environment, const char *code)
{
    const struct folder *folder = &environment->folder;

    for (size_t i = 0; i < folder->count; i++)
        environment->files[environment->file_count++] = folder->files[i];
    if (folder->count > 0)
        add_work_file(environment, script_kind_row(environment->kind)->file, code, strlen(code));
}

static void add_files(struct environment *environment, const char *code, const char *inputs)
{
    environment->files = calloc(ENVIRONMENT_FILES + environment->folder.count, sizeof *environment->files);
    if (!environment->files)
        abort();
    add_folder(environment, code);
    add_file(environment, script_kind_row(environment->kind)->file, code, strlen(code));
    add_file(environment, "input.json", inputs, strlen(inputs));
    if (environment->kind == &script_kinds[SCRIPT_KIND_NODE] && is_module(code))
        add_package(environment);
    if (environment->kind == &script_kinds[SCRIPT_KIND_PLAYBOOK]) {
        shape_inventory(environment);
        add_file(environment, "inventory", environment->inventory.bytes, environment->inventory.length);
        add_variables(environment, inputs);
    }
    if (environment->state.length)
        add_file(environment, "terraform.tfstate", environment->state.bytes, environment->state.length);
}

/* With files beside it, the script itself is that of the work folder. */
static void choose_command(struct environment *environment, bool dry_run)
{
    const char *const *command = dry_run ? environment->kind->check : environment->kind->run;
    const char *file = script_kind_row(environment->kind)->file;
    char *alone = text_format("/coagent/%s", file);

    environment->path = text_format("/work/%s", file);
    for (int i = 0; command[i]; i++) {
        const char *argument = strcmp(command[i], "@") == 0 ? environment->program : command[i];

        environment->argv[i] =
            environment->folder.count > 0 && strcmp(argument, alone) == 0 ? environment->path : argument;
    }
    free(alone);
}

enum outcome environment_open(struct environment *environment, struct execution *execution,
                              const struct script_facts *facts, const char *token, struct text *why)
{
    memset(environment, 0, sizeof *environment);
    environment->mask = mask_new();
    environment->kind = script_kind_of(facts->kind);
    if (!environment->kind) {
        text_add_format(why, "This runner does not support scripts of the kind %s.", facts->kind);
        return OUTCOME_FAILED;
    }
    environment->program = script_program(environment->kind);
    if (!environment->program) {
        text_add_format(why, "%s is not installed on the runner's host: %s.", environment->kind->programs[0],
                        script_kind_row(environment->kind)->install);
        return OUTCOME_INVALID;
    }
    if (folder_open(&environment->folder, execution, facts->file_count, why) != OUTCOME_OK)
        return OUTCOME_FAILED;
    add_surroundings(environment, execution, facts->reach != NULL);
    if (!add_needs(environment, facts, why))
        return OUTCOME_INVALID;
    if (facts->cache_generation)
        add_variable(environment, text_format("COAGENT_CACHE=/cache"));
    if (token)
        add_token(environment, token);
    if (!open_inputs(environment, execution, facts, why))
        return OUTCOME_INVALID;
    add_parameters(environment, text_string(&environment->inputs), facts->schema);
    if (!add_mapping(environment, execution, facts, why) ||
        !open_state(environment, execution, facts->state_sealed, why))
        return OUTCOME_INVALID;
    if (!mask_fits(environment->mask)) {
        text_add_format(why,
                        "The secrets of a run can have %d KB together, because each is hidden in the output. "
                        "Remove some from the mapping.",
                        MASK_MOST_KB);
        return OUTCOME_INVALID;
    }
    add_files(environment, facts->code, text_string(&environment->inputs));
    choose_command(environment, facts->dry_run);
    mask_close(environment->mask);
    return OUTCOME_OK;
}

void environment_close(struct environment *environment)
{
    for (size_t i = 0; i < environment->variable_count; i++) {
        explicit_bzero(environment->variables[i], strlen(environment->variables[i]));
        free(environment->variables[i]);
    }
    free(environment->variables);
    free(environment->files);
    free(environment->path);
    needs_free(&environment->needs);
    folder_close(&environment->folder);
    free(environment->program);
    mask_free(environment->mask);
    text_free_secret(&environment->state);
    text_free_secret(&environment->inventory);
    text_free_secret(&environment->variables_file);
    text_free_secret(&environment->inputs);
}
