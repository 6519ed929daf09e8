#include "ctl/doctor/check.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void find(struct finding *finding, enum verdict verdict, const char *format, ...)
{
    va_list arguments;

    finding->verdict = verdict;
    text_clear(&finding->message);
    va_start(arguments, format);
    text_add_vformat(&finding->message, format, arguments);
    va_end(arguments);
    while (finding->message.length > 0 && finding->message.bytes[finding->message.length - 1] == '\n')
        finding->message.bytes[--finding->message.length] = '\0';
}

static void add_word(struct text *command, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+,@%";

    if (*word && word[strspn(word, plain)] == '\0') {
        text_add(command, word);
        return;
    }
    text_add_char(command, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            text_add(command, "'\\''");
        else
            text_add_char(command, *word);
    }
    text_add_char(command, '\'');
}

static void begin(struct finding *finding)
{
    if (finding->command.length > 0)
        text_add(&finding->command, " && ");
}

void mend(struct finding *finding, const char *const words[])
{
    begin(finding);
    for (const char *const *word = words; *word; word++) {
        if (word != words)
            text_add_char(&finding->command, ' ');
        add_word(&finding->command, *word);
    }
}

void mend_by(struct finding *finding, const char *format, ...)
{
    va_list arguments;

    begin(finding);
    va_start(arguments, format);
    text_add_vformat(&finding->command, format, arguments);
    va_end(arguments);
}

void mend_by_restart(const struct patient *patient, struct finding *finding, enum part part)
{
    static const char *const services[] = {
        [PART_POOL] = "coagent-fcgi", [PART_POOL_WAIT] = "coagent-fcgi-wait", [PART_NCHAN] = "coagent-nchan",
        [PART_NGINX] = "nginx",       [PART_POSTGRES] = "postgresql",         [PART_CRON] = "cron",
    };

    if (patient->config && patient->config->restart_command)
        mend_by(finding, "%s", patient->config->restart_command);
    else if (access("/run/systemd/system", F_OK) == 0)
        mend(finding, WORDS("systemctl", "restart", services[part]));
    else
        mend(finding, WORDS("service", services[part], "restart"));
}

void mend_by_command(const struct patient *patient, struct finding *finding, const char *command)
{
    const char *file = getenv("COAGENT_CONFIG");

    begin(finding);
    if (file && *file) {
        text_add(&finding->command, "COAGENT_CONFIG=");
        add_word(&finding->command, file);
        text_add_char(&finding->command, ' ');
    }
    add_word(&finding->command, patient->call->program);
    text_add_format(&finding->command, " %s", command);
}

void mend_by_sql(const struct patient *patient, struct finding *finding, const char *database, const char *statement)
{
    struct text host = TEXT_EMPTY, own = TEXT_EMPTY;

    db_url_part(patient->config->database_url, "host", &host);
    db_url_part(patient->config->database_url, "dbname", &own);
    if (!database)
        database = own.length > 0 ? text_string(&own) : "coagent";
    /* In a cluster of its own the installation's root is the superuser; elsewhere that is the user postgres. */
    if (patient->config->restart_command || (host.length > 0 && host.bytes[0] != '/'))
        mend(finding, WORDS("psql", "-h", text_string(&host), "-U", "postgres", "-d", database, "-c", statement));
    else
        mend(finding, WORDS("runuser", "-u", "postgres", "--", "psql", "-d", database, "-c", statement));
    text_free(&host);
    text_free(&own);
}

void mend_by_editing(const struct patient *patient, struct finding *finding)
{
    mend(finding, WORDS("sensible-editor", patient->file ? patient->file : "/etc/coagent/coagent.conf"));
}

const char *user_name(uid_t uid, char name[USER_SIZE])
{
    struct passwd *user = getpwuid(uid);

    if (user)
        snprintf(name, USER_SIZE, "%s", user->pw_name);
    else
        snprintf(name, USER_SIZE, "%u", (unsigned)uid);
    return name;
}

bool has_answered(const struct patient *patient, struct finding *finding, enum outcome outcome)
{
    const struct db_failure *failure = db_failure(patient->db);

    if (outcome == OUTCOME_OK)
        return true;
    if (strncmp(failure->sqlstate, "42", 2) == 0 && strcmp(failure->sqlstate, "42501") != 0)
        find(finding, VERDICT_SKIPPED, "the schema does not match (see the check \"migrations\")");
    else
        find(finding, VERDICT_FAILED, "PostgreSQL did not respond: %s",
             failure->message[0] ? failure->message : outcome_name(outcome));
    return false;
}

bool ask(const struct patient *patient, struct finding *finding, const struct db_statement *statement,
         const char *const values[])
{
    return has_answered(patient, finding, db_do(patient->db, statement, values));
}
