#include "cron/agent/command.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

#define WORD_MS 20
#define COUNT_MS 100

static const char commands[] = "- `/help` shows this list\n"
                               "- `/count N` counts slowly to N (at most 100), to see an answer stream and to stop it\n"
                               "- `/tools` lists the tools that I was granted\n"
                               "- `/call TOOL {json}` calls a tool\n"
                               "- `/run SCRIPT [arguments]` runs a script\n";

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
                    "To talk with a model, somebody who may manage providers adds one under **Agents**, **Providers** "
                    "(any OpenAI-compatible address: OpenAI, Ollama, llama.cpp, vLLM …), and then chooses it in an "
                    "agent's settings.\n",
                    asker, self, commands);
}

static long count(const char *argument, struct text *answer)
{
    char digits[8];
    long long most;

    snprintf(digits, sizeof digits, "%.*s", (int)strcspn(argument, " \t\r\n"), argument);
    if (number_parse(digits, 1, 100, &most) != OUTCOME_OK) {
        text_add(answer, "Tell me how far, from 1 to 100: `/count 20`.");
        return WORD_MS;
    }
    for (long long n = 1; n <= most; n++)
        text_add_format(answer, n < most ? "%lld " : "%lld", n);
    return COUNT_MS;
}

/* "What is missing" for the commands whose parts come with tools and scripts. */
static void refuse(const char *kind, const char *argument, struct text *answer)
{
    size_t length = strcspn(argument, " \t\r\n`");

    if (length == 0)
        text_add_format(answer, "No %ss are granted to me yet, so there is nothing that I could use.", kind);
    else
        text_add_format(answer, "I cannot use `%.*s`: no %ss are granted to me yet.", (int)(length < 80 ? length : 80),
                        argument, kind);
}

long command_answer(const char *message, const char *asker, const char *self, struct text *answer)
{
    const char *command = without_mentions(message);
    size_t length = strcspn(command, " \t\r\n");
    const char *argument = skip_spaces(command + length);

    if (command[0] != '/')
        greet(asker, self, answer);
    else if (length == 5 && strncmp(command, "/help", length) == 0)
        text_add_format(answer, "These are the commands that I know:\n\n%s", commands);
    else if (length == 6 && strncmp(command, "/count", length) == 0)
        return count(argument, answer);
    else if (length == 6 && strncmp(command, "/tools", length) == 0)
        text_add(answer, "No tools are granted to me yet.");
    else if (length == 5 && strncmp(command, "/call", length) == 0)
        refuse("tool", argument, answer);
    else if (length == 4 && strncmp(command, "/run", length) == 0)
        refuse("script", argument, answer);
    else
        text_add_format(answer, "I do not know `%.*s`. These are the commands that I know:\n\n%s",
                        (int)(length < 40 ? length : 40), command, commands);
    return WORD_MS;
}
