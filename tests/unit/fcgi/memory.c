#include "memory.h"

#include <string.h>

static int read_memory(void *context, char *bytes, int most)
{
    struct memory *memory = context;
    size_t count = memory->length - memory->at;
    if (count > (size_t)most)
        count = (size_t)most;
    if (count > 0)
        memcpy(bytes, memory->body + memory->at, count);
    memory->at += count;
    return (int)count;
}

static int write_memory(void *context, const char *bytes, int count)
{
    struct memory *memory = context;
    text_add_bytes(&memory->written, bytes, (size_t)count);
    return 0;
}

void memory_open(struct memory *memory, const char *const *parameters, const char *body)
{
    *memory = (struct memory){.body = body, .length = body ? strlen(body) : 0};
    for (size_t i = 0; i < PARAMETERS_MOST && parameters[i]; i++)
        memory->parameters[i] = parameters[i];
    memory->config = (struct config){
        .secret_key = "0123456789abcdefghijklmnopqrstuvwxyz",
        .public_url = "",
        .cookie_suffix = "_12345678",
        .cookie_samesite = "Lax",
        .access_token_minutes = 30,
    };
    memory->source = (struct source){(char *const *)memory->parameters, read_memory, write_memory, memory};
    request_open(&memory->request, &memory->config, NULL, &memory->source);
}

void memory_close(struct memory *memory)
{
    request_close(&memory->request);
    text_free(&memory->written);
}

struct json_object *memory_answer(struct memory *memory)
{
    return json_tokener_parse(answer_body(memory->request.answer));
}
