/* Regular expressions that take a bounded time whatever they are: a subset of ECMAScript's, as JSON Schema wants them,
 * matched by walking all states of a small automaton at once. There is no backtracking, so a match costs at most the
 * length of the text times the size of the automaton, and the caller's budget ends it earlier.
 *
 * Known are: literals . [a-z] [^a-z] \d \D \w \W \s \S \b \B \t \n \r \f \v \xHH \uHHHH, a backslash before
 * punctuation, ^ $ | ( ) (?: ) (?<name> ) ? * + {n} {n,} {n,m} and their lazy forms, and (?i) at the start, which
 * concerns the letters A to Z. Back-references, look-around and other options are refused. */
#ifndef COAGENT_PATTERN_H
#define COAGENT_PATTERN_H

#include "base/outcome.h"
#include "base/text.h"

struct pattern;

/* Compiles an expression in valid UTF-8. INVALID: why gets the end of a sentence ("repeats too much: …"). The caller
 * frees it with pattern_free, which takes NULL. */
enum outcome pattern_compile(const char *source, struct pattern **pattern, struct text *why);
void pattern_free(struct pattern *pattern);

/* How large the automaton is: what pattern_matches costs for a character at most. */
long pattern_size(const struct pattern *pattern);

/* Whether the expression fits somewhere in the text: OK or ABSENT. LIMITED: the work that was left did not suffice.
 * *work goes down by the steps that were taken. */
enum outcome pattern_matches(const struct pattern *pattern, const char *text, long *work);

#endif
