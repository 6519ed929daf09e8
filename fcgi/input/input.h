/* The query and body of a request, checked against the tables of its route. */
#ifndef COAGENT_INPUT_H
#define COAGENT_INPUT_H

#include "fcgi/http/request.h"

struct input {
    struct text body;   /* as it was sent */
    int refused;        /* an HTTP status other than 422, or 0 */
    const char *detail; /* for that status; static */
};

/* Fills request->query and request->body. False when something is wrong; field errors are then in the response. */
bool input_read(struct input *input, struct request *request);

/* Answers what input_read found. */
void input_refuse(const struct input *input, struct request *request);

void input_free(struct input *input);

#endif
