#include "base/password.h"

#include "base/json.h"
#include "unicode/name.h"

#include <crypt.h>
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Those of the published lists of most used passwords that are long enough to pass the first rule. */
static const char *const commonest[] = {
    "0123456789",       "0987654321",    "0147258369",    "1122334455",   "1029384756",    "11223344556",
    "12341234123",      "1234512345",    "123456789a",    "123456789q",   "1234567890",    "12345678900",
    "12345678901",      "12345678910",   "123456789abc",  "1234567890q",  "1234qwerasdf",  "123qweasdzxc",
    "147258369a",       "1q2w3e4r5t",    "1q2w3e4r5t6y",  "1qaz2wsx3edc", "1qazxsw23edc",  "9876543210",
    "987654321a",       "a123456789",    "aa12345678",    "abc1234567",   "abcd123456",    "abcd1234567",
    "abcdefghij",       "administrator", "admin12345",    "admin123456",  "asdfghjkl1",    "asdfghjkl;",
    "asdf1234567",      "basketball",    "basketball1",   "changeme123",  "computer123",   "correcthorsebatterystaple",
    "football123",      "helloworld",    "hello12345",    "iloveyou12",   "iloveyou123",   "letmein123",
    "liverpool1",       "manchester",    "michael123",    "minecraft1",   "mypassword",    "p@ssw0rd123",
    "p@ssword123",      "passw0rd123",   "password01",    "password10",   "password11",    "password12",
    "password123",      "password1!",    "password123!",  "password1234", "password12345", "password123456",
    "passwordpassword", "princess123",   "q1w2e3r4t5",    "q1w2e3r4t5y6", "qazwsxedc1",    "qazwsxedcrfv",
    "qwe1234567",       "qwer123456",    "qwerty1234",    "qwerty12345",  "qwerty123456",  "qwertyqwerty",
    "qwertyuiop",       "qwertyuiop1",   "qwertyuiop123", "secret1234",   "starwars123",   "sunshine123",
    "superman123",      "test123456",    "testtest123",   "trustno1234",  "unknown1234",   "welcome123",
    "welcome1234",      "whatever123",   "zaq12wsxcde3",  "zxcvbnm123",
};

static bool is_commonest(const char *password)
{
    for (size_t i = 0; i < sizeof commonest / sizeof commonest[0]; i++) {
        if (strcasecmp(password, commonest[i]) == 0)
            return true;
    }
    return strspn(password, (const char[]){password[0], '\0'}) == strlen(password); /* one character, repeated */
}

static const char *policy_fault(const char *password, const char *email)
{
    if (utf8_length(password) < PASSWORD_LEAST)
        return "The password needs at least 10 characters.";
    if (strlen(password) > PASSWORD_MOST)
        return "The password is too long: at most 72 bytes.";
    if (email && strcasecmp(password, email) == 0)
        return "The password must not be the e-mail address.";
    return is_commonest(password) ? "This is one of the most used passwords. Choose another." : NULL;
}

enum outcome password_check_policy(const char *password, const char *email, const char **why)
{
    struct text form = password_form(password);

    *why = policy_fault(text_string(&form), email);
    text_free_secret(&form);
    return *why ? OUTCOME_INVALID : OUTCOME_OK;
}

static int clamp_cost(int cost)
{
    return cost < 4 ? 4 : cost > 16 ? 16 : cost;
}

/* libcrypt's answer to a setting, or FAILED. Its work area holds the password and is wiped. */
static enum outcome run_bcrypt(const char *password, const char *setting, char hash[PASSWORD_HASH_SIZE])
{
    struct crypt_data *area = calloc(1, sizeof *area); /* 32 KiB: too much for the stack of a small process */
    if (!area)
        return OUTCOME_FAILED;
    const char *made = crypt_rn(password, setting, area, (int)sizeof *area);
    bool fits = made && made[0] != '*' && strlen(made) < PASSWORD_HASH_SIZE;
    if (fits)
        memcpy(hash, made, strlen(made) + 1);
    explicit_bzero(area, sizeof *area);
    free(area);
    return fits ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome password_hash(const char *password, int cost, char hash[PASSWORD_HASH_SIZE])
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    struct text form = password_form(password);
    enum outcome outcome = OUTCOME_FAILED;

    if (crypt_gensalt_rn("$2b$", (unsigned long)clamp_cost(cost), NULL, 0, setting, (int)sizeof setting))
        outcome = run_bcrypt(text_string(&form), setting, hash);
    text_free_secret(&form);
    return outcome;
}

/* Verifies these bytes. */
static enum outcome verify_bytes(const char *password, const char *hash, int cost)
{
    char constant[PASSWORD_HASH_SIZE];
    char made[PASSWORD_HASH_SIZE] = "";
    /* bcrypt would ignore what is beyond 72 bytes, and so accept what was never set. */
    bool possible = hash && strncmp(hash, "$2", 2) == 0 && strlen(password) <= PASSWORD_MOST;
    if (!possible) {
        snprintf(constant, sizeof constant, "$2b$%02d$abcdefghijklmnopqrstuu", clamp_cost(cost));
        hash = constant;
        password = "";
    }
    enum outcome outcome = run_bcrypt(password, hash, made);
    bool same = outcome == OUTCOME_OK && strlen(made) == strlen(hash) && sodium_memcmp(made, hash, strlen(made)) == 0;
    return possible && same ? OUTCOME_OK : OUTCOME_DENIED;
}

enum outcome password_verify(const char *password, const char *hash, int cost)
{
    struct text form = password_form(password);
    enum outcome outcome = verify_bytes(text_string(&form), hash, cost);

    if (outcome != OUTCOME_OK && strcmp(password, text_string(&form)) != 0)
        outcome = verify_bytes(password, hash, cost);
    text_free_secret(&form);
    return outcome;
}

static bool is_of_other_form(const char *password, const char *hash, int cost)
{
    struct text form = password_form(password);
    bool is_other = strcmp(password, text_string(&form)) != 0;

    is_other = is_other && verify_bytes(text_string(&form), hash, cost) != OUTCOME_OK;
    text_free_secret(&form);
    return is_other;
}

bool password_is_outdated(const char *password, const char *hash, int cost)
{
    if (strncmp(hash, "$2b$", 4) != 0 || !isdigit((unsigned char)hash[4]) || !isdigit((unsigned char)hash[5]))
        return true;
    return (hash[4] - '0') * 10 + (hash[5] - '0') < clamp_cost(cost) || is_of_other_form(password, hash, cost);
}
