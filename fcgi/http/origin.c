#include "fcgi/http/origin.h"

#include "fcgi/http/guard.h"

#include <string.h>

static bool is_text(const char *string)
{
    for (const char *at = string; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return false;
    }
    return utf8_is_valid(string, strlen(string));
}

struct origin request_origin(const struct request *request)
{
    const char *agent = request_header(request, "User-Agent");
    return (struct origin){
        .claim = guard_claim_of(request),
        .agent = agent && is_text(agent) ? agent : "",
        .device = request_device(request),
    };
}
