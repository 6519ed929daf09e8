#include "cron/dependencies/needs.h"

#include "cron/script/kind.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define FORMAT "1" /* of what is kept: another one makes other keys */

/* Each word with its length, so that no two lists of words are the same bytes. */
static void digest_bytes(crypto_hash_sha256_state *state, const void *bytes, size_t length)
{
    const uint64_t size = length;

    crypto_hash_sha256_update(state, (const unsigned char *)&size, sizeof size);
    crypto_hash_sha256_update(state, bytes, length);
}

static void digest_word(crypto_hash_sha256_state *state, const char *word)
{
    digest_bytes(state, word, strlen(word));
}

/* A program by its file, of which another version has another time or length: to ask it for its version would cost each
 * run the time of its start. */
static void digest_program(crypto_hash_sha256_state *state, const char *path)
{
    char *real = realpath(path, NULL);
    struct stat file;

    digest_word(state, real ? real : path);
    if (real && stat(real, &file) == 0) {
        digest_bytes(state, &file.st_size, sizeof file.st_size);
        digest_bytes(state, &file.st_mtim, sizeof file.st_mtim);
    }
    free(real);
}

static void digest_files(crypto_hash_sha256_state *state, const struct needs *needs)
{
    for (size_t i = 0; i < needs->file_count; i++) {
        const struct sandbox_file *file = &needs->files[i];

        digest_word(state, file->name);
        digest_word(state, file->executable ? "x" : "");
        digest_bytes(state, file->bytes, file->length);
    }
}

static void make_key(struct needs *needs, const char *installer)
{
    const struct needs_of *of = &needs->of;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    struct utsname machine;

    crypto_hash_sha256_init(&state);
    digest_word(&state, FORMAT);
    digest_word(&state, needs_file(needs));
    digest_word(&state, uname(&machine) == 0 ? machine.machine : "");
    digest_program(&state, of->program);
    digest_program(&state, installer ? installer : "");
    digest_word(&state, of->reach ? "network" : "");
    digest_word(&state, of->reach ? of->reach : "");
    digest_word(&state, of->registry ? of->registry : "");
    digest_files(&state, needs);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(needs->key, sizeof needs->key, digest, sizeof digest);
}

static bool is_vendored(const char *name)
{
    return strncmp(name, DEPENDENCIES_VENDOR, strlen(DEPENDENCIES_VENDOR)) == 0;
}

static bool is_dependency_file(const struct ecosystem *ecosystem, const char *name)
{
    for (size_t i = 0; i < ECOSYSTEM_FILES && ecosystem->files[i]; i++)
        if (strcmp(ecosystem->files[i], name) == 0)
            return true;
    return false;
}

/* In the order of the folder, which is that of the names. */
static void choose_files(struct needs *needs)
{
    const struct folder *folder = needs->of.folder;

    needs->files = calloc(folder->count, sizeof *needs->files);
    if (!needs->files)
        abort();
    for (size_t i = 0; i < folder->count; i++) {
        const char *name = folder->files[i].name;

        if (!is_vendored(name) && !is_dependency_file(needs->ecosystem, name))
            continue;
        needs->files[needs->file_count++] = folder->files[i];
        needs->vendored = needs->vendored || is_vendored(name);
    }
}

/* OK, ABSENT or INVALID, as ecosystem.h says. */
static enum outcome look(const struct ecosystem *ecosystem, const struct folder *folder, struct text *why)
{
    if (!ecosystem || !folder_has(folder, ecosystem->files[0]))
        return OUTCOME_ABSENT;
    return ecosystem->look ? ecosystem->look(folder, why) : OUTCOME_OK;
}

const char *needs_file(const struct needs *needs)
{
    return needs->ecosystem->files[0];
}

enum outcome needs_read(struct needs *needs, const struct needs_of *of, struct text *why)
{
    const struct ecosystem *ecosystem = ecosystem_of(of->kind);
    enum outcome outcome = look(ecosystem, of->folder, why);
    char *installer;

    *needs = (struct needs){.of = *of};
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
    installer = ecosystem->installer ? script_find(ecosystem->installer) : NULL;
    if (ecosystem->installer && !installer) {
        text_add_format(why, "%s needs %s, which is not installed on the runner's host: %s.", ecosystem->files[0],
                        ecosystem->installer, ecosystem->install);
        return OUTCOME_INVALID;
    }
    needs->ecosystem = ecosystem;
    choose_files(needs);
    make_key(needs, installer);
    free(installer);
    return OUTCOME_OK;
}

void needs_free(struct needs *needs)
{
    free(needs->files);
    *needs = (struct needs){0};
}
