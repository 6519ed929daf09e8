#include "targets.h"

#include "pattern/pattern.h"

#include <stdlib.h>
#include <string.h>

#define ENOUGH 1000000L

/* Whether the pattern fits, or what is wrong with it. */
static enum outcome match(const char *source, const char *text)
{
    struct pattern *pattern = NULL;
    struct text why = TEXT_EMPTY;
    long work = ENOUGH;
    enum outcome outcome = pattern_compile(source, &pattern, &why);

    if ((outcome == OUTCOME_OK) != (why.length == 0))
        abort();
    if (outcome == OUTCOME_OK)
        outcome = pattern_matches(pattern, text, &work);
    if (work < 0 || work > ENOUGH)
        abort();
    pattern_free(pattern);
    text_free(&why);
    return outcome;
}

void fuzz_pattern(const char *bytes, size_t length)
{
    char *source = strndup(bytes, length);
    char *text = source + strcspn(source, "\n");
    if (*text)
        *text++ = '\0';
    enum outcome alone = match(source, text);
    char *grouped = text_format(strncmp(source, "(?i)", 4) == 0 ? "(?i)(?:%s)" : "(?:%s)",
                                strncmp(source, "(?i)", 4) == 0 ? source + 4 : source);
    enum outcome together = alone == OUTCOME_OK || alone == OUTCOME_ABSENT ? match(grouped, text) : alone;
    char *optional = text_format("%s|", grouped);

    if (together != alone && together != OUTCOME_LIMITED && together != OUTCOME_INVALID) /* nested one level deeper */
        abort();
    if (together == OUTCOME_ABSENT && match(optional, text) == OUTCOME_ABSENT) /* nothing fits everywhere */
        abort();
    free(optional);
    free(grouped);
    free(source);
}
