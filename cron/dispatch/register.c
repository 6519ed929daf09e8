#include "cron/dispatch/register.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/kind.h"
#include "db/db.h"
#include "queries.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATEMENT_MS 10000
#define VERSION_MS 20000
#define LIFE_SECONDS 180 /* of the process that looks */

char *register_labels(const struct config *config)
{
    struct text array = TEXT_EMPTY;
    char *label;

    text_add_char(&array, '{');
    for (const char *at = config->runner_labels; *at; at += strspn(at, ",")) {
        at += strspn(at, ", ");
        size_t length = strcspn(at, ",");

        label = text_format("%.*s", (int)length, at);
        at += length;
        while (length > 0 && label[length - 1] == ' ')
            label[--length] = '\0';
        if (*label) {
            if (array.length > 1)
                text_add_char(&array, ',');
            text_add_json(&array, label);
        }
        free(label);
    }
    text_add_char(&array, '}');
    return array.bytes;
}

/* Without anything of the runner's own environment. */
static _Noreturn void say_version(const char *path, int out)
{
    char *const argv[] = {(char *)(uintptr_t)path, "--version", NULL};
    char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8",
                                 "CHECKPOINT_DISABLE=1", NULL};
    int null = open("/dev/null", O_RDWR);

    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execve(path, argv, environment);
    _exit(127);
}

static size_t read_all(int fd, char *bytes, size_t size)
{
    int64_t until = clock_monotonic_ms() + VERSION_MS;
    struct pollfd ready = {fd, POLLIN, 0};
    size_t length = 0;
    ssize_t count = 1;

    while (count > 0 && length < size - 1 && clock_monotonic_ms() < until)
        if (poll(&ready, 1, 1000) > 0 && (count = read(fd, bytes + length, size - 1 - length)) > 0)
            length += (size_t)count;
    bytes[length] = '\0';
    return length;
}

/* The first number with a point in it. */
static char *first_version(const char *said)
{
    for (const char *at = said; *at; at++) {
        size_t length = strspn(at, "0123456789.");

        if (length > 2 && isdigit((unsigned char)*at) && memchr(at, '.', length))
            return text_format("%.*s", (int)length, at);
        at += length > 0 ? length - 1 : 0;
    }
    return text_format("%s", "");
}

/* Killed when it does not end: all it has to do is to tell its version. */
static char *version_of(const char *path)
{
    char said[1024] = "";
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return text_format("%s", "");
    child = fork();
    if (child == 0)
        say_version(path, ends[1]);
    close(ends[1]);
    read_all(ends[0], said, sizeof said);
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return first_version(said);
}

/* The stamp that identifies the file, so that its version is requested only once. */
static char *stamp_of(const char *path)
{
    struct stat state;

    if (stat(path, &state) != 0)
        return text_format("%s", "");
    return text_format("%lld.%lld", (long long)state.st_mtime, (long long)state.st_size);
}

static void add_interpreter(struct json_object *interpreters, const struct script_kind *kind, struct json_object *known)
{
    const char *name = script_kind_row(kind)->name;
    struct json_object *before = json_member(known, name);
    struct json_object *entry;
    char *path = script_program(kind);
    char *stamp;
    char *version;

    if (!path)
        return;
    stamp = stamp_of(path);
    if (json_text(before, "stamp") && strcmp(json_text(before, "stamp"), stamp) == 0 && json_text(before, "version"))
        version = text_format("%s", json_text(before, "version"));
    else
        version = version_of(path);
    entry = json_object_new_object();
    json_object_object_add(entry, "path", json_object_new_string(path));
    json_object_object_add(entry, "version", json_object_new_string(version));
    json_object_object_add(entry, "stamp", json_object_new_string(stamp));
    json_object_object_add(interpreters, name, entry);
    free(path);
    free(stamp);
    free(version);
}

static struct json_object *find_interpreters(struct json_object *known)
{
    struct json_object *interpreters = json_object_new_object();

    for (size_t i = 0; i < SCRIPT_KIND_COUNT; i++)
        add_interpreter(interpreters, &script_kinds[i], known);
    return interpreters;
}

/* The limits of this host, by the names that scripts use. */
static struct json_object *tell_limits(const struct config *config)
{
    struct sandbox_limits limits = sandbox_limits_of(config);
    struct json_object *told = json_object_new_object();

    for (enum limit_word word = 0; word < LIMIT_COUNT; word++)
        json_object_object_add(told, limit_rows[word].name, json_object_new_int64(*sandbox_limit(&limits, word)));
    return told;
}

/* By running something in one. */
static struct json_object *try_sandbox(const struct config *config)
{
    static const char *const argv[] = {"true", NULL};
    const struct sandbox_spec spec = {.argv = argv, .limits = sandbox_limits_of(config)};
    struct json_object *told = json_object_new_object();
    struct text why = TEXT_EMPTY;
    struct sandbox sandbox;
    bool ok = sandbox_start(&sandbox, &spec, &why) == OUTCOME_OK;

    if (ok) {
        const struct pollfd ended = {sandbox.control, POLLIN, 0};

        poll((struct pollfd[]){ended}, 1, VERSION_MS);
        ok = sandbox_end(&sandbox)->reason == RUN_END_EXIT && sandbox.ending.exit_code == 0;
        if (!ok)
            text_add(&why, "A trial command did not finish in the sandbox.");
        sandbox_close(&sandbox);
    }
    json_object_object_add(told, "ok", json_object_new_boolean(ok));
    json_object_object_add(told, "message", json_object_new_string(text_string(&why)));
    json_object_object_add(told, "limits", tell_limits(config));
    text_free(&why);
    return told;
}

static enum outcome tell(const struct config *config, struct db *db, const char *host, const char *labels)
{
    enum outcome outcome = db_do(db, &query_runner_known, DB_VALUES(host));
    struct json_object *known = outcome == OUTCOME_OK ? json_tokener_parse(db_value(db, 0, 0)) : NULL;
    struct json_object *interpreters = find_interpreters(known);
    struct json_object *sandbox = try_sandbox(config);

    outcome =
        db_do(db, &query_runner_register,
              DB_VALUES(host, json_object_to_json_string(interpreters), labels, json_object_to_json_string(sandbox)));
    json_object_put(known);
    json_object_put(interpreters);
    json_object_put(sandbox);
    return outcome;
}

int register_runner(const struct config *config, const char *host, const char *labels)
{
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;
    enum outcome outcome;

    alarm(LIFE_SECONDS);
    outcome = db_open(&db, config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why);
    if (outcome == OUTCOME_OK)
        outcome = tell(config, db, host, labels);
    if (outcome != OUTCOME_OK)
        log_warn("the capabilities of this host could not be stored: %s", outcome_name(outcome));
    db_close(db);
    text_free(&why);
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
