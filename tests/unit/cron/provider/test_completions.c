#include "cron/provider/completions.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void say(void *context, const char *text, size_t length)
{
    text_add_bytes(context, text, length);
}

/* Feeds the stream in pieces of this size; the caller frees completion and said. */
static void read_stream(struct completion *completion, struct text *said, const char *stream, size_t piece)
{
    size_t length = strlen(stream);

    completion_open(completion, said, say);
    for (size_t i = 0; i < length; i += piece)
        if (!completion_feed(completion, stream + i, i + piece <= length ? piece : length - i))
            return;
    completion_end(completion, true);
}

#define CHUNK(delta)                                                                                                   \
    "data: {\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":null}]}\n\n"
#define LAST(reason) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17}}\n\n"
#define DONE "data: [DONE]\n\n"

Test(completions, a_stream_is_read_in_any_pieces)
{
    static const char stream[] =
        CHUNK("{\"role\":\"assistant\",\"content\":\"\"}") CHUNK("{\"content\":\"Gr\\u00fc\\u00dfe\"}")
            CHUNK("{\"content\":\", Ada \\ud83d\\ude42\"}") LAST("stop") USAGE DONE;

    for (size_t piece = 1; piece < sizeof stream; piece++) {
        struct completion completion;
        struct text said = TEXT_EMPTY;

        read_stream(&completion, &said, stream, piece);
        cr_expect_str_eq(text_string(&said), "Grüße, Ada 🙂");
        cr_expect(completion.finished);
        cr_expect_str_eq(completion.finish_reason, "stop");
        cr_expect_str_eq(completion.model, "m-1");
        cr_expect_eq(completion.prompt_tokens, 12);
        cr_expect_eq(completion.completion_tokens, 5);
        cr_expect_eq(completion.error.length, 0);
        completion_free(&completion);
        text_free(&said);
    }
}

Test(completions, done_may_be_missing)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, CHUNK("{\"content\":\"yes\"}") LAST("length"), 7);
    cr_expect(completion.finished);
    cr_expect_str_eq(completion.finish_reason, "length");
    cr_expect_eq(completion.prompt_tokens, -1);
    completion_free(&completion);
    text_free(&said);
}

Test(completions, a_stream_that_stops_early_is_not_finished)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, CHUNK("{\"content\":\"half\"}"), 100);
    cr_expect_not(completion.finished);
    cr_expect_str_eq(text_string(&said), "half");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, the_end_of_a_stream_is_the_end_of_the_transfer)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;
    static const char stream[] = CHUNK("{\"content\":\"yes\"}") "data: [DONE] \r\n\r\n";

    completion_open(&completion, &said, say);
    cr_expect_not(completion_feed(&completion, stream, strlen(stream)), "the connection may stay open");
    cr_expect(completion.done && completion.finished);
    completion_end(&completion, false);
    cr_expect_eq(completion.error.length, 0);
    cr_expect_str_eq(text_string(&said), "yes");
    completion_free(&completion);
    text_free(&said);
}

/* The stream says this, then fails with a sentence that has these words. */
static void expect_error(const char *stream, const char *text, const char *words, bool later)
{
    for (size_t piece = 1; piece < 200; piece += 66) {
        struct completion completion;
        struct text said = TEXT_EMPTY;

        read_stream(&completion, &said, stream, piece);
        cr_expect(strstr(text_string(&completion.error), words), "%s: %s", stream, text_string(&completion.error));
        cr_expect_eq(completion.later, later, "%s", stream);
        cr_expect_str_eq(text_string(&said), text);
        completion_free(&completion);
        text_free(&said);
    }
}

#define HALF CHUNK("{\"content\":\"half\"}")

Test(completions, an_error_in_mid_stream_is_kept_and_ends_it)
{
    expect_error(HALF
                 "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n" CHUNK("{\"content\":\"never\"}"),
                 "half", "The model endpoint failed. Its message: out of memory", true);
    expect_error(HALF "data: {\"choices\":[],\"error\":\"gone\"}\n\n", "half", "Its message: gone", true);
    expect_error(HALF LAST("error") DONE, "half", "ended the answer with an error", true);
    expect_error(HALF "data: {\"choices\":[{\"delta\":{\"content\":\".\"},\"finish_reason\":\"error\",\"error\":"
                      "{\"code\":502,\"message\":\"upstream\"}}]}\n\n" DONE,
                 "half.", "Its message: upstream", true);
    expect_error(HALF "event: error\ndata: {\"message\":\"worker died\"}\n\n" DONE, "half", "worker died", true);
    expect_error(HALF "event: error\ndata: plain words\n\n", "half", "plain words", true);
    expect_error(HALF "data: {\"object\":\"error\",\"message\":\"engine is dead\",\"code\":500}\n\n" DONE, "half",
                 "engine is dead", true);
}

Test(completions, an_error_may_be_the_first_event)
{
    expect_error("data: {\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no such parameter\"}}\n\n" DONE,
                 "", "rejected the request. Its message: no such parameter", false);
    expect_error("data: {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}\n\n", "", "no quota left",
                 false);
    expect_error("[{\"error\":{\"code\":400,\"message\":\"bad\",\"status\":\"INVALID_ARGUMENT\"}}]", "", "message: bad",
                 false);
    expect_error("{\"detail\":\"Model not loaded\"}", "", "message: Model not loaded", true);
    expect_error("data: {\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}\n\n", "", "field required",
                 true);
}

Test(completions, a_reply_that_is_no_answer_says_its_words)
{
    expect_error("", "", "sent an empty reply", true);
    expect_error(": keep-alive\n\n: keep-alive\n\n", "", "sent an empty reply", true);
    expect_error("<!DOCTYPE html><html><head><title>Sign in</title></head>", "", "Its message: Sign in", false);
    expect_error("upstream is asleep\n", "", "Its message: upstream is asleep", false);
}

Test(completions, an_error_that_is_none_changes_nothing)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(
        &completion, &said,
        "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
        "data: {\"error\":\"\",\"message\":\"\",\"choices\":[{\"delta\":{\"content\":\"b\"},\"error\":{}}]}\n\n" LAST(
            "stop"),
        50);
    cr_expect_eq(completion.error.length, 0);
    cr_expect_str_eq(text_string(&said), "ab");
    completion_free(&completion);
    text_free(&said);
}

static void expect_end(const char *stream, const char *cut_off)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, stream, 30);
    cr_expect_eq(completion.error.length, 0);
    cr_expect_str_eq(completion_cut_off(&completion) ? completion_cut_off(&completion) : "whole", cut_off);
    completion_free(&completion);
    text_free(&said);
}

Test(completions, an_answer_without_its_end_is_told_from_a_whole_one)
{
    expect_end(HALF LAST("length") DONE, "length");
    expect_end(HALF LAST("MAX_TOKENS") DONE, "length");
    expect_end(HALF LAST("content_filter") DONE, "content_filter");
    expect_end(HALF LAST("stop") DONE, "whole");
    expect_end(HALF LAST("eos") DONE, "whole");
}

Test(completions, comments_are_no_progress)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;
    static const char idle[] =
        ": keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    unsigned before;

    completion_open(&completion, &said, say);
    completion_feed(&completion, idle, strlen(idle));
    cr_expect_eq(completion.progress, 0);
    completion_feed(&completion, HALF, strlen(HALF));
    cr_expect_gt(before = completion.progress, 0);
    completion_feed(&completion, idle, strlen(idle));
    cr_expect_eq(completion.progress, before);
    completion_feed(&completion, CHUNK("{\"reasoning\":\"hm\"}"), strlen(CHUNK("{\"reasoning\":\"hm\"}")));
    cr_expect_gt(completion.progress, before);
    completion_free(&completion);
    text_free(&said);
}

static void expect_said(const char *stream, const char *text, const char *thought)
{
    size_t length = strlen(stream);

    for (size_t piece = 1; piece <= length; piece++) {
        struct completion completion;
        struct text said = TEXT_EMPTY;

        read_stream(&completion, &said, stream, piece);
        cr_expect_str_eq(text_string(&said), text, "in pieces of %zu", piece);
        cr_expect_str_eq(text_string(&completion.thought), thought);
        cr_expect_eq(completion.error.length, 0, "%s", text_string(&completion.error));
        completion_free(&completion);
        text_free(&said);
    }
}

Test(completions, a_code_point_may_be_cut_by_two_deltas)
{
    expect_said(CHUNK("{\"content\":\"a \\ud83d\"}") CHUNK("{\"content\":\"\\ude42 b\"}") LAST("stop"), "a 🙂 b", "");
    expect_said(CHUNK("{\"content\":\"a \xF0\x9F\"}") CHUNK("{\"content\":\"\x99\x82 b\"}") LAST("stop"), "a 🙂 b",
                "");
    expect_said(CHUNK("{\"reasoning\":\"\\ud83d\"}") CHUNK("{\"reasoning\":\"\\ude42\"}") CHUNK("{\"content\":\"x\"}")
                    LAST("stop"),
                "x", "🙂");
    expect_said(CHUNK("{\"content\":\"lonely \\ud83d\"}") CHUNK("{\"content\":\"!\"}") LAST("stop"),
                "lonely \xEF\xBF\xBD!", "");
    expect_said(CHUNK("{\"content\":\"cut \\ud83d\"}") LAST("stop"), "cut \xEF\xBF\xBD", "");
    expect_said(CHUNK("{\"content\":\"\\\\ud83d is \\u00e9\"}") LAST("stop"), "\\ud83d is é", "");
}

Test(completions, content_may_come_in_parts_or_as_a_refusal)
{
    expect_said(CHUNK("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},"
                      "{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"text\",\"text\":\" two\"}]}") LAST("stop"),
                "one two", "hm");
    expect_said(CHUNK("{\"refusal\":\"I cannot \"}") CHUNK("{\"refusal\":\"help.\"}") LAST("stop"), "I cannot help.",
                "");
    expect_said(CHUNK("{\"content\":[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}") LAST("stop"), "No.", "");
}

Test(completions, thoughts_in_tags_are_no_part_of_the_answer)
{
    expect_said(CHUNK("{\"content\":\"<thi\"}") CHUNK("{\"content\":\"nk>\\nhm </th\"}")
                    CHUNK("{\"content\":\"ink>\\n\\n4\"}") CHUNK("{\"content\":\"2\"}") LAST("stop"),
                "42", "\nhm ");
}

Test(completions, thoughts_are_kept_apart_under_both_names)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said,
                CHUNK("{\"reasoning_content\":\"Let me \"}") CHUNK("{\"reasoning\":\"think.\",\"content\":null}")
                    CHUNK("{\"content\":\"42\"}") LAST("stop"),
                9);
    cr_expect_str_eq(text_string(&completion.thought), "Let me think.");
    cr_expect_str_eq(text_string(&said), "42");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, what_is_not_json_is_an_error)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said, "data: {\"choices\":[{]\n\n", 5);
    cr_expect_str_eq(text_string(&completion.error), "The model endpoint's response is not JSON.");
    completion_free(&completion);
    text_free(&said);
}

Test(completions, an_endpoint_that_does_not_stream_is_understood)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;

    read_stream(&completion, &said,
                "{\"model\":\"m\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"whole\"},"
                "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
                11);
    cr_expect_str_eq(text_string(&said), "whole");
    cr_expect(completion.finished);
    cr_expect_eq(completion.completion_tokens, 2);
    completion_free(&completion);
    text_free(&said);
}

Test(completions, the_request_streams_and_carries_the_parameters)
{
    struct json_object *messages = json_object_new_array();
    char *body = completions_request("m", "{\"temperature\":0.5,\"max_tokens\":9}", messages);
    struct json_object *request = json_tokener_parse(body);

    cr_expect_str_eq(json_text(request, "model"), "m");
    cr_expect(json_flag(request, "stream", false));
    cr_expect(json_flag(json_member(request, "stream_options"), "include_usage", false));
    cr_expect_eq(json_long(request, "max_tokens", 0), 9);
    cr_expect_float_eq(json_object_get_double(json_member(request, "temperature")), 0.5, 1e-9);
    json_object_put(request);
    json_object_put(messages);
    free(body);
}

Test(completions, the_limit_is_renamed_where_the_endpoint_asks_for_it)
{
    static const char refusal[] = "Its message: Unsupported parameter: use 'max_completion_tokens' instead.";
    char *body = completions_with_new_limit("{\"model\":\"m\",\"max_tokens\":9}", refusal);

    cr_assert_not_null(body);
    cr_expect_str_eq(body, "{\"model\":\"m\",\"max_completion_tokens\":9}");
    cr_expect_null(completions_with_new_limit(body, refusal), "only once");
    cr_expect_null(completions_with_new_limit("{\"max_tokens\":9}", "The model endpoint failed."));
    free(body);
}

Test(completions, a_thought_is_cut_and_not_dropped)
{
    struct completion completion;
    struct text said = TEXT_EMPTY;
    struct text stream = TEXT_EMPTY;

    text_add(&stream, "data: {\"choices\":[{\"delta\":{\"reasoning\":\"");
    for (int i = 0; i < 20000; i++)
        text_add(&stream, "é");
    text_add(&stream, "\"}}]}\n\n" LAST("stop"));
    read_stream(&completion, &said, text_string(&stream), 4096);
    cr_expect_eq(completion.thought.length, 16 * 1024);
    cr_expect(utf8_is_valid(completion.thought.bytes, completion.thought.length));
    completion_free(&completion);
    text_free(&said);
    text_free(&stream);
}
