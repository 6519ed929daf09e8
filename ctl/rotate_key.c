/* coagentctl rotate-key: another SECRET_KEY, and what is stored sealed under it. */
#include "base/number.h"
#include "base/secretbox.h"
#include "ctl/command.h"
#include "ctl/files/settings_file.h"
#include "ctl/stream.h"
#include "model/sealed.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY_BYTES 32

/* One call, step by step. */
struct rotation {
    struct call *call;
    bool print, finish;
    struct db *db;
    struct config config; /* as it is now: the strings are those of the call, or fresh */
    char *fresh;          /* the new key, or NULL */
    bool previous_removed;
    bool pools_told; /* every pool that is there was told to read the settings again */
    struct sealed_count count;
};

static bool is_in_environment(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

/* The environment wins over the file, so what is written there would not count. */
static enum exit_status check_place(const struct call *call)
{
    if (!config_path())
        return complain(call, EXIT_FAILED, "there is no settings file to change; see rotate-key --print");
    if (is_in_environment("SECRET_KEY") || is_in_environment("JWT_SECRET_KEY") ||
        is_in_environment("SECRET_KEY_PREVIOUS"))
        return complain(call, EXIT_FAILED, "SECRET_KEY is set in the environment; see rotate-key --print");
    return EXIT_DONE;
}

static enum exit_status print_lines(struct rotation *rotation)
{
    const char *old = rotation->call->config->secret_key;
    char *fresh = random_token(KEY_BYTES);
    struct json_object *answer;

    if (rotation->call->json) {
        answer = json_object_new_object();
        json_object_object_add(answer, "SECRET_KEY", json_object_new_string(fresh));
        json_object_object_add(answer, "SECRET_KEY_PREVIOUS", json_object_new_string(old));
        print_json(answer);
    } else {
        printf("SECRET_KEY=%s\nSECRET_KEY_PREVIOUS=%s\n", fresh, old);
    }
    explicit_bzero(fresh, strlen(fresh));
    free(fresh);
    return EXIT_DONE;
}

static bool is_pool(pid_t pid)
{
    char *link = text_format("/proc/%ld/exe", (long)pid);
    char program[PATH_MAX];
    ssize_t length = readlink(link, program, sizeof program - 1);

    free(link);
    if (length <= 0)
        return false;
    program[length] = '\0';
    return strstr(program, "/coagent-fcgi") != NULL;
}

/* Whoever listens at a socket is known to the kernel. What it seals with the key that it has now would have to be
 * sealed anew once more, and be lost when the key changes again before that. */
static bool tell_pool(const char *socket)
{
    struct text why = TEXT_EMPTY;
    struct ucred listener = {0};
    socklen_t size = sizeof listener;
    int fd = stream_open(socket, 1, &why);
    bool told = fd < 0; /* a pool that is not there begins with the new settings */

    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &listener, &size) == 0 && is_pool(listener.pid))
        told = kill(listener.pid, SIGHUP) == 0;
    if (fd >= 0)
        close(fd);
    text_free(&why);
    return told;
}

static void tell_pools(struct rotation *rotation)
{
    bool fast = tell_pool(rotation->config.pool_socket);
    bool wait = tell_pool(rotation->config.pool_wait_socket);

    rotation->pools_told = fast && wait;
}

static enum exit_status change_settings(struct rotation *rotation, const struct setting_line *lines)
{
    struct text why = TEXT_EMPTY;
    enum exit_status status = check_place(rotation->call);

    if (status == EXIT_DONE && settings_file_change(config_path(), lines, &why) != OUTCOME_OK)
        status = complain(rotation->call, EXIT_FAILED, "%s", text_string(&why));
    if (status == EXIT_DONE)
        tell_pools(rotation);
    text_free(&why);
    return status;
}

static enum exit_status database_failed(const struct rotation *rotation)
{
    return complain(rotation->call, EXIT_FAILED, "%s", db_failure(rotation->db)->message);
}

static enum exit_status make_key(struct rotation *rotation)
{
    char *fresh = random_token(KEY_BYTES);
    const struct setting_line lines[] = {
        {"SECRET_KEY", "JWT_SECRET_KEY", fresh}, {"SECRET_KEY_PREVIOUS", NULL, rotation->config.secret_key}, {NULL}};

    rotation->fresh = fresh;
    rotation->config.secret_key_previous = rotation->config.secret_key;
    rotation->config.secret_key = fresh;
    return change_settings(rotation, lines);
}

/* A rotation that was stopped is gone on with: a third key would leave the first one's secrets behind. */
static enum exit_status choose_key(struct rotation *rotation)
{
    struct sealed_count count = {0};
    enum exit_status status = EXIT_DONE;

    if (sealed_survey(rotation->db, &rotation->config, &count) != OUTCOME_OK) {
        status = database_failed(rotation);
    } else if (count.previous == 0) {
        status = make_key(rotation);
    }
    json_object_put(count.lost);
    return status;
}

static enum exit_status seal_anew(struct rotation *rotation)
{
    return sealed_rotate(rotation->db, &rotation->config, &rotation->count) == OUTCOME_OK ? EXIT_DONE
                                                                                          : database_failed(rotation);
}

/* Data encrypted meanwhile by a part that knows only the old key would be lost with that key: hence the second check.
 */
static enum exit_status remove_previous(struct rotation *rotation)
{
    static const struct setting_line lines[] = {{"SECRET_KEY_PREVIOUS", NULL, NULL}, {NULL}};
    struct sealed_count left = {0};
    enum exit_status status = EXIT_DONE;

    if (!rotation->config.secret_key_previous)
        return EXIT_DONE;
    if (sealed_survey(rotation->db, &rotation->config, &left) != OUTCOME_OK)
        status = database_failed(rotation);
    else if (left.previous > 0)
        status = complain(rotation->call, EXIT_FAILED,
                          "a program still encrypts with the previous key: reload the pools first");
    else
        status = change_settings(rotation, lines);
    rotation->previous_removed = status == EXIT_DONE;
    json_object_put(left.lost);
    return status;
}

static struct json_object *report_of(const struct rotation *rotation)
{
    struct json_object *report = json_object_new_object();

    json_object_object_add(report, "new_key", json_object_new_boolean(rotation->fresh != NULL));
    json_object_object_add(report, "previous_removed", json_object_new_boolean(rotation->previous_removed));
    json_object_object_add(report, "pools_told", json_object_new_boolean(rotation->pools_told));
    json_object_object_add(report, "sealed_anew", json_object_new_int64(rotation->count.previous));
    json_object_object_add(report, "sealed_already", json_object_new_int64(rotation->count.current));
    json_object_object_add(report, "lost", json_object_get(rotation->count.lost));
    return report;
}

static void tell(const struct rotation *rotation)
{
    const char *restart = rotation->config.restart_command;

    if (rotation->fresh)
        printf("%s has a new SECRET_KEY; the previous key is SECRET_KEY_PREVIOUS\n", config_path());
    printf("%lld stored secrets were re-encrypted, %lld already were\n", rotation->count.previous,
           rotation->count.current);
    for (size_t i = 0; i < json_object_array_length(rotation->count.lost); i++)
        printf("neither key decrypts %s\n", json_object_get_string(json_object_array_get_idx(rotation->count.lost, i)));
    if (rotation->previous_removed)
        puts("SECRET_KEY_PREVIOUS was removed from the settings");
    if (!rotation->pools_told)
        printf("Now: %s\n", restart ? restart : "systemctl reload coagent-fcgi coagent-fcgi-wait");
    if (rotation->config.secret_key_previous && !rotation->previous_removed)
        printf(
            "In %d minute%s, when the last tokens of the previous key have expired: coagentctl rotate-key --finish\n",
            rotation->config.access_token_minutes, number_plural(rotation->config.access_token_minutes));
}

static enum exit_status report(const struct rotation *rotation)
{
    struct json_object *document = report_of(rotation);
    enum exit_status status = EXIT_DONE;

    if (sealed_audit(rotation->db, json_object_to_json_string(document)) != OUTCOME_OK)
        status = database_failed(rotation);
    else if (rotation->call->json)
        print_json(json_object_get(document));
    else
        tell(rotation);
    if (status == EXIT_DONE && json_object_array_length(rotation->count.lost) > 0)
        status = EXIT_FAILED;
    json_object_put(document);
    return status;
}

static enum exit_status rotate(struct rotation *rotation)
{
    enum exit_status status = EXIT_DONE;

    if (sealed_lock(rotation->db) != OUTCOME_OK)
        return complain(rotation->call, EXIT_FAILED, "the key is already being rotated");
    if (!rotation->finish)
        status = choose_key(rotation);
    if (status == EXIT_DONE && !rotation->fresh)
        tell_pools(rotation); /* the settings were changed before */
    if (status == EXIT_DONE)
        status = seal_anew(rotation);
    if (status == EXIT_DONE && rotation->finish)
        status = remove_previous(rotation);
    if (status == EXIT_DONE)
        status = report(rotation);
    json_object_put(rotation->count.lost);
    return status;
}

static enum exit_status run(struct call *call)
{
    struct rotation rotation = {.call = call, .config = *call->config};
    const struct choice choices[] = {{"print", NULL, &rotation.print}, {"finish", NULL, &rotation.finish}, {NULL}};
    enum exit_status status = read_options(call, choices);

    if (status == EXIT_DONE && rotation.print && rotation.finish)
        status = complain(call, EXIT_USAGE, "--print and --finish cannot be combined");
    if (status != EXIT_DONE)
        return status;
    if (rotation.print)
        return print_lines(&rotation);
    status = command_open(call, call->config->database_url, DB_PREPARE_USED, &rotation.db);
    if (status == EXIT_DONE)
        status = rotate(&rotation);
    db_close(rotation.db);
    if (rotation.fresh)
        explicit_bzero(rotation.fresh, strlen(rotation.fresh));
    free(rotation.fresh);
    return status;
}

const struct command command_rotate_key = {
    .name = "rotate-key",
    .summary = "change SECRET_KEY and re-encrypt stored secrets",
    .help =
        "Usage: coagentctl rotate-key [--print | --finish] [--json]\n"
        "Writes a new SECRET_KEY to the settings file, keeps the current key as SECRET_KEY_PREVIOUS, and\n"
        "re-encrypts everything stored under it: keys of providers, secrets of mappings, states of scripts, passwords\n"
        "of runs. The pools of this host are notified, the runner notices by itself, and no user is logged out. You\n"
        "can stop it at any time and run it again to continue. While any data is encrypted with\n"
        "SECRET_KEY_PREVIOUS, the key is not changed again.\n"
        "\n"
        "  --print    only print a new key and the current key as lines of the settings, for several hosts or\n"
        "             settings in the environment. Add them, restart, then run rotate-key without --print\n"
        "  --finish   create no new key; re-encrypt the rest and remove SECRET_KEY_PREVIOUS from the settings\n"
        "  --json     print JSON: {\"new_key\", \"previous_removed\", \"pools_told\", \"sealed_anew\",\n"
        "             \"sealed_already\", \"lost\"}; with --print {\"SECRET_KEY\", \"SECRET_KEY_PREVIOUS\"}\n",
    .run = run,
};
