/* The runner, and cron, which starts it. */
#include "base/number.h"
#include "ctl/doctor/check.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CRON_FILE "/etc/cron.d/coagent"
#define CRON_PID_FILE "/run/crond.pid"
#define RUNNER_TRIES 8 /* a hand-over may take a moment: half a second between two looks */
#define RUNNER_PAUSE_MS 500
#define RUNNER_LATE_MS 15000

static void check_runner_lock(const struct patient *patient, struct finding *finding)
{
    const char *path = patient->config->runner_lock;
    char name[USER_SIZE];
    struct stat file;

    if (stat(path, &file) != 0) {
        find(finding, VERDICT_SKIPPED, "the lock %s does not exist yet", path);
    } else if (patient->uid != 0 && file.st_uid != patient->uid) {
        find(finding, VERDICT_FAILED, "%s does not belong to %s, the user of the runner, which cannot start", path,
             user_name(patient->uid, name));
        mend(finding, WORDS("chown", user_name(patient->uid, name), path));
    } else {
        find(finding, VERDICT_OK, "%s belongs to %s", path, user_name(patient->uid, name));
    }
}

/* Milliseconds since the last sign of a runner; -1: none is at work. */
static bool look_for_runner(const struct patient *patient, struct finding *finding, long long *sign)
{
    const char *value;

    if (!ask(patient, finding, &query_doctor_runner, DB_NO_VALUES))
        return false;
    value = db_value(patient->db, 0, 0);
    if (!value || number_parse(value, -1000, INT64_MAX, sign) != OUTCOME_OK)
        *sign = -1;
    else if (*sign < 0)
        *sign = 0;
    return true;
}

static void check_runner(const struct patient *patient, struct finding *finding)
{
    const char *chore;
    long long sign = -1;

    for (int i = 0; i < RUNNER_TRIES && sign < 0; i++) {
        if (i > 0)
            poll(NULL, 0, RUNNER_PAUSE_MS);
        if (!look_for_runner(patient, finding, &sign))
            return;
    }
    if (sign >= 0 && sign < RUNNER_LATE_MS) {
        find(finding, VERDICT_OK, "a runner is active; its last heartbeat was %lld ms ago", sign);
        return;
    }
    chore = db_value(patient->db, 0, 1);
    if (sign >= 0)
        find(finding, VERDICT_FAILED, "the runner has sent no heartbeat for %lld s", sign / 1000);
    else if (chore)
        find(finding, VERDICT_FAILED, "no runner is active, so no agent answers; the last chore started %s s ago",
             chore);
    else
        find(finding, VERDICT_FAILED, "no runner has ever been active, so no agent answers");
    mend_by_restart(patient, finding, PART_CRON);
}

/* The first row contains the problem. */
static void judge_chores(const struct patient *patient, struct finding *finding)
{
    const char *name = db_value(patient->db, 0, 0);
    const char *failure = db_value(patient->db, 0, 4);

    if (db_value(patient->db, 0, 3)[0] == 't') {
        find(finding, VERDICT_FAILED, "the chore %s started %s s ago, but is due every %s s", name,
             db_value(patient->db, 0, 1), db_value(patient->db, 0, 2));
        mend_by_restart(patient, finding, PART_CRON);
    } else if (failure) {
        find(finding, VERDICT_FAILED, "the chore %s failed %s s ago: %s", name, db_value(patient->db, 0, 1), failure);
    } else {
        find(finding, VERDICT_OK, "all %d chores ran on time", db_rows(patient->db));
    }
}

/* A new studio has done none in its first moment. */
static void check_chores(const struct patient *patient, struct finding *finding)
{
    for (int i = 0; i < RUNNER_TRIES; i++) {
        if (i > 0)
            poll(NULL, 0, RUNNER_PAUSE_MS);
        if (!ask(patient, finding, &query_doctor_chores, DB_NO_VALUES))
            return;
        if (db_rows(patient->db) > 0) {
            judge_chores(patient, finding);
            return;
        }
    }
    find(finding, VERDICT_FAILED, "the runner has never executed a chore");
    mend_by_restart(patient, finding, PART_CRON);
}

static bool cron_runs(void)
{
    FILE *file = fopen(CRON_PID_FILE, "re");
    char line[32] = "", path[64];
    long long pid = 0;

    if (file) {
        if (fgets(line, sizeof line, file))
            line[strcspn(line, "\n")] = '\0';
        fclose(file);
    }
    if (number_parse(line, 1, INT32_MAX, &pid) != OUTCOME_OK)
        return false;
    snprintf(path, sizeof path, "/proc/%lld", pid);
    return access(path, F_OK) == 0;
}

/* cron reads only what belongs to root and what nobody else may change; it says so nowhere but in its log. */
static void check_cron(const struct patient *patient, struct finding *finding)
{
    struct stat file;

    if (patient->config && patient->config->restart_command) {
        find(finding, VERDICT_SKIPPED, "the supervisor of the studio starts the runner (RESTART_COMMAND)");
    } else if (stat(CRON_FILE, &file) != 0) {
        find(finding, VERDICT_FAILED, "the cron job of the runner, %s, is missing", CRON_FILE);
        mend(finding, WORDS("apt-get", "install", "--reinstall", "-o", "Dpkg::Options::=--force-confmiss", "coagent"));
    } else if (file.st_uid != 0 || file.st_mode & (S_IWGRP | S_IWOTH)) {
        find(finding, VERDICT_FAILED, "cron ignores %s: the file must belong to root and be writable by root only",
             CRON_FILE);
        mend(finding, WORDS("chown", "root:root", CRON_FILE));
        mend(finding, WORDS("chmod", "644", CRON_FILE));
    } else if (!cron_runs()) {
        find(finding, VERDICT_FAILED, "cron is not running, so the runner is not started");
        mend_by_restart(patient, finding, PART_CRON);
    } else {
        find(finding, VERDICT_OK, "cron is running and starts the runner every minute");
    }
}

const struct check runner_checks[] = {
    {"runner-lock", NEEDS_SETTINGS, check_runner_lock},
    {"runner", NEEDS_SETTINGS | NEEDS_DATABASE, check_runner},
    {"chores", NEEDS_SETTINGS | NEEDS_DATABASE, check_chores},
    {"cron", 0, check_cron},
    {NULL},
};
