#include "markup/markup.h"

#include "markup/mentions.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

/* As deep as a line can begin without a parser being asked. */
#define PLAIN_START (2 * MARKUP_DEEPEST)

/* Whether a line begins with so many signs of quotes and lists, or spaces, that they may be nested too deep. */
static bool has_long_start(const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strspn(line, " \t>-+*0123456789.)") > PLAIN_START)
            return true;
    }
    return false;
}

/* Whether Markdown could make anything of it that matters here: code, a link, or an at sign. */
static bool needs_parser(const char *text)
{
    return has_long_start(text) || (strpbrk(text, "@&") && (strpbrk(text, "`~\\&[]_*\t") || strstr(text, "    ")));
}

static bool is_container(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    return type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_LIST;
}

/* Text within these is drawn as a link. */
static bool is_link(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    return type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE;
}

static void walk(cmark_node *document, struct markup *markup)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    int depth = 0, links = 0;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        int step = event == CMARK_EVENT_ENTER ? 1 : -1;
        if (is_container(node))
            depth += step;
        else if (is_link(node))
            links += step;
        else if (links == 0 && cmark_node_get_type(node) == CMARK_NODE_TEXT)
            mentions_add(&markup->handles, cmark_node_get_literal(node));
        if (depth > MARKUP_DEEPEST)
            markup->is_too_deep = true;
    }
    cmark_iter_free(iter);
}

/* Raw HTML is text on the page, so the parser sees none: ";" is a sign like "<" without a meaning. */
static char *without_html(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; (at = strchr(at, '<')); at++)
        *at = ';';
    return copy;
}

static void read_parsed(const char *text, struct markup *markup)
{
    char *copy = without_html(text);
    cmark_node *document = cmark_parse_document(copy, strlen(copy), CMARK_OPT_DEFAULT);

    cmark_consolidate_text_nodes(document);
    walk(document, markup);
    cmark_node_free(document);
    free(copy);
}

void markup_read(const char *text, struct markup *markup)
{
    *markup = (struct markup){TEXT_EMPTY, false};
    if (needs_parser(text))
        read_parsed(text, markup);
    else
        mentions_add(&markup->handles, text);
}

void markup_free(struct markup *markup)
{
    text_free(&markup->handles);
}
