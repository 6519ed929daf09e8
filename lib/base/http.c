#include "base/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_MOST (1024 * 1024)
#define RETRY_AFTER_MOST (366 * 86400) /* seconds */

struct transfer {
    CURL *easy;
    const struct http_watch *watch;
    struct http_reply *reply;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct http_reply *reply = transfer->reply;
    size_t length = size * count;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status);
    if (reply->status / 100 == 2 && transfer->watch->take) {
        if (transfer->watch->take(transfer->watch->context, bytes, length))
            return length;
        reply->stopped = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (reply->body.length < BODY_MOST)
        text_add_bytes(&reply->body, bytes,
                       length < BODY_MOST - reply->body.length ? length : BODY_MOST - reply->body.length);
    return length;
}

static void prepare(struct transfer *transfer, const struct http_request *request, struct curl_slist *headers)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    if (request->any_certificate) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)request->connect_seconds);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)request->silent_seconds);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "CoAgent");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reply->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

/* Until it is over; its result, or CURLE_ABORTED_BY_CALLBACK when the watch ended it. */
static CURLcode run(struct transfer *transfer, CURLM *multi)
{
    const struct http_watch *watch = transfer->watch;
    int running = 1;
    int left;
    CURLMsg *message;

    while (running) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        if (watch->tick && !watch->tick(watch->context)) {
            transfer->reply->stopped = true;
            return CURLE_ABORTED_BY_CALLBACK;
        }
        struct curl_waitfd wake = {watch->wake ? watch->wake(watch->context) : -1, CURL_WAIT_POLLIN, 0};
        if (running)
            curl_multi_poll(multi, &wake, wake.fd >= 0 ? 1 : 0, watch->tick_ms, NULL);
    }
    message = curl_multi_info_read(multi, &left);
    return message ? message->data.result : CURLE_FAILED_INIT;
}

/* libcurl's own reading of Retry-After drops a fraction. Negative, in the past or no number: 0. */
static long long read_retry_after(CURL *easy)
{
    struct curl_header *header;
    char *end;
    double seconds;

    if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return 0;
    seconds = strtod(header->value, &end);
    if (end == header->value || (*end && !isspace((unsigned char)*end)))
        seconds = difftime(curl_getdate(header->value, NULL), time(NULL));
    return seconds > 0 && seconds < RETRY_AFTER_MOST ? (long long)(seconds * 1000)
           : seconds >= RETRY_AFTER_MOST             ? RETRY_AFTER_MOST * 1000LL
                                                     : 0;
}

static enum outcome conclude(struct transfer *transfer, CURLcode code)
{
    struct http_reply *reply = transfer->reply;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status);
    reply->retry_after_ms = read_retry_after(transfer->easy);
    if (code == CURLE_OK)
        return OUTCOME_OK;
    if (!reply->error[0])
        snprintf(reply->error, sizeof reply->error, "%s", curl_easy_strerror(code));
    return reply->status || reply->stopped ? OUTCOME_FAILED : OUTCOME_AWAY;
}

enum outcome http_send(const struct http_request *request, const struct http_watch *watch, struct http_reply *reply)
{
    static const struct http_watch nobody = {.tick_ms = 1000};
    struct transfer transfer = {curl_easy_init(), watch ? watch : &nobody, reply};
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = NULL;
    enum outcome outcome = OUTCOME_FAILED;

    memset(reply, 0, sizeof *reply);
    for (const char *const *header = request->headers; header && *header; header++)
        headers = curl_slist_append(headers, *header);
    if (transfer.easy && multi) {
        prepare(&transfer, request, headers);
        curl_multi_add_handle(multi, transfer.easy);
        outcome = conclude(&transfer, run(&transfer, multi));
        curl_multi_remove_handle(multi, transfer.easy);
    }
    curl_slist_free_all(headers);
    curl_multi_cleanup(multi);
    curl_easy_cleanup(transfer.easy);
    return outcome;
}

void http_reply_free(struct http_reply *reply)
{
    text_free(&reply->body);
}
