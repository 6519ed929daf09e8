/* Every kind of run that this program executes. */
#include "base/text.h"
#include "cron/agent/turn.h"
#include "cron/provider/check.h"
#include "cron/run/kind.h"
#include "cron/script/script.h"

#include <string.h>

const struct run_kind *const run_kinds[] = {&run_kind_script, &run_kind_agent, &run_kind_housekeeping, NULL};

const struct run_kind *run_kind_find(const char *name)
{
    for (const struct run_kind *const *kind = run_kinds; *kind; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}

char *run_kind_names(void)
{
    struct text names = TEXT_EMPTY;

    for (const struct run_kind *const *kind = run_kinds; *kind; kind++)
        text_add_format(&names, "%s%s", kind == run_kinds ? "{" : ",", (*kind)->name);
    text_add_char(&names, '}');
    return names.bytes;
}
