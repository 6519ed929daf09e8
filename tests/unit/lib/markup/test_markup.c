/* Mentions and nesting: every case of mentions.json, which the page paints, too. */
#include "../schema/vectors.h"

#include "base/json.h"
#include "markup/markup.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static bool is_member(struct json_object *members, const char *handle)
{
    for (size_t i = 0; i < json_object_array_length(members); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(members, i)), handle) == 0)
            return true;
    return false;
}

/* The members that a run means, as mentioned_members of sql/functions/messages.sql decides: the whole run, or what is
 * before "._-".
 */
static void add_meant(struct json_object *found, struct json_object *members, char *run)
{
    if (!is_member(members, run))
        while (*run && strchr("._-", run[strlen(run) - 1]))
            run[strlen(run) - 1] = '\0';
    if (is_member(members, run))
        json_object_array_add(found, json_object_new_string(run));
}

static struct json_object *mentions_in(const char *text, struct json_object *members)
{
    struct json_object *found = json_object_new_array();
    struct markup markup;
    char *rest = NULL;
    markup_read(text, &markup);
    char *list = strdup(text_string(&markup.handles));
    for (char *run = strtok_r(list, ",", &rest); run; run = strtok_r(NULL, ",", &rest))
        add_meant(found, members, run);
    free(list);
    markup_free(&markup);
    return found;
}

Test(markup, mentions_are_what_the_page_paints)
{
    struct json_object *document = vectors_load("mentions.json"), *cases = json_member(document, "messages");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        struct json_object *found = mentions_in(json_text(one, "text"), json_member(document, "members"));
        cr_expect_str_eq(vectors_shown(found), vectors_shown(json_member(one, "mentions")), "%s",
                         json_text(one, "text"));
        json_object_put(found);
    }
    json_object_put(document);
}

static bool is_too_deep(const char *piece, size_t count)
{
    struct text text = TEXT_EMPTY;
    struct markup markup;
    for (size_t i = 0; i < count; i++)
        text_add(&text, piece);
    text_add(&text, "end");
    markup_read(text_string(&text), &markup);
    bool deep = markup.is_too_deep;
    markup_free(&markup);
    text_free(&text);
    return deep;
}

Test(markup, quotes_and_lists_nest_so_deep_and_no_deeper)
{
    cr_expect(!is_too_deep(">", MARKUP_DEEPEST));
    cr_expect(!is_too_deep("> - ", MARKUP_DEEPEST / 2));
    cr_expect(is_too_deep(">", 3000));
    cr_expect(is_too_deep("> ", 3 * MARKUP_DEEPEST));
    cr_expect(is_too_deep("- ", 3000));
    cr_expect(!is_too_deep("> a\n", 3000), "many lines of one quote");
    cr_expect(!is_too_deep("- ", 0));
    cr_expect(!is_too_deep("```\n>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>\n", 1), "code");
}

Test(markup, what_hurts_parsers_is_read_in_bounded_time)
{
    static const char *const pieces[] = {">",  "[a](",  "[",        "![",      "*a ",   "*a_ ", "`a ",
                                         "``", "@bob_", "(@bob",    "www.@a,", "@a._-", "    ", "\t",
                                         "- ", "1. ",   "[a]: b\n", "&",       "\\",    "|",    "@"};
    clock_t begin = clock();
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        (void)is_too_deep(pieces[i], 16000 / strlen(pieces[i]));
    cr_expect_lt((clock() - begin) / CLOCKS_PER_SEC, 20);
}
