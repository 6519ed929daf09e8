#include "cron/agent/command.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect(const char *message, long pause, const char *words)
{
    struct text answer = TEXT_EMPTY;

    cr_expect_eq(command_answer(message, "Ada", "Studio", &answer), pause, "%s", message);
    cr_expect(strstr(text_string(&answer), words), "%s: %s", message, text_string(&answer));
    text_free(&answer);
}

Test(command, other_text_gets_a_greeting_and_how_to_connect_a_model)
{
    expect("hello", 20, "Hello Ada! I am Studio.");
    expect("@studio how are you?", 20, "adds one under **Providers**");
}

Test(command, help_lists_the_commands_that_work)
{
    static const char *const refused[] = {"/tools", "/call", "/run"};
    struct text answer = TEXT_EMPTY;

    expect("/help", 20, "`/count N`");
    expect("  @studio   /help", 20, "`/count N`");
    command_answer("/help", "Ada", "Studio", &answer);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect_not(strstr(text_string(&answer), refused[i]), "%s is offered", refused[i]);
    text_free(&answer);
}

Test(command, count_counts_slowly)
{
    expect("@studio /count 3", 100, "1 2 3");
    expect("/count 0", 20, "from 1 to 100");
    expect("/count 101", 20, "from 1 to 100");
    expect("/count many", 20, "from 1 to 100");
    expect("/count", 20, "from 1 to 100");
}

Test(command, tools_and_scripts_are_refused)
{
    expect("/tools", 20, "I have no tools yet.");
    expect("/call search {\"q\":1}", 20, "I have no tools yet.");
    expect("/call", 20, "I have no tools yet.");
    expect("/run backup now", 20, "I cannot run scripts yet.");
}

Test(command, an_unknown_command_gets_the_list)
{
    expect("/dance", 20, "I do not know `/dance`.");
}
