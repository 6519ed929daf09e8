#include "cron/agent/model.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/repair.h"
#include "cron/provider/completions.h"
#include "cron/provider/endpoint.h"
#include "cron/provider/refusal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 50
#define FINISHED_MS 5000 /* for the usage, which may come after the end of the answer */

/* One model turn. Tools will make an answer of several turns: then asking is a loop over them. */
struct asking {
    struct answer *answer;
    struct endpoint endpoint;
    struct completion completion;
    struct http_watch watch;
    char *model;
    char *body;
    unsigned seen; /* the progress of the completion, and when it was made */
    int64_t progress_at;
    bool idle; /* it makes none any more */
    bool too_long;
    bool retriable;    /* whether asking again can help, for the room */
    struct text error; /* for people; "" when it went well */
};

static void say(void *context, const char *text, size_t length)
{
    struct asking *asking = context;

    if (!answer_add(asking->answer, text, length))
        asking->too_long = true;
}

static bool take(void *context, const char *bytes, size_t length)
{
    struct asking *asking = context;

    return completion_feed(&asking->completion, bytes, length) && !asking->too_long;
}

/* Comments keep a connection alive, not an answer; nor does one that has ended wait for the connection to close. */
static bool makes_progress(struct asking *asking)
{
    int64_t now = clock_monotonic_ms();
    int64_t patience = asking->completion.finished
                           ? FINISHED_MS
                           : (int64_t)asking->answer->execution->config->model_idle_seconds * 1000;

    if (asking->completion.progress != asking->seen) {
        asking->seen = asking->completion.progress;
        asking->progress_at = now;
    }
    asking->idle = now - asking->progress_at >= patience;
    return !asking->idle;
}

static bool tick(void *context)
{
    struct asking *asking = context;

    return answer_tick(asking->answer) && makes_progress(asking);
}

static int wake(void *context)
{
    struct asking *asking = context;

    return execution_socket(asking->answer->execution);
}

/* The agent's model, the provider's, or the first that the endpoint has. */
static bool choose_model(struct asking *asking)
{
    const char *named = asking->answer->facts->model;
    struct http_watch watch = asking->watch;
    struct json_object *models = NULL;

    watch.take = NULL;
    if (named[0]) {
        asking->model = strdup(named);
        return true;
    }
    if (endpoint_models(&asking->endpoint, &watch, &models, &asking->error) != OUTCOME_OK)
        return false;
    if (json_object_array_length(models) > 0)
        asking->model = strdup(json_object_get_string(json_object_array_get_idx(models, 0)));
    else
        text_add(&asking->error, "The model endpoint has no models.");
    json_object_put(models);
    return asking->model != NULL;
}

static void explain_nothing_said(const struct completion *completion, struct text *error)
{
    const char *cut_off = completion_cut_off(completion);

    if (!cut_off)
        text_add(error, "The model returned an empty answer.");
    else if (strcmp(cut_off, "length") == 0)
        text_add(error, "The model used all its tokens before it produced text.");
    else
        text_add(error, "The content filter of the model endpoint withheld the answer.");
}

/* Why a transfer gave no whole answer; true when asking the same again later can help. */
static bool explain_transfer(struct asking *asking, enum outcome outcome, const struct http_reply *reply)
{
    if (asking->idle)
        text_add_format(&asking->error, "The model endpoint produced nothing for %d second%s.",
                        asking->answer->execution->config->model_idle_seconds,
                        number_plural(asking->answer->execution->config->model_idle_seconds));
    else if (outcome == OUTCOME_OK && reply->status / 100 != 2)
        return refusal_explain(reply->status, text_string(&reply->body), reply->body.length, &asking->error);
    else if (outcome != OUTCOME_OK)
        endpoint_explain(outcome, reply, &asking->error);
    else
        text_add(&asking->error, "The model endpoint ended the answer before it was complete.");
    return true;
}

/* The outcome of one try: whether the answer is complete; the error if not, and whether to try again. An answer that
 * was finished is whole, in whatever way the connection ended. */
static bool conclude(struct asking *asking, enum outcome outcome, const struct http_reply *reply, bool *again)
{
    struct completion *completion = &asking->completion;

    *again = false;
    completion_end(completion, outcome == OUTCOME_OK && reply->status / 100 == 2);
    if (completion->error.length) {
        text_add(&asking->error, completion->error.bytes);
        *again = completion->later;
    } else if (asking->too_long) {
        text_add(&asking->error, "The answer is too long and was cut off.");
        asking->retriable = false;
    } else if (!completion->finished) {
        *again = explain_transfer(asking, outcome, reply);
    } else if (asking->answer->text.length == 0) {
        explain_nothing_said(completion, &asking->error);
    }
    if (*again)
        refusal_explain_wait(reply->retry_after_ms, &asking->error);
    return asking->error.length == 0;
}

/* The next try with the limit's newer name, when that is all that is wrong. */
static bool rename_limit(struct asking *asking)
{
    char *renamed = completions_with_new_limit(asking->body, text_string(&asking->error));

    if (!renamed)
        return false;
    free(asking->body);
    asking->body = renamed;
    return true;
}

static enum outcome send_question(struct asking *asking, struct http_reply *reply)
{
    completion_free(&asking->completion);
    completion_open(&asking->completion, asking, say);
    text_clear(&asking->error);
    asking->seen = 0;
    asking->progress_at = clock_monotonic_ms();
    return endpoint_send(&asking->endpoint, "/chat/completions", asking->body, &asking->watch, reply);
}

/* Asks until an answer is complete, said something, or asking again makes no sense. */
static bool ask(struct asking *asking)
{
    struct execution *execution = asking->answer->execution;
    size_t begun_at = asking->answer->text.length;

    for (int n = 1;; n++) {
        struct http_reply reply;
        bool again = false;
        enum outcome outcome = send_question(asking, &reply);
        bool done = conclude(asking, outcome, &reply, &again);
        bool renamed = !done && rename_limit(asking);
        long delay = renamed ? 0 : refusal_delay_ms(n, reply.retry_after_ms, drand48());

        http_reply_free(&reply);
        if (done || execution->state != EXECUTION_GOING)
            return done;
        again = again || renamed;
        asking->retriable = asking->retriable && (again || asking->answer->text.length > 0);
        if (!again || asking->idle || asking->answer->text.length > begun_at || delay < 0)
            return false;
        log_info("asking again in %ld ms: %s", delay, text_string(&asking->error));
        if (!answer_wait(asking->answer, delay))
            return false;
    }
}

/* The count of the endpoint, else an estimate, marked as such. */
static struct json_object *usage(const struct asking *asking)
{
    const struct completion *completion = &asking->completion;
    struct json_object *usage = json_object_new_object();
    long long prompt = completion->prompt_tokens;
    long long answer = completion->completion_tokens;

    if (prompt < 0 || answer < 0) {
        if (asking->answer->text.length == 0)
            return usage;
        prompt = asking->body ? (long long)strlen(asking->body) / 4 : 0;
        answer = (long long)asking->answer->text.length / 4;
        json_object_object_add(usage, "estimated", json_object_new_boolean(true));
    }
    json_object_object_add(usage, "prompt_tokens", json_object_new_int64(prompt));
    json_object_object_add(usage, "completion_tokens", json_object_new_int64(answer));
    return usage;
}

/* Names come from the endpoint, and were cut to their size. */
static void add_name(struct json_object *details, const char *key, const char *name)
{
    struct text repaired = TEXT_EMPTY;

    text_add_repaired(&repaired, name, strlen(name));
    json_object_object_add(details, key, json_object_new_string(text_string(&repaired)));
    text_free(&repaired);
}

static void finish(struct asking *asking, bool done)
{
    const struct completion *completion = &asking->completion;
    const char *cut_off = completion_cut_off(completion);
    struct json_object *details = json_object_new_object();
    struct text reason = TEXT_EMPTY;

    text_add_repaired(&reason, text_string(&asking->error), asking->error.length);
    add_name(details, "model", completion->model[0] ? completion->model : asking->model ? asking->model : "");
    json_object_object_add(details, "retriable", json_object_new_boolean(asking->retriable));
    if (completion->finish_reason[0])
        add_name(details, "finish_reason", completion->finish_reason);
    if (done && cut_off)
        json_object_object_add(details, "cut_off", json_object_new_string(cut_off));
    if (completion->thought.length)
        json_object_object_add(details, "thought", json_object_new_string(completion->thought.bytes));
    answer_finish(asking->answer, done ? "succeeded" : "failed", done ? NULL : text_string(&reason), details,
                  usage(asking));
    text_free(&reason);
}

void model_answer(struct answer *answer, struct json_object *messages)
{
    struct execution *execution = answer->execution;
    struct asking asking = {.answer = answer, .retriable = true};
    bool done = false;

    asking.progress_at = clock_monotonic_ms();
    asking.watch = (struct http_watch){&asking, take, tick, TICK_MS, wake};
    srand48((long)getpid());
    if (endpoint_open(&asking.endpoint, execution->config, answer->facts->base_url, answer->facts->key_sealed,
                      &asking.error) == OUTCOME_OK &&
        choose_model(&asking)) {
        asking.body = completions_request(asking.model, answer->facts->parameters, messages);
        done = ask(&asking);
    }
    finish(&asking, done);
    endpoint_close(&asking.endpoint);
    completion_free(&asking.completion);
    text_free(&asking.error);
    free(asking.model);
    free(asking.body);
}
