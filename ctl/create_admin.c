/* coagentctl create-admin: an administrator, and what a fresh studio needs besides. */
#include "base/json.h"
#include "base/password.h"
#include "ctl/command.h"
#include "model/seed.h"
#include "push/publish.h"
#include "queries.h"
#include "unicode/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct wish {
    const char *email;
    const char *name;
    bool password_stdin;
    bool reset_password;
    struct text clean_email, clean_name; /* what is stored */
};

#define LINE_MOST 1000

/* One line of standard input without its end, up to a limit far above every password. */
static bool read_line(struct text *line)
{
    int c;

    while ((c = getchar()) != EOF && c != '\n' && line->length < LINE_MOST)
        text_add_char(line, (char)c);
    if (line->length > 0 && line->bytes[line->length - 1] == '\r')
        line->bytes[--line->length] = '\0';
    return line->length > 0;
}

static bool ask(const char *question, struct text *answer)
{
    struct termios before, silent;
    bool given;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(question, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    given = read_line(answer);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return given;
}

static enum exit_status get_password(const struct call *call, const struct wish *wish, struct text *password)
{
    struct text again = TEXT_EMPTY;
    enum exit_status status = EXIT_DONE;

    if (wish->password_stdin) {
        if (!read_line(password))
            status = complain(call, EXIT_FAILED, "standard input contains no password");
    } else if (!isatty(STDIN_FILENO)) {
        status = complain(call, EXIT_FAILED, "pass the password on standard input with --password-stdin");
    } else if (!ask("Password: ", password) || !ask("Repeat the password: ", &again) ||
               strcmp(text_string(password), text_string(&again)) != 0) {
        status = complain(call, EXIT_FAILED, "the two passwords differ");
    }
    text_free_secret(&again);
    return status;
}

static enum exit_status hash_password(const struct call *call, const struct wish *wish, char hash[PASSWORD_HASH_SIZE])
{
    struct text password = TEXT_EMPTY;
    const char *why = NULL;
    enum exit_status status = get_password(call, wish, &password);

    if (status != EXIT_DONE)
        goto done;
    if (!utf8_is_valid(text_string(&password), password.length))
        status = complain(call, EXIT_FAILED, "the password is not valid UTF-8");
    else if (password_check_policy(text_string(&password), wish->email, &why) != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "%s", why);
    else if (password_hash(text_string(&password), call->config->bcrypt_cost, hash) != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "the password could not be hashed");
done:
    text_free_secret(&password);
    return status;
}

static void print_result(const struct call *call, const struct wish *wish, const char *answer)
{
    struct json_object *result = json_tokener_parse(answer);

    if (call->json)
        puts(answer);
    else if (json_flag(result, "created", false))
        printf("%s is now an administrator: the account was created\n", wish->email);
    else if (json_flag(result, "changed", false))
        printf("%s is now an administrator\n", wish->email);
    else
        printf("%s is already an administrator\n", wish->email);
    json_object_put(result);
}

/* Sessions that ended with the old password end their live connections, too; the others come back. */
static void cut_connections(const struct call *call, const char *answer)
{
    struct json_object *result = json_tokener_parse(answer);
    const char *user = json_text(json_member(result, "user"), "id");
    char channel[CHANNEL_SIZE];
    struct push push;

    push_open(&push, call->config->nchan_socket, NULL);
    if (user && json_flag(result, "changed", false))
        channel_close(&push, channel_name(channel, "u_", user));
    json_object_put(result);
}

static enum exit_status ensure(const struct call *call, const struct wish *wish, struct db *db)
{
    char hash[PASSWORD_HASH_SIZE] = "";
    enum exit_status status;
    char *answer;

    if (db_do(db, &query_administrator_find, DB_VALUES(wish->email)) != OUTCOME_OK)
        return complain(call, EXIT_FAILED, "%s", db_failure(db)->message);
    if (strcmp(db_value(db, 0, 0), "f") == 0 || wish->reset_password) {
        status = hash_password(call, wish, hash);
        if (status != EXIT_DONE)
            return status;
    }
    db_hold(db);
    if (db_do(db, &query_administrator_ensure, DB_VALUES(wish->email, wish->name, hash[0] ? hash : NULL)) != OUTCOME_OK)
        return complain(call, EXIT_FAILED, "%s", db_failure(db)->message);
    answer = text_format("%s", db_value(db, 0, 0));
    status = EXIT_DONE;
    if (seed_first(db, call->config) != OUTCOME_OK || db_commit(db) != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "%s", db_failure(db)->message);
    else
        print_result(call, wish, answer);
    if (status == EXIT_DONE)
        cut_connections(call, answer);
    free(answer);
    return status;
}

/* As the API stores it. */
static enum exit_status clean(const struct call *call, const char *option, const char **given, struct text *stored)
{
    char why[NAME_FAULT_SIZE];

    if (name_clean(*given, stored, why) != OUTCOME_OK)
        return complain(call, EXIT_USAGE, "--%s: %s", option, why);
    *given = text_string(stored);
    return **given ? EXIT_DONE : complain(call, EXIT_USAGE, "--%s: Must not be empty.", option);
}

static enum exit_status parse(struct call *call, struct wish *wish)
{
    const struct choice choices[] = {
        {"email", &wish->email, NULL},
        {"name", &wish->name, NULL},
        {"password-stdin", NULL, &wish->password_stdin},
        {"reset-password", NULL, &wish->reset_password},
        {NULL},
    };
    enum exit_status status = read_options(call, choices);

    if (status != EXIT_DONE)
        return status;
    if (!wish->email)
        return complain(call, EXIT_USAGE, "specify the account with --email");
    if (!strchr(wish->email, '@') || strpbrk(wish->email, " \t\r\n") ||
        !utf8_is_valid(wish->email, strlen(wish->email)) || !utf8_is_valid(wish->name, strlen(wish->name)))
        return complain(call, EXIT_USAGE, "the email address is not valid, or the name is not valid UTF-8");
    status = clean(call, "email", &wish->email, &wish->clean_email);
    return status == EXIT_DONE ? clean(call, "name", &wish->name, &wish->clean_name) : status;
}

static enum exit_status run(struct call *call)
{
    struct wish wish = {NULL, "Administrator", false, false, TEXT_EMPTY, TEXT_EMPTY};
    enum exit_status status = parse(call, &wish);
    struct db *db = NULL;

    if (status == EXIT_DONE)
        status = command_open(call, call->config->database_url, DB_PREPARE_USED, &db);
    if (status == EXIT_DONE)
        status = ensure(call, &wish, db);
    db_close(db);
    text_free(&wish.clean_name);
    text_free(&wish.clean_email);
    return status;
}

const struct command command_create_admin = {
    .name = "create-admin",
    .summary = "create an administrator and the objects of a new studio",
    .help = "Usage: coagentctl create-admin --email ADDRESS [--name NAME] [--password-stdin] [--reset-password] "
            "[--json]\n"
            "Makes the user with this email address an administrator. Creates the account with a password, or keeps\n"
            "an existing account and its password. You can run the command again at any time. A new studio gets its\n"
            "built-in agent @studio and, when OPENAI_BASE_URL is set, the agent @assistant.\n"
            "\n"
            "  --email ADDRESS    the email address of the account\n"
            "  --name NAME        the name of a new account (default: Administrator)\n"
            "  --password-stdin   read the password from the first line of standard input instead of asking for it\n"
            "  --reset-password   set a new password for an existing account and end its sessions\n"
            "  --json             print JSON: {\"created\", \"changed\", \"user\"}\n",
    .run = run,
};
