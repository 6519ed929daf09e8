/* What the server reads in the Markdown of a message: whom it mentions, and whether it nests too deep for a page.
 *
 * A mention is "@" and a run of letters of ASCII, digits, ".", "_" and "-", which begins with a letter or digit. Before
 * it stands no character of a word and none of @/.-, after it none of a word and no @; a word ends before scripts that
 * are written without spaces (U+2E80 and above), so "@bobさん" mentions bob. Nobody is mentioned in code, in the text
 * of a link or in an address (a word with "://", or one that begins with "www."). What code and a link are, CommonMark
 * says. htdocs/js/parts/handles.js is the same grammar; tests/vectors/mentions.json binds both. */
#ifndef COAGENT_MARKUP_H
#define COAGENT_MARKUP_H

#include "base/text.h"

#include <stdbool.h>

/* Quotes and lists within each other: more than people write, less than what troubles a browser. */
#define MARKUP_DEEPEST 20

struct markup {
    struct text
        handles; /* each run once, in lower case, separated by commas; "." "_" "-" at its end may end a sentence */
    bool is_too_deep;
};

/* Reads valid UTF-8 of any length, in linear time. The caller frees the result. */
void markup_read(const char *text, struct markup *markup);
void markup_free(struct markup *markup);

#endif
