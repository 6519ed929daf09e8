/* The programs that run: pools, nchan, the site in front of them, the runner, and cron that starts it. */
#include "base/clock.h"
#include "base/http.h"
#include "base/number.h"
#include "ctl/doctor/check.h"
#include "ctl/fastcgi.h"
#include "ctl/round_trip.h"
#include "queries.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CRON_FILE "/etc/cron.d/coagent"
#define CRON_PID_FILE "/run/crond.pid"
#define SITE_SECONDS 5
#define RUNNER_TRIES 8 /* a hand-over may take a moment: half a second between two looks */
#define RUNNER_PAUSE_MS 500
#define RUNNER_LATE_MS 15000

/* Whether a user that is neither its owner nor in its group comes to the file: by a folder it is often stopped before.
 */
static bool others_can_reach(const char *path)
{
    char *part = text_format("%s", path);
    struct stat folder;
    bool reach = true;

    for (char *slash = strrchr(part, '/'); reach && slash && slash != part; slash = strrchr(part, '/')) {
        *slash = '\0';
        reach = stat(part, &folder) == 0 && folder.st_mode & S_IXOTH;
    }
    free(part);
    return reach;
}

static void mend_folder(struct finding *finding, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = text_format("%.*s", slash ? (int)(slash - path) : 0, path);

    mend(finding, WORDS("chmod", "o-rwx", folder));
    free(folder);
}

/* True when the socket is there and only the right ones can come to it. */
static bool check_socket(const struct patient *patient, struct finding *finding, const char *path, enum part part)
{
    struct stat file;

    if (stat(path, &file) != 0 || !S_ISSOCK(file.st_mode)) {
        find(finding, VERDICT_FAILED, "it does not run: there is no socket %s (%s)", path,
             errno == ENOENT ? "nothing is there" : strerror(errno));
        mend_by_restart(patient, finding, part);
    } else if (file.st_mode & S_IWOTH && others_can_reach(path)) {
        find(finding, VERDICT_FAILED, "anybody on this machine can speak to it at %s", path);
        mend_folder(finding, path);
    } else if ((file.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP)) {
        find(finding, VERDICT_FAILED, "nobody but its owner can speak to it at %s", path);
        mend(finding, WORDS("chmod", "660", path));
    } else {
        return true;
    }
    return false;
}

static void examine_pool(const struct patient *patient, struct finding *finding, const char *path, enum part part)
{
    struct text body = TEXT_EMPTY, why = TEXT_EMPTY;
    struct stat file;
    int64_t before = clock_monotonic_ms();
    int status = 0;

    if (!check_socket(patient, finding, path, part))
        return;
    if (fastcgi_get(path, "/api/health", &status, &body, &why) != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "it does not answer at %s: %s", path, text_string(&why));
        mend_by_restart(patient, finding, part);
    } else if (status != 200) {
        find(finding, VERDICT_WARNING, "it answers, and misses something: %s", text_string(&body));
    } else if (stat(path, &file) == 0 && file.st_uid == 0) {
        find(finding, VERDICT_WARNING, "it answers, but it runs as root");
        mend_by_restart(patient, finding, part);
    } else {
        find(finding, VERDICT_OK, "it answers at %s within %lld ms", path, (long long)(clock_monotonic_ms() - before));
    }
    text_free(&body);
    text_free(&why);
}

static void check_pool(const struct patient *patient, struct finding *finding)
{
    examine_pool(patient, finding, patient->config->pool_socket, PART_POOL);
}

static void check_pool_wait(const struct patient *patient, struct finding *finding)
{
    examine_pool(patient, finding, patient->config->pool_wait_socket, PART_POOL_WAIT);
}

static void check_nchan(const struct patient *patient, struct finding *finding)
{
    struct text why = TEXT_EMPTY;

    if (!check_socket(patient, finding, patient->config->nchan_socket, PART_NCHAN))
        return;
    find(finding, VERDICT_OK, "a message that is published arrives");
    if (round_trip(patient->config->nchan_socket, &why) != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "live messages do not arrive: %s", text_string(&why));
        mend_by_restart(patient, finding, PART_NCHAN);
    }
    text_free(&why);
}

static enum outcome visit(const struct patient *patient, const char *path, struct http_reply *reply)
{
    const struct config *config = patient->config;
    char *url = text_format("%s%s", *config->public_url ? config->public_url : "http://localhost", path);
    struct http_request request = {.method = "GET",
                                   .url = url,
                                   .ca_file = config->ssl_certfile,
                                   .connect_seconds = SITE_SECONDS,
                                   .silent_seconds = SITE_SECONDS};
    enum outcome outcome = http_send(&request, NULL, reply);

    free(url);
    return outcome;
}

static void mend_site(const struct patient *patient, struct finding *finding)
{
    if (!patient->config->restart_command)
        mend(finding, WORDS("ln", "-sf", "../sites-available/coagent", "/etc/nginx/sites-enabled/coagent"));
    mend_by_restart(patient, finding, PART_NGINX);
}

static bool is_health(const struct http_reply *reply)
{
    return strstr(text_string(&reply->body), "\"parts\"") != NULL;
}

/* Who is not logged in is refused by a handler; any other answer comes from somewhere else. */
static void check_site_live(const struct patient *patient, struct finding *finding)
{
    struct http_reply reply;

    if (visit(patient, "/ws/live", &reply) != OUTCOME_OK || reply.status != 401) {
        find(finding, VERDICT_FAILED, "the site answers, but not for live messages: GET /ws/live is %ld%s",
             reply.status, reply.error);
        mend_site(patient, finding);
    }
    http_reply_free(&reply);
}

static void check_site(const struct patient *patient, struct finding *finding)
{
    const char *url = *patient->config->public_url ? patient->config->public_url : "http://localhost";
    struct http_reply reply;
    enum outcome outcome = visit(patient, "/api/health", &reply);

    if (outcome != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "%s does not answer: %s", url, reply.error);
        mend_by_restart(patient, finding, PART_NGINX);
    } else if (is_health(&reply)) {
        find(finding, VERDICT_OK, "%s answers, and asks who wants to listen", url);
        check_site_live(patient, finding);
    } else if (reply.status == 503) {
        find(finding, VERDICT_FAILED, "nginx answers at %s, but does not come to the pool at %s", url,
             patient->config->pool_socket);
        mend(finding, WORDS("usermod", "-a", "-G", SERVICE_USER, "www-data"));
        mend_by_restart(patient, finding, PART_POOL);
        mend_by_restart(patient, finding, PART_NGINX);
    } else {
        find(finding, VERDICT_FAILED, "something answers at %s, but it is not CoAgent's site (status %ld)", url,
             reply.status);
        mend_site(patient, finding);
    }
    http_reply_free(&reply);
}

static void check_runner_lock(const struct patient *patient, struct finding *finding)
{
    const char *path = patient->config->runner_lock;
    char name[USER_SIZE];
    struct stat file;

    if (stat(path, &file) != 0) {
        find(finding, VERDICT_SKIPPED, "there is no lock %s yet", path);
    } else if (patient->uid != 0 && file.st_uid != patient->uid) {
        find(finding, VERDICT_FAILED, "%s belongs to another user than %s, whom the runner runs as: it cannot start",
             path, user_name(patient->uid, name));
        mend(finding, WORDS("chown", user_name(patient->uid, name), path));
    } else {
        find(finding, VERDICT_OK, "%s belongs to %s", path, user_name(patient->uid, name));
    }
}

/* Milliseconds since the leading runner's last sign; -1: none leads. */
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
    const char *cleaned;
    long long sign = -1;

    for (int i = 0; i < RUNNER_TRIES && sign < 0; i++) {
        if (i > 0)
            poll(NULL, 0, RUNNER_PAUSE_MS);
        if (!look_for_runner(patient, finding, &sign))
            return;
    }
    if (sign >= 0 && sign < RUNNER_LATE_MS) {
        find(finding, VERDICT_OK, "a runner is at work; its last sign was %lld ms ago", sign);
        return;
    }
    cleaned = db_value(patient->db, 0, 1);
    if (sign >= 0)
        find(finding, VERDICT_FAILED, "the runner has given no sign for %lld s", sign / 1000);
    else if (cleaned)
        find(finding, VERDICT_FAILED, "no runner is at work, so no agent answers; the last one cleaned up %s s ago",
             cleaned);
    else
        find(finding, VERDICT_FAILED, "no runner is at work, and none ever was, so no agent answers");
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
        find(finding, VERDICT_SKIPPED, "the runner is started by what started the rest (RESTART_COMMAND)");
    } else if (stat(CRON_FILE, &file) != 0) {
        find(finding, VERDICT_FAILED, "%s, which starts the runner, is missing", CRON_FILE);
        mend(finding, WORDS("apt-get", "install", "--reinstall", "-o", "Dpkg::Options::=--force-confmiss", "coagent"));
    } else if (file.st_uid != 0 || file.st_mode & (S_IWGRP | S_IWOTH)) {
        find(finding, VERDICT_FAILED, "cron ignores %s: it must belong to root, and nobody else may change it",
             CRON_FILE);
        mend(finding, WORDS("chown", "root:root", CRON_FILE));
        mend(finding, WORDS("chmod", "644", CRON_FILE));
    } else if (!cron_runs()) {
        find(finding, VERDICT_FAILED, "cron does not run, so it does not start the runner");
        mend_by_restart(patient, finding, PART_CRON);
    } else {
        find(finding, VERDICT_OK, "cron runs and starts the runner each minute");
    }
}

const struct check service_checks[] = {
    {"pool", NEEDS_SETTINGS, check_pool},
    {"pool-wait", NEEDS_SETTINGS, check_pool_wait},
    {"nchan", NEEDS_SETTINGS, check_nchan},
    {"site", NEEDS_SETTINGS, check_site},
    {"runner-lock", NEEDS_SETTINGS, check_runner_lock},
    {"runner", NEEDS_SETTINGS | NEEDS_DATABASE, check_runner},
    {"cron", 0, check_cron},
    {NULL},
};
