#include "model/first_line.h"

#include "words/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

/* A word of the line; bytes are not terminated. */
struct part {
    const char *bytes;
    size_t length;
};

static bool begins_with(struct part part, const char *prefix)
{
    return part.length >= strlen(prefix) && memcmp(part.bytes, prefix, strlen(prefix)) == 0;
}

/* Takes the next word of the rest; empty at the end. */
static struct part take_part(struct part *rest)
{
    struct part part;

    for (; rest->length > 0 && strchr(BLANKS, *rest->bytes); rest->bytes++)
        rest->length--;
    part = (struct part){rest->bytes, 0};
    for (; rest->length > 0 && !strchr(BLANKS, *rest->bytes); rest->bytes++, part.length++)
        rest->length--;
    return part;
}

static struct part without_folder(struct part path)
{
    const char *slash = memrchr(path.bytes, '/', path.length);
    size_t folder = slash ? (size_t)(slash - path.bytes) + 1 : 0;

    return (struct part){path.bytes + folder, path.length - folder};
}

/* "-Spython3" and "--split-string=python3" hold the first word of a command, which then is the rest. */
static bool splits(struct part option, struct part *rest)
{
    static const char *const names[] = {"-S", "-vS", "--split-string="};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (begins_with(option, names[i])) {
            size_t length = strlen(names[i]);
            *rest = (struct part){option.bytes + length, rest->length + option.length - length};
            return true;
        }
    return false;
}

/* env has options and variables before its command. */
static struct part program_of_env(struct part rest)
{
    struct part part = take_part(&rest);

    while (part.length > 0 && (*part.bytes == '-' || memchr(part.bytes, '=', part.length))) {
        bool takes_value = part.length == 2 && (begins_with(part, "-u") || begins_with(part, "-C"));

        if (!splits(part, &rest) && takes_value)
            take_part(&rest);
        part = take_part(&rest);
    }
    return part;
}

char *first_line_program(const char *code)
{
    bool is_there = strncmp(code, "#!", 2) == 0;
    struct part rest = {is_there ? code + 2 : code, is_there ? strcspn(code + 2, "\n") : 0};
    struct part program = without_folder(take_part(&rest));

    if (program.length == 3 && begins_with(program, "env"))
        program = without_folder(program_of_env(rest));
    if (begins_with(program, "python3."))
        program.length = strlen("python3");
    return program.length > 0 ? strndup(program.bytes, program.length) : NULL;
}

static bool is_listed(const char *program, const char *programs)
{
    size_t length = strlen(program);

    for (const char *at = programs; (at = strstr(at, program)); at += length)
        if ((at == programs || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

const char *first_line_kind(const char *program)
{
    for (size_t i = 0; i < SCRIPT_KIND_COUNT; i++)
        if (is_listed(program, script_kind_rows[i].programs))
            return script_kind_rows[i].name;
    return NULL;
}
