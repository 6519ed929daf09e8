/* The settings, and what they say about the site's address. */
#include "base/number.h"
#include "ctl/certificate.h"
#include "ctl/doctor/check.h"
#include "ctl/files/file.h"
#include "ctl/trust_proxies.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY 86400
#define EXPIRY_WARNING (14 * DAY)

/* A key that was refused has never sealed anything, so a new one loses nothing. */
static void mend_secret_key(const struct patient *patient, struct finding *finding, const char *file)
{
    if (patient->file)
        mend_by(finding, "sed -i '/^\\(JWT_\\)\\?SECRET_KEY *=/d' %s", file);
    else
        mend_by(finding, "install -d /etc/coagent && install -m 600 /dev/null %s", file);
    mend_by(finding, "printf 'SECRET_KEY=%%s\\n' \"$(openssl rand -hex 32)\" >> %s", file);
}

/* Other lines need a person. */
static void check_settings(const struct patient *patient, struct finding *finding)
{
    const char *trouble = patient->call->trouble;
    const char *file = patient->file ? patient->file : "/etc/coagent/coagent.conf";

    if (patient->config) {
        find(finding, VERDICT_OK, "%s is complete and SECRET_KEY is strong", file);
        return;
    }
    find(finding, VERDICT_FAILED, "%s", trouble);
    if (patient->file && access(patient->file, R_OK) != 0 && errno == EACCES)
        mend_by_command(patient, finding, "doctor   # as root");
    else if (strncmp(trouble, "SECRET_KEY ", 11) == 0)
        mend_secret_key(patient, finding, file);
    else
        mend_by_editing(patient, finding);
}

static const char *group_name(gid_t gid)
{
    struct group *group = getgrgid(gid);

    return group ? group->gr_name : "root";
}

/* Whether the services can read it, by the bits alone; their groups beside the first are not looked at. */
static bool is_readable(const struct stat *file, const struct patient *patient)
{
    if (patient->uid == 0)
        return true;
    if (file->st_uid == patient->uid)
        return file->st_mode & S_IRUSR;
    return file->st_gid == patient->gid ? file->st_mode & S_IRGRP : file->st_mode & S_IROTH;
}

static void check_settings_file(const struct patient *patient, struct finding *finding)
{
    char name[USER_SIZE];
    struct stat file;

    if (!patient->file) {
        find(finding, VERDICT_SKIPPED, "the settings come from the environment");
    } else if (stat(patient->file, &file) != 0) {
        find(finding, VERDICT_FAILED, "%s: %s", patient->file, strerror(errno));
        mend_by_editing(patient, finding);
    } else if (file.st_mode & (S_IRWXO | S_IWGRP)) {
        find(finding, VERDICT_FAILED, "%s contains secrets, but other users than its owner can %s it", patient->file,
             file.st_mode & (S_IWOTH | S_IWGRP) ? "change" : "read");
        mend(finding, WORDS("chmod", "g-w,o-rwx", patient->file));
    } else if (!is_readable(&file, patient)) {
        find(finding, VERDICT_FAILED, "%s cannot be read by %s, the user of the services", patient->file,
             user_name(patient->uid, name));
        mend(finding, WORDS("chgrp", group_name(patient->gid), patient->file));
        mend(finding, WORDS("chmod", "640", patient->file));
    } else {
        find(finding, VERDICT_OK, "only %s can read %s", user_name(patient->uid, name), patient->file);
    }
}

static bool is_https(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0;
}

/* Browsers take a loopback address for safe without TLS. */
static bool is_loopback(const char *url)
{
    struct text host = TEXT_EMPTY;
    bool loopback;

    url_host(url, &host);
    loopback = strcmp(text_string(&host), "localhost") == 0 || strncmp(text_string(&host), "127.", 4) == 0 ||
               strcmp(text_string(&host), "::1") == 0;
    text_free(&host);
    return loopback;
}

/* Cookies that browsers do not keep look like a log-in that does nothing. */
static void check_cookies(const struct patient *patient, struct finding *finding)
{
    const struct config *config = patient->config;
    const char *url = config->public_url;

    if (!*url) {
        find(finding, VERDICT_SKIPPED, "PUBLIC_URL is not set");
    } else if (config->cookie_secure && !is_https(url) && !is_loopback(url)) {
        find(finding, VERDICT_FAILED, "%s is not https, but cookies are limited to https: no user can log in", url);
        mend_by_command(patient, finding, "make-certificate");
        mend_by_editing(patient, finding);
    } else if (!config->cookie_secure && is_https(url)) {
        find(finding, VERDICT_WARNING, "the site is https, but its cookies are also sent without it%s",
             strcmp(config->environment, "development") == 0 ? " (ENVIRONMENT is development)" : "");
        if (patient->file) {
            mend_by(finding, "sed -i '/^COOKIE_SECURE *=/d' %s", patient->file);
            mend_by(finding, "echo COOKIE_SECURE=true >> %s", patient->file);
        }
        mend_by_restart(patient, finding, PART_POOL);
    } else {
        find(finding, VERDICT_OK, "browsers accept the cookies of %s", url);
    }
}

static void mend_certificate(const struct patient *patient, struct finding *finding, bool self_signed)
{
    if (self_signed)
        mend_by_command(patient, finding, "make-certificate --force");
    else
        mend(finding, WORDS("certbot", "renew"));
    mend_by_restart(patient, finding, PART_NGINX);
}

static void judge_certificate(const struct patient *patient, struct finding *finding,
                              const struct certificate_facts *facts, const char *host)
{
    const char *file = patient->config->ssl_certfile;
    long long days = facts->seconds / DAY;
    struct stat key;

    if (!facts->fits_key)
        find(finding, VERDICT_FAILED, "the key in SSL_KEYFILE does not belong to %s", file);
    else if (facts->seconds < 0)
        find(finding, VERDICT_FAILED, "%s expired %lld day%s ago", file, -days, number_plural(-days));
    else if (!facts->names_host)
        find(finding, VERDICT_FAILED, "%s is not valid for %s, the host in PUBLIC_URL", file, host);
    else if (facts->seconds < EXPIRY_WARNING)
        find(finding, VERDICT_WARNING, "%s expires in %lld day%s", file, days, number_plural(days));
    else if (stat(patient->config->ssl_keyfile, &key) == 0 && key.st_mode & S_IRWXO) {
        find(finding, VERDICT_FAILED, "every user of this machine can read %s", patient->config->ssl_keyfile);
        mend(finding, WORDS("chmod", "o-rwx", patient->config->ssl_keyfile));
        return;
    } else {
        find(finding, VERDICT_OK, "%s is valid for %lld more days%s", file, days,
             facts->self_signed ? "; it is self-signed" : "");
        return;
    }
    mend_certificate(patient, finding, facts->self_signed);
}

static void check_certificate(const struct patient *patient, struct finding *finding)
{
    const struct config *config = patient->config;
    struct certificate_facts facts;
    struct text host = TEXT_EMPTY, why = TEXT_EMPTY;
    enum outcome outcome;

    if (!config->ssl_certfile) {
        find(finding, VERDICT_SKIPPED, "SSL_CERTFILE is not set%s",
             is_https(config->public_url) ? ": TLS ends in front of this machine" : "");
        return;
    }
    url_host(config->public_url, &host);
    outcome = certificate_read(config->ssl_certfile, config->ssl_keyfile, text_string(&host), &facts, &why);
    if (outcome == OUTCOME_OK) {
        judge_certificate(patient, finding, &facts, text_string(&host));
    } else {
        find(finding, VERDICT_FAILED, "%s", text_string(&why));
        mend_certificate(patient, finding, true);
    }
    text_free(&host);
    text_free(&why);
}

/* No file is as good as one that trusts nobody. */
static bool nginx_is_told(const struct config *config, const char *file)
{
    struct text wanted = TEXT_EMPTY;
    bool told;

    write_proxies(config, &wanted);
    told = file_holds(file, &wanted) || (!*config->trusted_proxies && access(file, F_OK) != 0 && errno == ENOENT);
    text_free(&wanted);
    return told;
}

/* Behind a proxy that is not trusted all people share one address, with its limits, and the audit log names the proxy.
 */
static void check_proxies(const struct patient *patient, struct finding *finding)
{
    const struct config *config = patient->config;
    char *file = file_beside_settings(PROXIES_FILE);

    if (!nginx_is_told(config, file)) {
        find(finding, VERDICT_FAILED, "%s does not match TRUSTED_PROXIES, so nginx trusts other proxies", file);
        mend_by_command(patient, finding, "trust-proxies");
        mend_by_restart(patient, finding, PART_NGINX);
    } else if (*config->trusted_proxies) {
        find(finding, VERDICT_OK, "client addresses come from %s where these forward a request",
             config->trusted_proxies);
    } else if (is_https(config->public_url) && !config->ssl_certfile) {
        find(finding, VERDICT_WARNING,
             "TLS ends in front of this machine, but TRUSTED_PROXIES is empty: all users share "
             "the address of the proxy, and its limits");
        mend_by_editing(patient, finding);
        mend_by_command(patient, finding, "trust-proxies");
        mend_by_restart(patient, finding, PART_NGINX);
    } else {
        find(finding, VERDICT_OK, "no proxy is trusted: the client is the address that connects");
    }
    free(file);
}

const struct check settings_checks[] = {
    {"settings", 0, check_settings},
    {"settings-file", 0, check_settings_file},
    {"cookies", NEEDS_SETTINGS, check_cookies},
    {"certificate", NEEDS_SETTINGS, check_certificate},
    {"proxies", NEEDS_SETTINGS, check_proxies},
    {NULL},
};
