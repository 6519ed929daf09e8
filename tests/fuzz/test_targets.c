/* Each target with its seeds and with changes of them, the same at every run. */
#include "targets.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHANGES 3000
#define SEED_MOST 4096

static uint64_t state = 0x9e3779b97f4a7c15;

static size_t chance(size_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % below);
}

/* A byte changed, a stretch left out, doubled, or cut off. */
static void change(struct text *text)
{
    static const char special[] = "\0\xff\xc3\"\\{}[]=&%;:, \r\n0-";
    struct text changed = TEXT_EMPTY;
    if (text->length == 0)
        return;
    size_t at = chance(text->length), count = 1 + chance(text->length - at);
    switch (chance(4)) {
    case 0: text->bytes[at] = special[chance(sizeof special - 1)]; return;
    case 1: text->bytes[at] = (char)chance(256); return;
    case 2: text_add_bytes(&changed, text->bytes, at); break;
    default: text_add_bytes(&changed, text->bytes, at + count);
    }
    text_add_bytes(&changed, text->bytes + at + (chance(2) ? count : 0), text->length - at - count);
    text_free(text);
    *text = changed;
}

static void try_changes(void (*target)(const char *, size_t), const char *seed, size_t length)
{
    target(seed, length);
    for (int i = 0; i < CHANGES; i++) {
        struct text text = TEXT_EMPTY;
        text_add_bytes(&text, seed, length);
        for (size_t changes = 1 + chance(4); changes > 0; changes--)
            change(&text);
        target(text_string(&text), text.length);
        text_free(&text);
    }
}

static void try_seeds(const char *name, void (*target)(const char *, size_t))
{
    char *folder = text_format(FUZZ_SEEDS "/%s", name);
    DIR *seeds = opendir(folder);
    size_t tried = 0;
    cr_assert_not_null(seeds, "%s", folder);
    target("", 0);
    for (struct dirent *entry; (entry = readdir(seeds));) {
        char bytes[SEED_MOST];
        char *path = text_format("%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file) {
            try_changes(target, bytes, fread(bytes, 1, sizeof bytes, file));
            fclose(file);
            tried++;
        }
        free(path);
    }
    closedir(seeds);
    free(folder);
    cr_assert_gt(tried, 0);
}

Test(fuzz, requests_of_any_bytes_get_an_answer)
{
    try_seeds("request", fuzz_request);
}

Test(fuzz, input_of_any_bytes_is_taken_or_refused)
{
    try_seeds("input", fuzz_input);
}

Test(fuzz, streams_read_the_same_in_any_pieces)
{
    try_seeds("stream", fuzz_stream);
}

Test(fuzz, secrets_are_hidden_in_any_pieces)
{
    try_seeds("mask", fuzz_mask);
}

Test(fuzz, settings_of_any_bytes_are_taken_or_told)
{
    try_seeds("settings", fuzz_settings);
}

Test(fuzz, schemas_and_values_of_any_bytes_are_taken_or_told)
{
    try_seeds("schema", fuzz_schema);
}

Test(fuzz, patterns_of_any_bytes_end)
{
    try_seeds("pattern", fuzz_pattern);
}

Test(fuzz, commands_of_any_bytes_have_words_or_a_sentence)
{
    try_seeds("command", fuzz_command);
}

Test(fuzz, markdown_of_any_bytes_is_read)
{
    try_seeds("markup", fuzz_markup);
}

Test(fuzz, archives_of_any_bytes_are_read_within_the_limits)
{
    try_seeds("zip", fuzz_zip);
}
