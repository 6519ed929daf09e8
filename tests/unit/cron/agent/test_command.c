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

Test(command, other_text_is_greeted_and_told_how_to_connect_a_model)
{
    expect("hello", 20, "Hello Ada! I am Studio.");
    expect("@studio how are you?", 20, "adds one under **Agents**, **Providers**");
}

Test(command, help_lists_the_commands)
{
    expect("/help", 20, "`/count N`");
    expect("  @studio   /help", 20, "`/count N`");
}

Test(command, count_counts_slowly)
{
    expect("@studio /count 3", 100, "1 2 3");
    expect("/count 0", 20, "from 1 to 100");
    expect("/count 101", 20, "from 1 to 100");
    expect("/count many", 20, "from 1 to 100");
    expect("/count", 20, "from 1 to 100");
}

Test(command, tools_and_scripts_are_told_truthfully)
{
    expect("/tools", 20, "No tools are granted to me yet.");
    expect("/call search {\"q\":1}", 20, "I cannot use `search`: no tools are granted");
    expect("/call", 20, "No tools are granted to me yet");
    expect("/run backup now", 20, "I cannot use `backup`: no scripts are granted");
}

Test(command, an_unknown_command_gets_the_list)
{
    expect("/dance", 20, "I do not know `/dance`.");
}
