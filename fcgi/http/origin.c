#include "fcgi/http/origin.h"

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
        .request_id = request->id,
        .caller_id = request->caller.user_id,
        .address = request->address,
        .agent = agent && is_text(agent) ? agent : "",
    };
}
