/* The programs that serve: the pools, nchan, and the site in front of them. */
#include "base/clock.h"
#include "base/http.h"
#include "ctl/certificate.h"
#include "ctl/doctor/check.h"
#include "ctl/fastcgi.h"
#include "ctl/round_trip.h"
#include "ctl/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SITE_SECONDS 5

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
        find(finding, VERDICT_FAILED, "not running: there is no socket %s (%s)", path,
             errno == ENOENT ? "no such file" : strerror(errno));
        mend_by_restart(patient, finding, part);
    } else if (file.st_mode & S_IWOTH && others_can_reach(path)) {
        find(finding, VERDICT_FAILED, "every user of this machine can connect to %s", path);
        mend_folder(finding, path);
    } else if ((file.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP)) {
        find(finding, VERDICT_FAILED, "only the owner can connect to %s", path);
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
        find(finding, VERDICT_FAILED, "no response at %s: %s", path, text_string(&why));
        mend_by_restart(patient, finding, part);
    } else if (status != 200) {
        find(finding, VERDICT_WARNING, "responds, but is degraded: %s", text_string(&body));
    } else if (stat(path, &file) == 0 && file.st_uid == 0) {
        find(finding, VERDICT_WARNING, "responds, but runs as root");
        mend_by_restart(patient, finding, part);
    } else {
        find(finding, VERDICT_OK, "responds at %s within %lld ms", path, (long long)(clock_monotonic_ms() - before));
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
    find(finding, VERDICT_OK, "a published message arrives");
    if (round_trip(patient->config->nchan_socket, &why) != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "live messages do not arrive: %s", text_string(&why));
        mend_by_restart(patient, finding, PART_NCHAN);
    }
    text_free(&why);
}

/* As the door of a run asks (cron/sandbox/door.c), but of no run: the PROXY protocol, version 1, has a word for that.
 */
static bool ask_as_run(int fd, struct text *received)
{
    static const char request[] =
        "PROXY UNKNOWN\r\nGET /api/health HTTP/1.1\r\nHost: coagent\r\nConnection: close\r\n\r\n";

    if (!stream_send(fd, request, sizeof request - 1))
        return false;
    while (stream_receive(fd, received))
        if (strstr(text_string(received), "\"parts\""))
            return true;
    return false;
}

static void check_runs_api(const struct patient *patient, struct finding *finding)
{
    const char *path = patient->config->api_socket;
    struct text received = TEXT_EMPTY, why = TEXT_EMPTY;
    int fd;

    if (!check_socket(patient, finding, path, PART_NCHAN))
        return;
    fd = stream_open(path, SITE_SECONDS, &why);
    if (fd >= 0 && ask_as_run(fd, &received)) {
        find(finding, VERDICT_OK, "runs can use the API through %s", path);
    } else {
        find(finding, VERDICT_FAILED, "runs cannot use the API through %s: %s", path,
             why.length ? text_string(&why) : "no response of CoAgent");
        mend_by_restart(patient, finding, PART_NCHAN);
    }
    if (fd >= 0)
        close(fd);
    text_free(&received);
    text_free(&why);
}

/* Where the settings do not say who the site is, its certificate cannot be wrong. */
static enum outcome visit(const struct patient *patient, const char *site, const char *path, struct http_reply *reply)
{
    const struct config *config = patient->config;
    char *url = text_format("%s%s", site, path);
    struct http_request request = {.method = "GET",
                                   .url = url,
                                   .ca_file = config->ssl_certfile,
                                   .any_certificate = !*config->public_url,
                                   .connect_seconds = SITE_SECONDS,
                                   .silent_seconds = SITE_SECONDS};
    enum outcome outcome = http_send(&request, NULL, reply);

    free(url);
    return outcome;
}

static void mend_site(const struct patient *patient, struct finding *finding)
{
    if (!patient->config->restart_command)
        mend(finding, WORDS("ln", "-sf", "/etc/nginx/sites-available/coagent", "/etc/nginx/sites-enabled/coagent"));
    mend_by_restart(patient, finding, PART_NGINX);
}

/* A handler refuses callers without a login; any other response comes from another program. */
static void check_site_live(const struct patient *patient, struct finding *finding, const char *site)
{
    struct http_reply reply;

    if (visit(patient, site, "/ws/live", &reply) != OUTCOME_OK || reply.status != 401) {
        find(finding, VERDICT_FAILED, "%s responds, but not to live connections: GET /ws/live returns %ld%s", site,
             reply.status, reply.error);
        mend_site(patient, finding);
    }
    http_reply_free(&reply);
}

static void judge_silence(const struct patient *patient, struct finding *finding, const char *site, const char *error)
{
    struct text host = TEXT_EMPTY;

    if (strstr(error, "certificate")) {
        url_host(site, &host);
        find(finding, VERDICT_WARNING, "%s responds with a certificate that browsers reject: %s", site, error);
        mend(finding, WORDS("certbot", "--nginx", "-d", text_string(&host)));
    } else {
        find(finding, VERDICT_FAILED, "%s does not respond: %s", site, error);
        mend_by_restart(patient, finding, PART_NGINX);
    }
    text_free(&host);
}

static void judge_site(const struct patient *patient, struct finding *finding, const char *site,
                       const struct http_reply *reply)
{
    if (strstr(text_string(&reply->body), "\"parts\"")) {
        find(finding, VERDICT_OK, "%s responds, and its live messages require a login", site);
        check_site_live(patient, finding, site);
    } else if (reply->status == 503) {
        find(finding, VERDICT_FAILED, "nginx responds at %s, but cannot reach the pool at %s", site,
             patient->config->pool_socket);
        mend_by_restart(patient, finding, PART_POOL);
        if (!patient->config->restart_command)
            mend_by_restart(patient, finding, PART_NGINX);
    } else {
        find(finding, VERDICT_FAILED, "the server at %s is not CoAgent (status %ld)", site, reply->status);
        mend_site(patient, finding);
    }
}

static void check_site(const struct patient *patient, struct finding *finding)
{
    bool named = *patient->config->public_url;
    const char *site = named ? patient->config->public_url : "https://localhost";
    struct http_reply reply;
    enum outcome outcome = visit(patient, site, "/api/health", &reply);

    if (outcome == OUTCOME_AWAY && !named) {
        http_reply_free(&reply);
        site = "http://localhost";
        outcome = visit(patient, site, "/api/health", &reply);
    }
    if (outcome == OUTCOME_OK)
        judge_site(patient, finding, site, &reply);
    else
        judge_silence(patient, finding, site, reply.error);
    http_reply_free(&reply);
}

/* clang-format off */
const struct check service_checks[] = {
    {"pool", NEEDS_SETTINGS, check_pool},
    {"pool-wait", NEEDS_SETTINGS, check_pool_wait},
    {"nchan", NEEDS_SETTINGS, check_nchan},
    {"runs-api", NEEDS_SETTINGS, check_runs_api},
    {"site", NEEDS_SETTINGS, check_site},
    {NULL},
};
/* clang-format on */
