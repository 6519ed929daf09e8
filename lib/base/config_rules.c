#include "base/config_rules.h"

#include "base/json.h"
#include "base/number.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECRET_KEY_LEAST 32

/* What is left of a secret's well-known placeholders when only its letters and digits are looked at. */
static const char *const placeholders[] = {
    "changeme",        "changethis",
    "changeit",        "yoursecret",
    "yourjwt",         "yoursupersecret",
    "yourkey",         "supersecret",
    "mysecret",        "secretkeyhere",
    "replaceme",       "replacethis",
    "replacewith",     "insecure",
    "notsecure",       "donotuse",
    "developmentkey",  "developmentsecret",
    "devsecret",       "testsecret",
    "defaultsecret",   "jwtsecretkey",
    "secretsecret",    "examplesecret",
    "generatearandom", "putyour",
    "fillmein",        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", /* of FastAPI's tutorial */
};

static bool is_placeholder(const char *key)
{
    struct text plain = TEXT_EMPTY;
    bool found = false;
    for (; *key; key++) {
        if (isalnum((unsigned char)*key))
            text_add_char(&plain, (char)tolower((unsigned char)*key));
    }
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++)
        found = found || strstr(text_string(&plain), placeholders[i]);
    text_free_secret(&plain);
    return found;
}

/* One character or a short block again and again, or very few different characters: long, but not random. */
static bool is_monotonous(const char *key)
{
    size_t length = strlen(key);
    size_t different = 0;
    bool seen[256] = {false};
    for (size_t i = 0; i < length; i++) {
        different += !seen[(unsigned char)key[i]];
        seen[(unsigned char)key[i]] = true;
    }
    for (size_t period = 1; period * 2 <= length; period++) {
        if (memcmp(key, key + period, length - period) == 0)
            return true;
    }
    return different < 8;
}

static void check_key(const char *name, const char *key, struct text *why)
{
    static const char advice[] = "Create one with: openssl rand -hex 32";
    if (!key)
        text_add_format(why, "%s is missing. %s\n", name, advice);
    else if (strlen(key) < SECRET_KEY_LEAST)
        text_add_format(why, "%s is shorter than %d bytes. %s\n", name, SECRET_KEY_LEAST, advice);
    else if (is_placeholder(key))
        text_add_format(why, "%s is a well-known default that anyone can guess. %s\n", name, advice);
    else if (is_monotonous(key))
        text_add_format(why, "%s is repetitive and can be guessed. %s\n", name, advice);
}

static void check_samesite(struct config *config, struct text *why)
{
    static const char *const modes[] = {"Lax", "Strict", "None"};
    size_t mode = 0;
    while (mode < 3 && strcasecmp(config->cookie_samesite, modes[mode]) != 0)
        mode++;
    if (mode == 3)
        text_add_format(why, "COOKIE_SAMESITE is \"%s\": use Lax, Strict or None\n", config->cookie_samesite);
    else
        memcpy(config->cookie_samesite, modes[mode], strlen(modes[mode]));
    if (mode == 2 && !config->cookie_secure)
        text_add(why, "COOKIE_SAMESITE=None needs COOKIE_SECURE=true: browsers reject it otherwise\n");
}

static void check_database_url(const char *name, const char *url, struct text *why)
{
    if (url && strncmp(url, "postgres://", 11) != 0 && strncmp(url, "postgresql://", 13) != 0 &&
        (strstr(url, "://") || !strchr(url, '=')))
        text_add_format(why, "%s must start with postgresql:// or have the form \"host=… dbname=…\"\n", name);
}

/* "http" or "https", "://", then a host. Answers what follows the "://", or NULL. */
static const char *after_scheme(const char *url)
{
    const char *host = NULL;
    if (strncasecmp(url, "https://", 8) == 0)
        host = url + 8;
    else if (strncasecmp(url, "http://", 7) == 0)
        host = url + 7;
    return host && *host && *host != '/' ? host : NULL;
}

static void check_url(const char *name, char *url, struct text *why)
{
    if (!url || !*url)
        return;
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        url[--length] = '\0';
    if (!after_scheme(url) || strpbrk(url, " \"'<>\\?#"))
        text_add_format(why, "%s is \"%s\": use an address like https://coagent.example.org\n", name, url);
}

/* An origin is scheme, host and port: nothing else. */
static bool is_origin(const char *origin)
{
    const char *host = after_scheme(origin);
    return host && host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")] == '\0';
}

/* As browsers write it: in lower case, without the port that the scheme implies. Anything else never equals an Origin.
 */
static void normalise_origin(char *origin)
{
    size_t length = strlen(origin);
    const char *port = NULL;
    for (char *c = origin; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    port = strncmp(origin, "https://", 8) == 0 ? ":443" : ":80";
    if (length > strlen(port) && strcmp(origin + length - strlen(port), port) == 0)
        origin[length - strlen(port)] = '\0';
}

/* Cookies, addresses of pages and WebSockets all begin at the root of a host: a path would answer a blank page, and 403
 * to all that changes something. */
static void check_public_url(char *url, struct text *why)
{
    size_t before = why->length;
    check_url("PUBLIC_URL", url, why);
    if (!*url || why->length > before)
        return;
    if (strchr(after_scheme(url), '/'))
        text_add_format(why,
                        "PUBLIC_URL is \"%s\": CoAgent needs a host of its own, without a path: use an address like "
                        "https://coagent.example.org\n",
                        url);
    else if (!is_origin(url))
        text_add_format(why, "PUBLIC_URL is \"%s\": use an address like https://coagent.example.org\n", url);
    else
        normalise_origin(url);
}

/* Whether all bits behind the first ones are zero: otherwise the one who wrote it meant another network, or one
 * address. */
static bool is_whole_network(const unsigned char *address, int bytes, long long prefix)
{
    for (long long bit = prefix; bit < 8LL * bytes; bit++)
        if (address[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}

/* An address, or a network as address/bits; nginx compares the IPv4 addresses of IPv6 sockets as IPv4. */
static bool is_network(char *network)
{
    unsigned char address[sizeof(struct in6_addr)] = {0};
    char *slash = strchr(network, '/');
    int family = strchr(network, ':') ? AF_INET6 : AF_INET;
    int bytes = family == AF_INET6 ? 16 : 4;
    long long prefix = 8LL * bytes;
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool sound;

    if (slash && number_parse(slash + 1, 1, 8LL * bytes, &prefix) != OUTCOME_OK)
        return false;
    if (slash)
        *slash = '\0';
    sound = inet_pton(family, network, address) == 1 && is_whole_network(address, bytes, prefix) &&
            !(family == AF_INET6 && memcmp(address, mapped, sizeof mapped) == 0);
    if (slash)
        *slash = '/';
    return sound;
}

/* Whoever is trusted says who the others are: a slip must not let in more than was meant. */
static void check_proxies(char *list, struct text *why)
{
    struct text sound = TEXT_EMPTY;
    char *rest = NULL;
    for (char *item = strtok_r(list, ", \t", &rest); item; item = strtok_r(NULL, ", \t", &rest)) {
        if (!is_network(item))
            text_add_format(why,
                            "TRUSTED_PROXIES has \"%s\": use IP addresses and networks like 192.0.2.7, 10.0.0.0/8 or "
                            "2001:db8::/32; not host names, networks of all addresses (/0), or addresses with bits "
                            "behind the prefix (10.0.0.7/8)\n",
                            item);
        text_add_format(&sound, sound.length > 0 ? ",%s" : "%s", item);
    }
    memcpy(list, text_string(&sound), sound.length + 1); /* never longer: one separator for one or more */
    text_free(&sound);
}

void config_check(struct config *config, struct text *why)
{
    check_key("SECRET_KEY", config->secret_key, why);
    if (config->secret_key_previous)
        check_key("SECRET_KEY_PREVIOUS", config->secret_key_previous, why);
    check_database_url("DATABASE_URL", config->database_url, why);
    check_database_url("DATABASE_OWNER_URL", config->database_owner_url, why);
    if (strcmp(config->environment, "development") != 0 && strcmp(config->environment, "production") != 0)
        text_add_format(why, "ENVIRONMENT is \"%s\": use development or production\n", config->environment);
    check_samesite(config, why);
    check_public_url(config->public_url, why);
    check_proxies(config->trusted_proxies, why);
    if (!config->ssl_certfile != !config->ssl_keyfile)
        text_add(why, "SSL_CERTFILE and SSL_KEYFILE must be set together: set both or neither\n");
    check_url("OPENAI_BASE_URL", config->openai_base_url, why);
}

static void add_origin(char ***origins, size_t *count, const char *item, size_t length, struct text *why)
{
    while (length > 0 && isspace((unsigned char)item[0])) {
        item++;
        length--;
    }
    while (length > 0 && (isspace((unsigned char)item[length - 1]) || item[length - 1] == '/'))
        length--;
    if (length == 0)
        return;
    char *origin = text_format("%.*s", (int)length, item);
    if (!is_origin(origin)) { /* above all no wildcard, because credentials are allowed */
        text_add_format(why, "BACKEND_CORS_ORIGINS has \"%s\": use origins like https://app.example.org\n", origin);
        free(origin);
        return;
    }
    normalise_origin(origin);
    char **more = realloc(*origins, (*count + 2) * sizeof *more);
    if (!more)
        abort(); /* as in text.h */
    more[(*count)++] = origin;
    more[*count] = NULL;
    *origins = more;
}

static void add_json_origins(char ***origins, size_t *count, const char *list, struct text *why)
{
    struct json_object *document = NULL;
    const char *sentence = NULL;
    if (json_parse(list, strlen(list), &document, &sentence) != OUTCOME_OK) {
        text_add(why, "BACKEND_CORS_ORIGINS must be a JSON list or separated by commas\n");
        return;
    }
    for (size_t i = 0; i < json_object_array_length(document); i++) {
        struct json_object *item = json_object_array_get_idx(document, i);
        const char *origin = json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "(no string)";
        add_origin(origins, count, origin, strlen(origin), why);
    }
    json_object_put(document);
}

char **cors_origins_parse(const char *list, struct text *why)
{
    size_t count = 0;
    char **origins = calloc(1, sizeof *origins);
    if (!origins)
        abort();
    while (isspace((unsigned char)*list))
        list++;
    if (*list == '[') {
        add_json_origins(&origins, &count, list, why);
        return origins;
    }
    while (*list) {
        size_t length = strcspn(list, ",");
        add_origin(&origins, &count, list, length, why);
        list += length + (list[length] == ',');
    }
    return origins;
}

void cors_origins_free(char **origins)
{
    for (char **origin = origins; origin && *origin; origin++)
        free(*origin);
    free(origins);
}
