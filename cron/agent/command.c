#include "cron/agent/command.h"

#include "base/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORD_MS 20
#define COUNT_MS 100

static const char commands[] = "- `/help` lists the commands\n"
                               "- `/count N` counts to N slowly (at most 100), to try streaming and Stop\n";

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* The message without the mentions at its start: "@studio /count 5" is "/count 5". */
static const char *without_mentions(const char *message)
{
    message = skip_spaces(message);
    while (*message == '@')
        message = skip_spaces(message + strcspn(message, " \t\r\n"));
    return message;
}

static void greet(const char *asker, const char *self, struct text *answer)
{
    text_add_format(answer,
                    "Hello %s! I am %s. No language model is connected to me, so I answer commands only:\n\n%s\n"
                    "To chat with a model, a user with the permission to manage providers adds one under **Providers** "
                    "(any OpenAI-compatible address: OpenAI, Ollama, llama.cpp, vLLM …) and selects it in an agent's "
                    "settings.\n",
                    asker, self, commands);
}

static long count(const char *argument, struct text *answer)
{
    char digits[8];
    long long most;

    snprintf(digits, sizeof digits, "%.*s", (int)strcspn(argument, " \t\r\n"), argument);
    if (number_parse(digits, 1, 100, &most) != OUTCOME_OK) {
        text_add(answer, "Enter a number from 1 to 100, for example `/count 20`.");
        return WORD_MS;
    }
    for (long long n = 1; n <= most; n++)
        text_add_format(answer, n < most ? "%lld " : "%lld", n);
    return COUNT_MS;
}

static bool is_command(const char *command, size_t length, const char *name)
{
    return length == strlen(name) && strncmp(command, name, length) == 0;
}

long command_answer(const char *message, const char *asker, const char *self, struct text *answer)
{
    const char *command = without_mentions(message);
    size_t length = strcspn(command, " \t\r\n");
    const char *argument = skip_spaces(command + length);

    if (command[0] != '/')
        greet(asker, self, answer);
    else if (is_command(command, length, "/help"))
        text_add_format(answer, "I know these commands:\n\n%s", commands);
    else if (is_command(command, length, "/count"))
        return count(argument, answer);
    else if (is_command(command, length, "/tools") || is_command(command, length, "/call"))
        text_add(answer, "I have no tools yet.");
    else if (is_command(command, length, "/run"))
        text_add(answer, "I cannot run scripts yet. To run one in this room, post `/run NAME` without mentioning me.");
    else
        text_add_format(answer, "I do not know `%.*s`. I know these commands:\n\n%s", (int)(length < 40 ? length : 40),
                        command, commands);
    return WORD_MS;
}
