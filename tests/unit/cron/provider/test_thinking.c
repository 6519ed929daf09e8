#include "cron/provider/thinking.h"

#include <criterion/criterion.h>
#include <string.h>

struct heard {
    struct text said, thought;
};

static void say(void *context, const char *text, size_t length)
{
    text_add_bytes(&((struct heard *)context)->said, text, length);
}

static void think(void *context, const char *text, size_t length)
{
    text_add_bytes(&((struct heard *)context)->thought, text, length);
}

static void expect(const char *text, const char *said, const char *thought)
{
    size_t length = strlen(text);

    for (size_t piece = 1; piece <= length; piece++) {
        struct heard heard = {TEXT_EMPTY, TEXT_EMPTY};
        struct thinking thinking = {.context = &heard, .say = say, .think = think};

        for (size_t i = 0; i < length; i += piece)
            thinking_feed(&thinking, text + i, i + piece <= length ? piece : length - i);
        thinking_end(&thinking);
        cr_expect_str_eq(text_string(&heard.said), said, "%s in pieces of %zu", text, piece);
        cr_expect_str_eq(text_string(&heard.thought), thought, "%s in pieces of %zu", text, piece);
        thinking_free(&thinking);
        text_free(&heard.said);
        text_free(&heard.thought);
    }
}

Test(thinking, tags_at_the_start_hold_a_thought)
{
    expect("<think>hm</think>yes", "yes", "hm");
    expect("\n <think>hm</think>\n\nyes", "yes", "hm");
    expect("<thinking>a</thinking> <think>b</think> yes", "yes", "ab");
    expect("<think></think>yes", "yes", "");
    expect("<think>a </thin> b </think>yes", "yes", "a </thin> b ");
}

Test(thinking, the_answer_may_be_about_tags)
{
    expect("Use <think>x</think>.", "Use <think>x</think>.", "");
    expect("<think>hm</think>Use <think>.", "Use <think>.", "hm");
    expect("<thinkers> are people", "<thinkers> are people", "");
    expect("<", "<", "");
    expect("  indented", "  indented", "");
    expect("   ", "   ", "");
}

Test(thinking, a_thought_without_an_end_is_one)
{
    expect("<think>for ever", "", "for ever");
    expect("<think>nearly</thin", "", "nearly</thin");
    expect("<thin", "<thin", "");
}
