/* A provider's endpoint as the runner asks it: address and key. */
#ifndef COAGENT_ENDPOINT_H
#define COAGENT_ENDPOINT_H

#include "base/config.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"

struct endpoint {
    const char *base_url;      /* borrowed, without a slash at the end */
    struct text authorization; /* the header, or empty without a key; wiped at the end */
};

/* sealed NULL: without a key. INVALID when the key cannot be opened; why is for people. */
enum outcome endpoint_open(struct endpoint *endpoint, const struct config *config, const char *base_url,
                           const char *sealed, struct text *why);
void endpoint_close(struct endpoint *endpoint);

/* POSTs a JSON body to a path below the address ("/chat/completions"); body NULL: GETs it. The reply as http_send's.
 * The watch ends a POST that makes no progress: a model may think for long before its first word. */
enum outcome endpoint_send(const struct endpoint *endpoint, const char *path, const char *body,
                           const struct http_watch *watch, struct http_reply *reply);

/* The ids of its models, an array that the caller puts; or the outcome, and why for people. */
enum outcome endpoint_models(const struct endpoint *endpoint, const struct http_watch *watch,
                             struct json_object **models, struct text *why);

/* Explains a failed http_send to people. */
void endpoint_explain(enum outcome outcome, const struct http_reply *reply, struct text *why);

#endif
