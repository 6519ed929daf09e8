#include "base/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "11f0d6e0c9f942d2b1c3a7b5e8f90a12"
#define WITH_KEY "SECRET_KEY=" KEY
#define ENVIRONMENT(...) ((char *const[]){__VA_ARGS__, NULL})

static struct config config;
static struct text why;

static void clean(void)
{
    config_free(&config);
    text_free(&why);
}

TestSuite(config, .fini = clean);

static enum outcome load(char *const environment[])
{
    clean();
    return config_load_from(&config, NULL, environment, &why);
}

static enum outcome load_file(const char *content, char *const environment[])
{
    char path[] = "/tmp/coagent-test-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, content, strlen(content)), (ssize_t)strlen(content));
    close(file);
    clean();
    enum outcome outcome = config_load_from(&config, path, environment, &why);
    unlink(path);
    return outcome;
}

static void expect_refused(const char *setting, const char *word)
{
    enum outcome outcome = load(ENVIRONMENT(WITH_KEY, (char *)setting));
    cr_expect_eq(outcome, OUTCOME_INVALID, "%s", setting);
    cr_expect_not_null(strstr(text_string(&why), word), "%s: %s", setting, text_string(&why));
}

Test(config, has_defaults_for_everything_but_the_key)
{
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY)), OUTCOME_OK);
    cr_expect_str_eq(config.secret_key, KEY);
    cr_expect_null(config.secret_key_previous);
    cr_expect_null(config.database_owner_url);
    cr_expect_null(config.openai_base_url);
    cr_expect_str_eq(config.environment, "production");
    cr_expect(config.cookie_secure);
    cr_expect_str_eq(config.cookie_samesite, "Lax");
    cr_expect_null(config.cors_origins[0]);
    cr_expect_eq(config.access_token_minutes, 30);
    cr_expect_eq(config.refresh_token_days, 7);
    cr_expect_eq(config.cleanup_interval_seconds, 3600);
    cr_expect_eq(config.bcrypt_cost, 12);
    cr_expect_not(config.registration_open);
    cr_expect(config.tool_logging);
    cr_expect_eq(config.pool_slots, 8);
    cr_expect_eq(config.pool_wait_slots, 6);
    cr_expect_eq(config.request_seconds, 30);
    cr_expect_str_empty(config.public_url);
}

Test(config, refuses_a_missing_short_or_well_known_key_and_says_what_to_do)
{
    static char *const weak[] = {"SECRET_KEY=",
                                 "SECRET_KEY=short",
                                 "SECRET_KEY=0123456789012345678901234567890",
                                 "SECRET_KEY=your-secret-key-change-this-in-production",
                                 "SECRET_KEY=YOUR_SECRET_KEY_HERE_YOUR_SECRET_KEY_HERE",
                                 "SECRET_KEY=changeme-changeme-changeme-changeme-x",
                                 "SECRET_KEY=please-change-me-to-something-random-ok",
                                 "SECRET_KEY=django-insecure-8f7a6s8d7f6a8s7df6a8s7d6f",
                                 "SECRET_KEY=super-secret-key-for-development-only-42",
                                 "SECRET_KEY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                 "SECRET_KEY=12345678901234567890123456789012",
                                 "SECRET_KEY=0123456789abcdef0123456789abcdef",
                                 "SECRET_KEY=abababababcabababababcbabababcbabcbc",
                                 "SECRET_KEY=09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"};
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        cr_expect_eq(load(ENVIRONMENT(weak[i])), OUTCOME_INVALID, "%s", weak[i]);
        cr_expect_not_null(strstr(text_string(&why), "SECRET_KEY"));
        cr_expect_not_null(strstr(text_string(&why), "openssl rand -hex 32"));
        cr_expect_null(config.secret_key);
    }
    cr_expect_eq(load(NULL), OUTCOME_INVALID);
    cr_expect_eq(load(ENVIRONMENT(WITH_KEY, "SECRET_KEY_PREVIOUS=short")), OUTCOME_INVALID);
}

Test(config, never_shows_a_secret_in_what_it_says)
{
    load(ENVIRONMENT("SECRET_KEY=tiny-sesame", "DATABASE_URL=mysql://u:hunter2@h/d"));
    cr_expect_null(strstr(text_string(&why), "tiny-sesame"));
    cr_expect_null(strstr(text_string(&why), "hunter2"));
}

Test(config, accepts_random_keys)
{
    cr_expect_eq(load(ENVIRONMENT("SECRET_KEY=5f1d0c7be9a24863b5a0d2c4f6e81937a0b1c2d3e4f5061728394a5b6c7d8e9f")),
                 OUTCOME_OK);
    cr_expect_eq(load(ENVIRONMENT("SECRET_KEY=mJ2x0n9vQ/3rT+8kLw5yZ1uB7cD4eF6gH0iK2jL9mN8=")), OUTCOME_OK);
}

Test(config, knows_the_older_names_and_prefers_the_canonical_ones)
{
    cr_assert_eq(load(ENVIRONMENT("JWT_SECRET_KEY=" KEY, "CORS_ORIGINS=https://a.example")), OUTCOME_OK);
    cr_expect_str_eq(config.secret_key, KEY);
    cr_expect_str_eq(config.cors_origins[0], "https://a.example");
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "JWT_SECRET_KEY=another-a83kf0s-5h2ls9-4kd8fg1q0z7")), OUTCOME_OK);
    cr_expect_str_eq(config.secret_key, KEY);
    cr_assert_eq(load(ENVIRONMENT("JWT_SECRET_KEY=another-a83kf0s-5h2ls9-4kd8fg1q0z7", WITH_KEY)), OUTCOME_OK);
    cr_expect_str_eq(config.secret_key, KEY);
}

Test(config, the_environment_wins_over_the_file_even_by_its_older_name)
{
    cr_assert_eq(load_file("SECRET_KEY=from-the-file-a83kf0s5h2ls94kd8fg1\nBCRYPT_COST=5\nPOOL_SLOTS=3\n",
                           ENVIRONMENT("JWT_SECRET_KEY=" KEY, "BCRYPT_COST=6", "POOL_SLOTS=")),
                 OUTCOME_OK);
    cr_expect_str_eq(config.secret_key, KEY);
    cr_expect_eq(config.bcrypt_cost, 6);
    cr_expect_eq(config.pool_slots, 3, "an empty variable is as good as none");
}

Test(config, reads_comments_blank_lines_spaces_and_quotes)
{
    static const char content[] =
        "# comment\n\n  SECRET_KEY = \"" KEY "\"  \n\t# another\nPUBLIC_URL='https://x.example/'\r\n"
        "SSL_CERTFILE=/etc/x\nSSL_KEYFILE=/etc/y\nLOGIN_EXEMPT=127.0.0.1\nDATABASE_URL=host=/run/x dbname=a=b";
    cr_assert_eq(load_file(content, NULL), OUTCOME_OK, "%s", text_string(&why));
    cr_expect_str_eq(config.secret_key, KEY);
    cr_expect_str_eq(config.public_url, "https://x.example");
    cr_expect_str_eq(config.database_url, "host=/run/x dbname=a=b");
    cr_expect_str_eq(config.ssl_certfile, "/etc/x");
    cr_expect_str_eq(config.login_exempt, "127.0.0.1");
}

/* Browsers write an Origin in one way only. */
Test(config, brings_the_address_of_the_site_and_foreign_origins_into_the_form_of_browsers)
{
    static const char *const forms[][2] = {
        {"PUBLIC_URL=HTTPS://Studio.Example.org:443/", "https://studio.example.org"},
        {"PUBLIC_URL=http://x.example:80", "http://x.example"},
        {"PUBLIC_URL=http://x.example:443", "http://x.example:443"},
        {"PUBLIC_URL=https://[::1]:443", "https://[::1]"},
        {"PUBLIC_URL=https://x.example:8443", "https://x.example:8443"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        cr_assert_eq(load(ENVIRONMENT(WITH_KEY, (char *)forms[i][0])), OUTCOME_OK, "%s", text_string(&why));
        cr_expect_str_eq(config.public_url, forms[i][1]);
        config_free(&config);
    }
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "CORS_ORIGINS=https://App.example:443")), OUTCOME_OK);
    cr_expect_str_eq(config.cors_origins[0], "https://app.example");
}

Test(config, takes_a_certificate_only_with_its_key)
{
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "SSL_CERTFILE=/etc/x")), OUTCOME_INVALID);
    cr_expect_not_null(strstr(text_string(&why), "SSL_KEYFILE"));
}

Test(config, names_file_and_line_of_what_it_cannot_read)
{
    cr_assert_eq(load_file(WITH_KEY "\nnonsense\n=x\nPUBLIC_URL=\"open\n", NULL), OUTCOME_INVALID);
    cr_expect_not_null(strstr(text_string(&why), ":2: "));
    cr_expect_not_null(strstr(text_string(&why), ":3: "));
    cr_expect_not_null(strstr(text_string(&why), ":4: "));
    clean();
    cr_assert_eq(config_load_from(&config, "/nonexistent/coagent.conf", ENVIRONMENT(WITH_KEY), &why), OUTCOME_INVALID);
    cr_expect_not_null(strstr(text_string(&why), "/nonexistent/coagent.conf"));
    clean();
    cr_assert_eq(config_load_from(&config, "/tmp", ENVIRONMENT(WITH_KEY), &why), OUTCOME_INVALID, "a directory");
}

Test(config, says_everything_that_is_wrong_at_once)
{
    cr_assert_eq(load(ENVIRONMENT("BCRYPT_COST=99", "COOKIE_SECURE=maybe", "ENVIRONMENT=staging")), OUTCOME_INVALID);
    cr_expect_not_null(strstr(text_string(&why), "SECRET_KEY is missing"));
    cr_expect_not_null(strstr(text_string(&why), "BCRYPT_COST is \"99\""));
    cr_expect_not_null(strstr(text_string(&why), "COOKIE_SECURE is \"maybe\""));
    cr_expect_not_null(strstr(text_string(&why), "ENVIRONMENT is \"staging\""));
}

Test(config, refuses_numbers_and_words_out_of_range)
{
    expect_refused("BCRYPT_COST=3", "from 4 to 16");
    expect_refused("BCRYPT_COST=17", "from 4 to 16");
    expect_refused("BCRYPT_COST=twelve", "from 4 to 16");
    expect_refused("ACCESS_TOKEN_EXPIRE_MINUTES=0", "ACCESS_TOKEN_EXPIRE_MINUTES");
    expect_refused("REFRESH_TOKEN_EXPIRE_DAYS=-1", "REFRESH_TOKEN_EXPIRE_DAYS");
    expect_refused("POOL_SLOTS=99999999999999999999", "POOL_SLOTS");
    expect_refused("REGISTRATION_OPEN=2", "true or false");
    expect_refused("COOKIE_SAMESITE=Loose", "Lax, Strict or None");
    expect_refused("PUBLIC_URL=https://x.example/studio", "without a path");
    expect_refused("PUBLIC_URL=https://me@x.example", "PUBLIC_URL");
    expect_refused("PUBLIC_URL=example.org", "PUBLIC_URL");
    expect_refused("PUBLIC_URL=javascript:alert(1)", "PUBLIC_URL");
    expect_refused("DATABASE_URL=postgresql+asyncpg://u@h/d", "postgresql://");
    expect_refused("DATABASE_URL=coagent", "postgresql://");
}

Test(config, takes_addresses_and_networks_of_proxies)
{
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY)), OUTCOME_OK);
    cr_expect_str_eq(config.trusted_proxies, "", "nobody is trusted");
    clean();
    cr_assert_eq(
        load(ENVIRONMENT(WITH_KEY, "TRUSTED_PROXIES= 192.0.2.7,, 10.0.0.0/8\t2001:db8::/32 ,::1,127.0.0.1/32,")),
        OUTCOME_OK, "%s", text_string(&why));
    cr_expect_str_eq(config.trusted_proxies, "192.0.2.7,10.0.0.0/8,2001:db8::/32,::1,127.0.0.1/32");
}

Test(config, refuses_proxies_that_would_trust_others)
{
    static const char *const wrong[] = {
        "0.0.0.0/0",     "::/0",
        "10.0.0.0/33",   "2001:db8::/129",
        "10.0.0.7/8",    "2001:db8::1/32",
        "10.0.0.0/",     "10.0.0.0/-8",
        "10.0.0.0/8x",   "/8",
        "10.0.0",        "proxy.example.org",
        "10.0.0.1:80",   "*",
        "all",           "unix:",
        "fe80::1%eth0",  "::ffff:10.0.0.1",
        "10.0.0.1;deny", "010.0.0.256",
        "::ffff:0:0/96", "[::1]",
        "10.0.0.0/8/8",  "10.0.0.0/255.0.0.0",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *setting = text_format("TRUSTED_PROXIES=192.0.2.7, %s", wrong[i]);
        expect_refused(setting, wrong[i]);
        cr_expect_null(strstr(text_string(&why), "\"192.0.2.7\""), "%s", wrong[i]);
        free(setting);
    }
}

Test(config, takes_flags_in_the_usual_words)
{
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "COOKIE_SECURE=FALSE", "REGISTRATION_OPEN=off", "ENABLE_TOOL_LOGGING=0")),
                 OUTCOME_OK);
    cr_expect_not(config.cookie_secure);
    cr_expect_not(config.registration_open);
    cr_expect_not(config.tool_logging);
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "ENVIRONMENT=development", "REGISTRATION_OPEN=Yes")), OUTCOME_OK);
    cr_expect_not(config.cookie_secure, "not secure by default in development");
    cr_expect(config.registration_open);
}

Test(config, normalises_samesite_and_ties_none_to_secure)
{
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "COOKIE_SAMESITE=strict")), OUTCOME_OK);
    cr_expect_str_eq(config.cookie_samesite, "Strict");
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "COOKIE_SAMESITE=none")), OUTCOME_OK);
    cr_expect_str_eq(config.cookie_samesite, "None");
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "COOKIE_SAMESITE=None", "COOKIE_SECURE=false")), OUTCOME_INVALID);
}

Test(config, reads_origins_as_json_or_comma_separated)
{
    cr_assert_eq(
        load(ENVIRONMENT(WITH_KEY, "BACKEND_CORS_ORIGINS=[\"http://localhost:3000/\", \"HTTPS://App.Example.org\"]")),
        OUTCOME_OK);
    cr_expect_str_eq(config.cors_origins[0], "http://localhost:3000");
    cr_expect_str_eq(config.cors_origins[1], "https://app.example.org");
    cr_expect_null(config.cors_origins[2]);
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "CORS_ORIGINS= http://a.example ,,https://b.example:8443,")), OUTCOME_OK);
    cr_expect_str_eq(config.cors_origins[0], "http://a.example");
    cr_expect_str_eq(config.cors_origins[1], "https://b.example:8443");
    cr_expect_null(config.cors_origins[2]);
    cr_assert_eq(load(ENVIRONMENT(WITH_KEY, "BACKEND_CORS_ORIGINS=[]")), OUTCOME_OK);
    cr_expect_null(config.cors_origins[0]);
}

Test(config, refuses_wildcards_and_what_is_no_origin)
{
    expect_refused("BACKEND_CORS_ORIGINS=*", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=https://*.example.org", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=null", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=https://a.example/path", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=ftp://a.example", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=[1]", "BACKEND_CORS_ORIGINS");
    expect_refused("BACKEND_CORS_ORIGINS=[\"https://a.example\"", "BACKEND_CORS_ORIGINS");
}
