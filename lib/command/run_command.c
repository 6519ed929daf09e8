#include "command/run_words.h"

#include "base/characters.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "/run"

/* Reads one word after another. */
struct reader {
    const char *at;
    struct text text;
    size_t plain;
    bool is_plain; /* up to now */
    bool is_open;  /* there is a word, be it an empty one in quotation marks */
};

static bool is_double_quote(uint32_t character)
{
    return character == '"' || character == 0x201c || character == 0x201d || character == 0x201e;
}

static void add_from(struct reader *reader, const char *begin)
{
    text_add_bytes(&reader->text, begin, (size_t)(reader->at - begin));
    reader->is_open = true;
    if (reader->is_plain)
        reader->plain = reader->text.length;
}

/* The rest is quoted. */
static void leave_plain(struct reader *reader)
{
    reader->is_plain = false;
    reader->is_open = true;
}

/* The character behind a backslash. A line that ends with one goes on in the next. */
static void read_escaped(struct reader *reader)
{
    const char *begin = reader->at;
    uint32_t character = character_next(&reader->at);

    if (character == '\n')
        return;
    leave_plain(reader);
    if (character == 0)
        text_add_char(&reader->text, '\\');
    else
        add_from(reader, begin);
}

static bool read_single(struct reader *reader)
{
    size_t length = strcspn(reader->at, "'");
    const char *begin = reader->at;

    leave_plain(reader);
    reader->at += length;
    add_from(reader, begin);
    if (*reader->at == '\0')
        return false;
    reader->at++;
    return true;
}

static bool read_double(struct reader *reader)
{
    leave_plain(reader);
    for (;;) {
        const char *begin = reader->at;
        uint32_t character = character_next(&reader->at);
        if (character == 0)
            return false;
        if (is_double_quote(character))
            return true;
        if (character == '\\' && *reader->at && strchr("\"\\$`\n", *reader->at))
            read_escaped(reader);
        else
            add_from(reader, begin);
    }
}

static void end_word(struct reader *reader, struct run_command *command)
{
    if (!reader->is_open)
        return;
    struct word *words = realloc(command->words, (command->count + 1) * sizeof *words);
    if (!words)
        abort(); /* as in text.h */
    words[command->count++] = (struct word){strdup(text_string(&reader->text)), reader->plain};
    command->words = words;
    text_clear(&reader->text);
    reader->plain = 0;
    reader->is_plain = true;
    reader->is_open = false;
}

/* Why the words cannot be read, or NULL. */
static const char *read_words(struct reader *reader, struct run_command *command)
{
    for (;;) {
        const char *begin = reader->at;
        uint32_t character = character_next(&reader->at);
        if (character == '\'' && !read_single(reader))
            return "A quotation mark is not closed. Escape an apostrophe as \\' or put it in \"quotation marks\".";
        if (is_double_quote(character) && !read_double(reader))
            return "A quotation mark is not closed.";
        if (character == '\\')
            read_escaped(reader);
        else if (character == 0 || character_is_space(character))
            end_word(reader, command);
        else if (character != '\'' && !is_double_quote(character))
            add_from(reader, begin);
        if (character == 0)
            return command->count > 0 ? NULL : "Specify a script: /run NAME, then its parameters.";
    }
}

enum outcome run_command_read(const char *message, struct run_command **command, struct text *why)
{
    struct reader reader = {message + strlen(COMMAND), TEXT_EMPTY, 0, true, false};

    *command = NULL;
    if (strncmp(message, COMMAND, strlen(COMMAND)) != 0)
        return OUTCOME_ABSENT;
    const char *next = reader.at;
    uint32_t character = character_next(&next);
    if (character != 0 && !character_is_space(character))
        return OUTCOME_ABSENT;
    struct run_command *read = calloc(1, sizeof *read);
    if (!read)
        abort(); /* as in text.h */
    const char *fault = read_words(&reader, read);
    text_free(&reader.text);
    if (!fault) {
        *command = read;
        return OUTCOME_OK;
    }
    text_add(why, fault);
    run_command_free(read);
    return OUTCOME_INVALID;
}

void run_command_free(struct run_command *command)
{
    if (!command)
        return;
    for (size_t i = 0; i < command->count; i++)
        free(command->words[i].text);
    free(command->words);
    free(command);
}

const char *run_command_name(const struct run_command *command)
{
    return command->words[0].text;
}

void run_command_explain_absence(const struct run_command *command, struct text *sentence)
{
    const struct word *name = &command->words[0];

    text_add(sentence, "There is no script \"");
    text_add_characters(sentence, name->text, 80);
    text_add(sentence, "\".");
    if (command->count > 1 && name->plain == strlen(name->text))
        text_add(sentence, " Put a name of several words in quotation marks.");
}
