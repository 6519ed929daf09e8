#include "cron/dependencies/install.h"

#include "base/clock.h"
#include "base/log.h"
#include "cron/run/lease.h"
#include "cron/script/attend.h"
#include "cron/script/exit_reason.h"
#include "cron/store/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEBIBYTE (1024LL * 1024)
#define AGAIN_MS 200      /* until the next look at what another run installs */
#define MARGIN_SECONDS 30 /* the sandbox watches its time by itself; this is for the case that it does not */
#define COPY_DEPTH 100    /* of folders: packages of npm lie within each other */
#define COPY_ENTRIES 1000000

struct variables {
    const char *items[4 * ECOSYSTEM_VARIABLES];
    size_t count;
    char *registry, *trust; /* owned */
};

static void add_variables(struct variables *variables, const char *const *more)
{
    for (size_t i = 0; i < ECOSYSTEM_VARIABLES && more[i]; i++)
        variables->items[variables->count++] = more[i];
}

/* An index without https is trusted since an administrator has chosen it. */
static void add_registry(struct variables *variables, const struct needs *needs)
{
    const struct ecosystem *ecosystem = needs->ecosystem;
    const char *address = needs->of.registry;

    variables->registry = text_format("%s=%s", ecosystem->registry, address);
    variables->items[variables->count++] = variables->registry;
    if (!ecosystem->trust || strncmp(address, "http://", 7) != 0)
        return;
    address += 7;
    variables->trust = text_format("%s=%.*s", ecosystem->trust, (int)strcspn(address, "/"), address);
    variables->items[variables->count++] = variables->trust;
}

static void choose_variables(struct variables *variables, const struct needs *needs)
{
    *variables = (struct variables){0};
    add_variables(variables, needs->ecosystem->always);
    if (!needs->of.reach)
        add_variables(variables, needs->ecosystem->offline);
    else if (needs->of.registry)
        add_registry(variables, needs);
    if (needs->vendored)
        add_variables(variables, needs->ecosystem->vendored);
}

/* What a run may use, but for what the packages themselves take. */
static struct sandbox_limits choose_limits(const struct config *config)
{
    struct sandbox_limits limits = sandbox_limits_of(config);

    limits.wall_seconds = limits.cpu_seconds = config->dependencies_seconds;
    limits.disk_mb = limits.file_mb = config->dependencies_mb;
    return limits;
}

/* While the copy is made, the run goes on like any other. */
static bool go_on(void *context)
{
    struct dependencies *dependencies = context;

    output_tick(dependencies->output);
    return lease_tick(dependencies->execution);
}

static enum outcome keep(struct dependencies *dependencies, const struct sandbox *sandbox, struct text *why)
{
    const struct config *config = dependencies->execution->config;
    const char *file = needs_file(dependencies->needs);
    const struct copy_bounds bounds = {.bytes = config->dependencies_mb * MEBIBYTE,
                                       .entries = COPY_ENTRIES,
                                       .depth = COPY_DEPTH,
                                       .go_on = go_on,
                                       .context = dependencies};
    int work = held_entry(sandbox->folder, "work");
    int tree = work >= 0 ? held_entry(work, dependencies->needs->ecosystem->tree) : -1;
    enum outcome outcome =
        tree >= 0 || errno == ENOENT ? store_keep(&dependencies->tree, tree, bounds) : OUTCOME_FAILED;

    if (outcome == OUTCOME_LIMITED) {
        text_add_format(why,
                        "%s was installed, but there is no room to keep that on the runner's host: %d MB are for the "
                        "packages of all scripts (DEPENDENCIES_STORE_MB), and those of one have at most %d files.",
                        file, config->dependencies_store_mb, COPY_ENTRIES);
        outcome = OUTCOME_INVALID;
    } else if (outcome == OUTCOME_FAILED) {
        text_add_format(why, "%s was installed, but could not be stored on the runner's host: %s.", file,
                        strerror(errno));
        log_error("%s", text_string(why));
    }
    held_close(tree);
    held_close(work);
    return outcome;
}

/* What follows is a sentence of its own. */
static void end_sentence(struct text *why)
{
    if (!strchr(".!?", text_string(why)[why->length - 1]))
        text_add_char(why, '.');
}

/* As a person would look for it: the file, the last word of the installer, and what would help. */
static void explain(const struct dependencies *dependencies, const struct sandbox_ending *ending,
                    const struct sandbox_limits *limits, struct text *why)
{
    const char *last = last_line_text(&dependencies->output->last_error);
    struct exit_reason ended = exit_reason_of(ending, limits, last);
    const char *file = needs_file(dependencies->needs);

    if (ending->reason == RUN_END_EXIT && *last)
        text_add_format(why, "%s could not be installed: %s", file, last);
    else
        text_add_format(why, "%s could not be installed: %s", file, text_string(&ended.reason));
    end_sentence(why);
    if (ending->reason == RUN_END_DISK)
        text_add(why, " DEPENDENCIES_MB is the size that packages can have while they are installed.");
    if (!dependencies->needs->of.reach && ending->reason == RUN_END_EXIT)
        text_add(why, " The script has no network: allow internet access in its settings, or put the packages into the "
                      "folder vendor beside it.");
    text_free(&ended.reason);
}

static enum outcome conclude(struct dependencies *dependencies, struct sandbox *sandbox, int64_t begun_at,
                             const struct sandbox_limits *limits, struct text *why)
{
    const struct sandbox_ending *ending = sandbox_end(sandbox);
    enum outcome outcome = OUTCOME_INVALID;
    char *note;

    output_end(dependencies->output);
    if (dependencies->execution->state != EXECUTION_GOING)
        return OUTCOME_DENIED;
    if (ending->reason == RUN_END_EXIT && ending->exit_code == 0)
        outcome = keep(dependencies, sandbox, why);
    else
        explain(dependencies, ending, limits, why);
    if (outcome == OUTCOME_OK) {
        note = text_format("Installed in %lld s.", (long long)(clock_monotonic_ms() - begun_at + 500) / 1000);
        output_note(dependencies->output, note);
        free(note);
    }
    last_line_free(&dependencies->output->last_error); /* the next is the script's own */
    return outcome;
}

static void note_beginning(const struct dependencies *dependencies)
{
    char *note =
        text_format("Installing the %s of %s.", dependencies->needs->ecosystem->what, needs_file(dependencies->needs));

    output_note(dependencies->output, note);
    free(note);
}

static void choose_command(const char *argv[ECOSYSTEM_ARGUMENTS], const struct needs *needs)
{
    const char *const *words = needs->ecosystem->argv;

    for (size_t i = 0; i < ECOSYSTEM_ARGUMENTS; i++)
        argv[i] = words[i] && strcmp(words[i], "@") == 0 ? needs->of.program : words[i];
}

/* Its output is no output of the script: what reads the script's stdout shall not find it there. */
static enum outcome install(struct dependencies *dependencies, struct text *why)
{
    const struct needs *needs = dependencies->needs;
    const char *argv[ECOSYSTEM_ARGUMENTS];
    struct variables variables;
    struct sandbox sandbox;
    struct attendance attendance = {.execution = dependencies->execution,
                                    .told = true,
                                    .sandbox = &sandbox,
                                    .output = dependencies->output,
                                    .begun_at = clock_monotonic_ms()};
    const struct sandbox_spec spec = {.argv = argv,
                                      .environment = variables.items,
                                      .files = needs->files,
                                      .file_count = needs->file_count,
                                      .limits = choose_limits(dependencies->execution->config),
                                      .filter = dependencies->execution->filter,
                                      .reach = dependencies->needs->of.reach};
    enum outcome outcome;

    note_beginning(dependencies);
    choose_variables(&variables, needs);
    choose_command(argv, needs);
    outcome = sandbox_start(&sandbox, &spec, why);
    free(variables.registry);
    free(variables.trust);
    if (outcome != OUTCOME_OK)
        return OUTCOME_FAILED;
    dependencies->output->stdout_as = OUTPUT_STDERR;
    outcome =
        attend(&attendance) ? conclude(dependencies, &sandbox, attendance.begun_at, &spec.limits, why) : OUTCOME_DENIED;
    dependencies->output->stdout_as = OUTPUT_STDOUT;
    sandbox_close(&sandbox);
    return outcome;
}

/* false: the run is to end. */
static bool wait_for_other(struct dependencies *dependencies, bool *noted)
{
    if (!*noted)
        output_note(dependencies->output, "Waiting for another run that installs the same.");
    *noted = true;
    output_tick(dependencies->output);
    return lease_wait(dependencies->execution, AGAIN_MS);
}

/* Whoever has installed takes what is there, as everybody else does. */
static enum outcome take_or_install(struct dependencies *dependencies, struct text *why)
{
    bool noted = false, installed = false;
    enum outcome outcome;

    for (;;) {
        outcome = store_take(&dependencies->store, dependencies->needs->key, &dependencies->tree);
        if (outcome == OUTCOME_BUSY) {
            if (!wait_for_other(dependencies, &noted))
                return OUTCOME_DENIED;
            continue;
        }
        if (outcome != OUTCOME_ABSENT || installed)
            return outcome;
        outcome = install(dependencies, why);
        store_let_go(&dependencies->tree);
        if (outcome != OUTCOME_OK)
            return outcome;
        installed = true;
    }
}

enum outcome dependencies_get(struct dependencies *dependencies, struct text *why)
{
    const struct config *config = dependencies->execution->config;
    enum outcome outcome;

    dependencies->tree.lock = -1;
    lease_limit(dependencies->execution, 2L * config->dependencies_seconds + MARGIN_SECONDS);
    outcome = store_open(&dependencies->store, config, why);
    if (outcome == OUTCOME_OK)
        outcome = take_or_install(dependencies, why);
    if (outcome == OUTCOME_OK)
        dependencies->path = store_path(&dependencies->tree);
    else if (outcome == OUTCOME_ABSENT || (outcome == OUTCOME_FAILED && text_string(why)[0] == '\0'))
        text_add_format(why, "%s cannot be installed: the runner's host cannot store packages.",
                        needs_file(dependencies->needs));
    return outcome == OUTCOME_ABSENT ? OUTCOME_FAILED : outcome;
}

void dependencies_let_go(struct dependencies *dependencies)
{
    store_let_go(&dependencies->tree);
    store_close(&dependencies->store);
    free(dependencies->path);
    dependencies->path = NULL;
}
