/* Sets of characters in a regular expression: [a-z], \d, \S and the point. For compile.c only. */
#ifndef COAGENT_PATTERN_SET_H
#define COAGENT_PATTERN_SET_H

#include "pattern/program.h"

/* Begins another set and returns its number, or -1 when there are too many. What is added goes to the last one. */
int set_begin(struct pattern *pattern);

/* Adds a range; false when there are too many. */
bool set_add(struct pattern *pattern, uint32_t least, uint32_t most);

/* Adds what the escape \d \D \w \W \s \S or '.' stands for. false: letter is none of them, or there are too many. */
bool set_add_class(struct pattern *pattern, char letter);

/* Whether a letter behind a backslash stands for a set. */
bool set_is_class(char letter);

/* Ends the set: what it has is not meant, or upper and lower case count as the same. */
void set_end(struct pattern *pattern, bool negated);

#endif
