#include "targets.h"

#include "markup/markup.h"

#include <stdlib.h>
#include <string.h>

#define RUN "abcdefghijklmnopqrstuvwxyz0123456789._-"

/* Each run has the letters of one, and none is longer than a handle. */
static void check_handles(const char *handles)
{
    for (const char *run = handles; *run;) {
        size_t length = strspn(run, RUN);
        if (length == 0 || length > 39 || strchr("._-", *run) || (run[length] && run[length] != ','))
            abort();
        run += length + (run[length] == ',');
    }
}

void fuzz_markup(const char *bytes, size_t length)
{
    char *text = strndup(bytes, length);
    struct markup markup;

    markup_read(text, &markup);
    check_handles(text_string(&markup.handles));
    markup_free(&markup);
    free(text);
}
