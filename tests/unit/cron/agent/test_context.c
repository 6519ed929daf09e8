#include "cron/agent/context.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *part(struct json_object *messages, size_t i, const char *key)
{
    return json_text(json_object_array_get_idx(messages, i), key);
}

Test(context, the_question_comes_last_and_neighbours_are_joined)
{
    const struct said question = {false, "Ada", "@bot and you?", 4};
    const struct said said[] = {
        {true, "Bot", "I am here.", 3},
        {false, "Bob", "Who is there?", 2},
        {false, "Ada", "Hello", 1},
    };
    const struct context context = {"Be kind.", &question, said, 3, "", 1000};
    struct json_object *messages = context_messages(&context);

    cr_assert_eq(json_object_array_length(messages), 4);
    cr_expect_str_eq(part(messages, 0, "role"), "system");
    cr_expect_str_eq(part(messages, 0, "content"), "Be kind.");
    cr_expect_str_eq(part(messages, 1, "role"), "user");
    cr_expect_str_eq(part(messages, 1, "content"), "Ada: Hello\n\nBob: Who is there?");
    cr_expect_str_eq(part(messages, 2, "role"), "assistant");
    cr_expect_str_eq(part(messages, 2, "content"), "I am here.");
    cr_expect_str_eq(part(messages, 3, "content"), "Ada: @bot and you?");
    json_object_put(messages);
}

Test(context, an_answer_that_was_cut_off_is_continued)
{
    const struct said question = {false, "Ada", "Tell me", 1};
    const struct context context = {"S", &question, NULL, 0, "Once upon", 1000};
    struct json_object *messages = context_messages(&context);

    cr_assert_eq(json_object_array_length(messages), 4);
    cr_expect_str_eq(part(messages, 2, "role"), "assistant");
    cr_expect_str_eq(part(messages, 2, "content"), "Once upon");
    cr_expect_str_eq(part(messages, 3, "role"), "user");
    json_object_put(messages);
}

Test(context, what_does_not_fit_is_told_in_short_or_counted)
{
    char *texts[200];
    struct said said[200];
    const struct said question = {false, "Ada", "So?", 201};
    const struct context context = {"S", &question, said, 200, "", 1000};

    for (int i = 0; i < 200; i++) {
        texts[i] = text_format("message %d %0200d", 200 - i, 0);
        said[i] = (struct said){false, "Bob", texts[i], 200 - i};
    }
    struct json_object *messages = context_messages(&context);
    const char *system = part(messages, 0, "content");
    const char *user = part(messages, 1, "content");

    cr_expect_eq(json_object_array_length(messages), 2);
    cr_expect(strstr(user, "Bob: message 200 "), "the newest is whole");
    cr_expect_not(strstr(user, "message 1 "), "the oldest is not");
    cr_expect(strstr(system, "Earlier messages of this room"), "%s", system);
    cr_expect(strstr(system, "earlier messages of this room are omitted"), "%s", system);
    cr_expect_leq(context_estimate(system) + context_estimate(user), 1050);
    json_object_put(messages);
    for (int i = 0; i < 200; i++)
        free(texts[i]);
}

Test(context, a_question_that_is_too_long_is_cut_between_code_points)
{
    struct text text = TEXT_EMPTY;

    for (int i = 0; i < 4000; i++)
        text_add(&text, "ü");
    const struct said question = {false, "Ada", text_string(&text), 1};
    const struct context context = {"S", &question, NULL, 0, "", 600};
    struct json_object *messages = context_messages(&context);
    const char *content = part(messages, 1, "content");

    cr_expect(utf8_is_valid(content, strlen(content)));
    cr_expect(strstr(content, "omitted]"));
    cr_expect_lt(strlen(content), 2400);
    json_object_put(messages);
    text_free(&text);
}
