#include "base/config.h"

#include "base/config_rules.h"
#include "base/log.h"
#include "base/number.h"
#include "base/secretbox.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SYSTEM_FILE "/etc/coagent/coagent.conf"

extern char **environ;

enum setting_kind { SETTING_TEXT, SETTING_SECRET, SETTING_FLAG, SETTING_INTEGER };

/* One row a setting: its names, where it goes, and what it is without being set. The rules that need more than a
 * range are in config_rules.c. */
struct setting {
    const char *name;
    const char *alias; /* the older name; the canonical one wins in the same place */
    enum setting_kind kind;
    size_t offset;
    const char *fallback; /* NULL: none */
    int least, most;
};

#define AT(member) offsetof(struct config, member)
#define CORS_ROW 0

static const struct setting settings[] = {
    {"BACKEND_CORS_ORIGINS", "CORS_ORIGINS", SETTING_TEXT, AT(cors_origins), NULL, 0, 0}, /* CORS_ROW */
    {"SECRET_KEY", "JWT_SECRET_KEY", SETTING_SECRET, AT(secret_key), NULL, 0, 0},
    {"SECRET_KEY_PREVIOUS", NULL, SETTING_SECRET, AT(secret_key_previous), NULL, 0, 0},
    {"DATABASE_URL", NULL, SETTING_SECRET, AT(database_url), "host=/run/postgresql dbname=coagent user=coagent_app", 0,
     0},
    {"DATABASE_OWNER_URL", NULL, SETTING_SECRET, AT(database_owner_url), NULL, 0, 0},
    {"ENVIRONMENT", NULL, SETTING_TEXT, AT(environment), "production", 0, 0},
    {"PUBLIC_URL", NULL, SETTING_TEXT, AT(public_url), "", 0, 0},
    {"COOKIE_SECURE", NULL, SETTING_FLAG, AT(cookie_secure), NULL, 0, 0}, /* by ENVIRONMENT */
    {"COOKIE_SAMESITE", NULL, SETTING_TEXT, AT(cookie_samesite), "Lax", 0, 0},
    {"ACCESS_TOKEN_EXPIRE_MINUTES", NULL, SETTING_INTEGER, AT(access_token_minutes), "30", 1, 1440},
    {"REFRESH_TOKEN_EXPIRE_DAYS", NULL, SETTING_INTEGER, AT(refresh_token_days), "7", 1, 365},
    {"CLEANUP_INTERVAL_SECONDS", NULL, SETTING_INTEGER, AT(cleanup_interval_seconds), "3600", 10, 604800},
    {"BCRYPT_COST", NULL, SETTING_INTEGER, AT(bcrypt_cost), "12", 4, 16},
    {"REGISTRATION_OPEN", NULL, SETTING_FLAG, AT(registration_open), "false", 0, 0},
    {"ENABLE_TOOL_LOGGING", NULL, SETTING_FLAG, AT(tool_logging), "true", 0, 0},
    {"POOL_SOCKET", NULL, SETTING_TEXT, AT(pool_socket), "/run/coagent/pool.sock", 0, 0},
    {"POOL_WAIT_SOCKET", NULL, SETTING_TEXT, AT(pool_wait_socket), "/run/coagent/wait.sock", 0, 0},
    {"POOL_SLOTS", NULL, SETTING_INTEGER, AT(pool_slots), "8", 1, 1024},
    {"POOL_WAIT_SLOTS", NULL, SETTING_INTEGER, AT(pool_wait_slots), "6", 1, 1024},
    {"REQUEST_SECONDS", NULL, SETTING_INTEGER, AT(request_seconds), "30", 1, 3600},
    {"NCHAN_SOCKET", NULL, SETTING_TEXT, AT(nchan_socket), "/run/coagent/nchan-publish.sock", 0, 0},
    {"API_SOCKET", NULL, SETTING_TEXT, AT(api_socket), "/run/coagent/nchan-api.sock", 0, 0},
    {"RUNNER_LOCK", NULL, SETTING_TEXT, AT(runner_lock), "/run/coagent/runner.lock", 0, 0},
    {"EXECUTOR_LIMIT", NULL, SETTING_INTEGER, AT(executor_limit), "16", 1, 4096},
    {"MODEL_IDLE_SECONDS", NULL, SETTING_INTEGER, AT(model_idle_seconds), "120", 1, 3600},
    {"RUNNER_LABELS", NULL, SETTING_TEXT, AT(runner_labels), "", 0, 0},
    {"SANDBOX_MEMORY_MB", NULL, SETTING_INTEGER, AT(sandbox_memory_mb), "512", 16, 1048576},
    {"SANDBOX_CPU_SECONDS", NULL, SETTING_INTEGER, AT(sandbox_cpu_seconds), "300", 1, 604800},
    {"SANDBOX_WALL_SECONDS", NULL, SETTING_INTEGER, AT(sandbox_wall_seconds), "600", 1, 604800},
    {"SANDBOX_PROCESSES", NULL, SETTING_INTEGER, AT(sandbox_processes), "128", 4, 65536},
    {"SANDBOX_DISK_MB", NULL, SETTING_INTEGER, AT(sandbox_disk_mb), "256", 1, 1048576},
    {"SANDBOX_OPEN_FILES", NULL, SETTING_INTEGER, AT(sandbox_open_files), "1024", 16, 1048576},
    {"RUN_OUTPUT_MB", NULL, SETTING_INTEGER, AT(run_output_mb), "64", 1, 65536},
    {"RUN_ARTIFACT_MB", NULL, SETTING_INTEGER, AT(run_artifact_mb), "64", 0, 65536},
    {"STATE_DIR", NULL, SETTING_TEXT, AT(state_dir), "/var/lib/coagent", 0, 0},
    {"DEPENDENCIES_MB", NULL, SETTING_INTEGER, AT(dependencies_mb), "1024", 1, 1048576},
    {"DEPENDENCIES_SECONDS", NULL, SETTING_INTEGER, AT(dependencies_seconds), "600", 1, 86400},
    {"DEPENDENCIES_DAYS", NULL, SETTING_INTEGER, AT(dependencies_days), "30", 1, 36500},
    {"DEPENDENCIES_STORE_MB", NULL, SETTING_INTEGER, AT(dependencies_store_mb), "10240", 1, 1073741824},
    {"CACHE_MB", NULL, SETTING_INTEGER, AT(cache_mb), "256", 1, 1048576},
    {"CACHE_STORE_MB", NULL, SETTING_INTEGER, AT(cache_store_mb), "10240", 1, 1073741824},
    {"CACHE_DAYS", NULL, SETTING_INTEGER, AT(cache_days), "30", 1, 36500},
    {"SSL_CERTFILE", NULL, SETTING_TEXT, AT(ssl_certfile), NULL, 0, 0},
    {"SSL_KEYFILE", NULL, SETTING_TEXT, AT(ssl_keyfile), NULL, 0, 0},
    {"LOGIN_RATE", NULL, SETTING_INTEGER, AT(login_rate), "4", 1, 999999},
    {"LOGIN_BURST", NULL, SETTING_INTEGER, AT(login_burst), "80", 1, 999999},
    {"REQUEST_RATE", NULL, SETTING_INTEGER, AT(request_rate), "100", 1, 999999},
    {"REQUEST_BURST", NULL, SETTING_INTEGER, AT(request_burst), "400", 1, 999999},
    {"CONNECTION_LIMIT", NULL, SETTING_INTEGER, AT(connection_limit), "100", 1, 999999},
    {"SOCKET_LIMIT", NULL, SETTING_INTEGER, AT(socket_limit), "1000", 1, 999999},
    {"LOGIN_EXEMPT", NULL, SETTING_TEXT, AT(login_exempt), NULL, 0, 0},
    {"TRUSTED_PROXIES", NULL, SETTING_TEXT, AT(trusted_proxies), "", 0, 0},
    {"RESTART_COMMAND", NULL, SETTING_TEXT, AT(restart_command), NULL, 0, 0},
    {"OPENAI_BASE_URL", NULL, SETTING_TEXT, AT(openai_base_url), NULL, 0, 0},
    {"OPENAI_MODEL", NULL, SETTING_TEXT, AT(openai_model), NULL, 0, 0},
    {"OPENAI_API_KEY", NULL, SETTING_SECRET, AT(openai_api_key), NULL, 0, 0},
};

#define SETTING_COUNT (sizeof settings / sizeof settings[0])

/* The text of each setting; a later source replaces an earlier one. */
struct raw {
    char *values[SETTING_COUNT];
};

static char *copied(const char *string, size_t length)
{
    char *copy = strndup(string, length);
    if (!copy)
        abort(); /* as in text.h */
    return copy;
}

static void wipe(char *string)
{
    if (string)
        explicit_bzero(string, strlen(string));
    free(string);
}

static bool is_named(const char *name, size_t length, const char *known)
{
    return known && strlen(known) == length && memcmp(name, known, length) == 0;
}

/* An empty value is the same as none: it leaves what an earlier source said. by_alias keeps a value that its canonical
 * name has given in the same source. Answers whether the name is a setting. */
static bool raw_put(struct raw *raw, bool canonical[SETTING_COUNT], const char *name, size_t length, const char *value,
                    size_t value_length)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        bool by_name = is_named(name, length, settings[i].name);
        if (!by_name && !is_named(name, length, settings[i].alias))
            continue;
        if (value_length > 0 && (by_name || !canonical[i])) {
            wipe(raw->values[i]);
            raw->values[i] = copied(value, value_length);
            canonical[i] = by_name;
        }
        return true;
    }
    return false;
}

static void trim(const char **start, const char **end)
{
    while (*start < *end && isspace((unsigned char)**start))
        (*start)++;
    while (*end > *start && isspace((unsigned char)(*end)[-1]))
        (*end)--;
}

/* KEY=VALUE, with one pair of quotes around the value if it has white space at its ends; # begins a comment line. */
static bool read_line(struct raw *raw, bool canonical[SETTING_COUNT], const char *file, int number, const char *line)
{
    const char *start = line;
    const char *end = line + strlen(line);
    trim(&start, &end);
    if (start == end || *start == '#')
        return true;
    const char *equals = memchr(start, '=', (size_t)(end - start));
    if (!equals)
        return false;
    const char *name_end = equals;
    trim(&start, &name_end);
    const char *value = equals + 1;
    trim(&value, &end);
    if (end - value >= 2 && (*value == '"' || *value == '\'') && end[-1] == *value) {
        value++;
        end--;
    } else if (value < end && (*value == '"' || *value == '\'')) {
        return false;
    }
    if (start == name_end)
        return false;
    if (!raw_put(raw, canonical, start, (size_t)(name_end - start), value, (size_t)(end - value)))
        log_warn("%s:%d: %.*s is not a setting", file, number, (int)(name_end - start), start);
    return true;
}

static void read_file(struct raw *raw, const char *file, struct text *why)
{
    bool canonical[SETTING_COUNT] = {false};
    char *line = NULL;
    size_t size = 0;
    FILE *stream = fopen(file, "re");
    if (!stream) {
        text_add_format(why, "%s cannot be read: %s\n", file, strerror(errno));
        return;
    }
    for (int number = 1; getline(&line, &size, stream) >= 0; number++) {
        if (!read_line(raw, canonical, file, number, line))
            text_add_format(why, "%s:%d: expected KEY=VALUE, with matching quotes or none\n", file, number);
    }
    if (ferror(stream))
        text_add_format(why, "%s cannot be read: %s\n", file, strerror(errno));
    if (line)
        explicit_bzero(line, size);
    free(line);
    fclose(stream);
}

static void read_environment(struct raw *raw, char *const environment[])
{
    bool canonical[SETTING_COUNT] = {false};
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (equals)
            raw_put(raw, canonical, *environment, (size_t)(equals - *environment), equals + 1, strlen(equals + 1));
    }
}

static bool parse_flag(const char *value, bool *flag)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(value, words[i]) == 0) {
            *flag = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static void store(struct config *config, const struct setting *setting, const char *value, struct text *why)
{
    char *place = (char *)config + setting->offset;
    long long number = 0;
    bool flag = false;
    switch (setting->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        if (value)
            *(char **)(void *)place = copied(value, strlen(value));
        break;
    case SETTING_FLAG:
        if (value && !parse_flag(value, &flag))
            text_add_format(why, "%s is \"%s\": use true or false\n", setting->name, value);
        *(bool *)(void *)place = flag;
        break;
    case SETTING_INTEGER:
        if (number_parse(value, setting->least, setting->most, &number) != OUTCOME_OK)
            text_add_format(why, "%s is \"%s\": use a whole number from %d to %d\n", setting->name, value,
                            setting->least, setting->most);
        *(int *)(void *)place = (int)number;
        break;
    }
}

static void store_all(struct config *config, const struct raw *raw, struct text *why)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const char *value = raw->values[i] ? raw->values[i] : settings[i].fallback;
        if (i == CORS_ROW)
            config->cors_origins = cors_origins_parse(value ? value : "", why);
        else if (settings[i].offset == AT(cookie_secure) && !value)
            config->cookie_secure = strcmp(config->environment, "development") != 0;
        else
            store(config, &settings[i], value, why);
    }
}

/* The same on every host of a studio, and another one for another studio. */
static void name_cookies(struct config *config)
{
    unsigned char digest[KEYED_DIGEST_BYTES];
    keyed_digest(config->secret_key, "cookies", "", digest);
    snprintf(config->cookie_suffix, sizeof config->cookie_suffix, "_%02x%02x%02x%02x", digest[0], digest[1], digest[2],
             digest[3]);
}

enum outcome config_load_from(struct config *config, const char *file, char *const environment[], struct text *why)
{
    struct raw raw = {{NULL}};
    size_t before = why->length;
    *config = (struct config){0};
    if (file)
        read_file(&raw, file, why);
    read_environment(&raw, environment);
    store_all(config, &raw, why);
    config_check(config, why);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        wipe(raw.values[i]);
    if (why->length == before) {
        name_cookies(config);
        return OUTCOME_OK;
    }
    config_free(config);
    return OUTCOME_INVALID;
}

const char *config_path(void)
{
    const char *file = getenv("COAGENT_CONFIG");
    if (file && *file)
        return file;
    return access(SYSTEM_FILE, F_OK) == 0 ? SYSTEM_FILE : NULL;
}

enum outcome config_load(struct config *config, struct text *why)
{
    return config_load_from(config, config_path(), environ, why);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (i != CORS_ROW && (settings[i].kind == SETTING_TEXT || settings[i].kind == SETTING_SECRET))
            wipe(*(char **)(void *)((char *)config + settings[i].offset));
    }
    cors_origins_free(config->cors_origins);
    *config = (struct config){0};
}
