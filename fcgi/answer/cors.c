#include "fcgi/answer/cors.h"

#include "fcgi/answer/respond.h"

#include <string.h>

static bool is_listed(const struct config *config, const char *origin)
{
    for (char **listed = config->cors_origins; listed && *listed; listed++)
        if (strcmp(*listed, origin) == 0)
            return true;
    return false;
}

/* Our own: PUBLIC_URL, or the scheme and the host that this request came to. */
static bool is_own(const struct request *request, const char *origin)
{
    const char *https = request_parameter(request, "HTTPS");
    const char *scheme = https && strcmp(https, "on") == 0 ? "https://" : "http://";
    const char *host = request_header(request, "Host");
    if (request->config->public_url[0] && strcmp(origin, request->config->public_url) == 0)
        return true;
    return host && strncmp(origin, scheme, strlen(scheme)) == 0 && strcasecmp(origin + strlen(scheme), host) == 0;
}

static void add_headers(struct request *request, const char *origin)
{
    respond_header(request, "Access-Control-Allow-Origin", origin);
    respond_header(request, "Access-Control-Allow-Credentials", "true");
    respond_header(request, "Access-Control-Expose-Headers",
                   "X-Request-Id, Location, Retry-After, Idempotency-Replayed");
}

bool cors_admit(struct request *request)
{
    const char *origin = request_header(request, "Origin");
    bool own = !origin || is_own(request, origin);
    bool listed = !own && is_listed(request->config, origin);
    respond_header(request, "Vary", "Origin");
    if (listed)
        add_headers(request, origin);
    answer_keep_headers(request->answer);
    return own || listed;
}

void cors_preflight(struct request *request, const char *methods)
{
    respond_header(request, "Allow", methods);
    if (request_header(request, "Access-Control-Request-Method")) {
        respond_header(request, "Access-Control-Allow-Methods", methods);
        respond_header(request, "Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Idempotency-Key, X-CSRF-Token, X-Page-User");
        respond_header(request, "Access-Control-Max-Age", "600");
    }
    respond_nothing(request);
}
