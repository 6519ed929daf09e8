#include "cron/agent/model.h"

#include "base/log.h"
#include "base/repair.h"
#include "cron/provider/completions.h"
#include "cron/provider/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 50

/* One model turn. Tools will make an answer of several turns: then asking is a loop over them. */
struct asking {
    struct answer *answer;
    struct endpoint endpoint;
    struct completion completion;
    struct http_watch watch;
    char *model;
    char *body;
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

static bool tick(void *context)
{
    struct asking *asking = context;

    return answer_tick(asking->answer);
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

/* The outcome of one try: whether the answer is complete; the error if not, and whether to try again. */
static bool conclude(struct asking *asking, enum outcome outcome, const struct http_reply *reply, bool *again)
{
    struct completion *completion = &asking->completion;

    *again = false;
    if (outcome == OUTCOME_OK && reply->status / 100 == 2)
        completion_end(completion);
    if (completion->error.length) {
        text_add_format(&asking->error, "The model endpoint reported an error: %.500s", completion->error.bytes);
        *again = true;
    } else if (asking->too_long) {
        text_add(&asking->error, "The answer is too long and was cut off.");
        asking->retriable = false;
    } else if (outcome == OUTCOME_OK && reply->status / 100 != 2) {
        *again = completions_refusal(reply->status, text_string(&reply->body), reply->body.length, &asking->error);
    } else if (outcome != OUTCOME_OK) {
        endpoint_explain(outcome, reply, &asking->error);
        *again = true;
    } else if (!completion->finished) {
        text_add(&asking->error, "The model endpoint ended the answer before it was complete.");
        *again = true;
    } else if (asking->answer->text.length == 0) {
        text_add(&asking->error, strcmp(completion->finish_reason, "length") == 0
                                     ? "The model used all its tokens before it produced text."
                                     : "The model returned an empty answer.");
    }
    return asking->error.length == 0;
}

/* The next try with the limit's newer name, when that is all that is wrong. */
static bool rename_limit(struct asking *asking, const struct http_reply *reply)
{
    char *renamed = completions_with_new_limit(asking->body, reply->status, text_string(&reply->body));

    if (!renamed)
        return false;
    free(asking->body);
    asking->body = renamed;
    return true;
}

/* Asks until an answer is complete, said something, or asking again makes no sense. */
static bool ask(struct asking *asking)
{
    struct execution *execution = asking->answer->execution;
    size_t begun_at = asking->answer->text.length;

    for (int n = 1;; n++) {
        struct http_reply reply;
        bool again = false;

        completion_free(&asking->completion);
        completion_open(&asking->completion, asking, say);
        text_clear(&asking->error);
        enum outcome outcome =
            endpoint_send(&asking->endpoint, "/chat/completions", asking->body, &asking->watch, &reply);
        bool done = execution->state == EXECUTION_GOING && conclude(asking, outcome, &reply, &again);
        bool renamed = !done && rename_limit(asking, &reply);
        long delay = renamed ? 0 : completions_delay_ms(n, reply.retry_after, drand48());

        http_reply_free(&reply);
        if (done || execution->state != EXECUTION_GOING)
            return done;
        again = again || renamed;
        asking->retriable = asking->retriable && (again || asking->answer->text.length > 0);
        if (!again || asking->answer->text.length > begun_at || delay < 0)
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

static void finish(struct asking *asking, bool done)
{
    struct json_object *details = json_object_new_object();
    struct text thought = TEXT_EMPTY;
    struct text reason = TEXT_EMPTY;

    text_add_repaired(&thought, text_string(&asking->completion.thought), asking->completion.thought.length);
    text_add_repaired(&reason, text_string(&asking->error), asking->error.length);
    json_object_object_add(details, "model",
                           json_object_new_string(asking->completion.model[0] ? asking->completion.model
                                                  : asking->model             ? asking->model
                                                                              : ""));
    json_object_object_add(details, "retriable", json_object_new_boolean(asking->retriable));
    if (asking->completion.finish_reason[0])
        json_object_object_add(details, "finish_reason", json_object_new_string(asking->completion.finish_reason));
    if (thought.length)
        json_object_object_add(details, "thought", json_object_new_string(text_string(&thought)));
    answer_finish(asking->answer, done ? "succeeded" : "failed", done ? NULL : text_string(&reason), details,
                  usage(asking));
    text_free(&thought);
    text_free(&reason);
}

void model_answer(struct answer *answer, struct json_object *messages)
{
    struct execution *execution = answer->execution;
    struct asking asking = {.answer = answer, .retriable = true};
    bool done = false;

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
