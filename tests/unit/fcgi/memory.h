/* A request whose source is memory: what a handler sees without FastCGI. */
#ifndef COAGENT_TEST_MEMORY_H
#define COAGENT_TEST_MEMORY_H

#include "fcgi/answer/respond.h"
#include "fcgi/http/request.h"
#include "fcgi/http/source.h"

#define PARAMETERS_MOST 16

struct memory {
    const char *parameters[PARAMETERS_MOST + 1];
    const char *body;
    size_t length, at;
    struct text written;
    struct source source;
    struct config config;
    struct request request;
};

/* Opens memory->request with these parameters ("NAME=value", ended by NULL) and this body (NULL: none). */
void memory_open(struct memory *memory, const char *const *parameters, const char *body);
#define PARAMETERS(...) ((const char *const[]){__VA_ARGS__, NULL})
void memory_close(struct memory *memory);

/* The answer's body as JSON; the caller puts it. */
struct json_object *memory_answer(struct memory *memory);

#endif
