/* An endpoint that does not answer: why, in words for people, and when to ask it again. Pure. */
#ifndef COAGENT_REFUSAL_H
#define COAGENT_REFUSAL_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* The endpoint's own words in a reply: of JSON in any of the usual forms ({"error": {"message"}}, {"error": "…"},
 * [{"error"}], {"message"}, {"detail"}, {"errors"} …), the title of HTML, or plain text; at most 500 bytes of valid
 * UTF-8 in one line, nothing when there are none. */
void refusal_reason(const char *body, size_t length, struct text *reason);

/* The sentence for people. status 0: the error came inside a reply that began well, so that its own code or type tells
 * what it is. Returns whether asking the same again later can help. */
bool refusal_explain(long status, const char *body, size_t length, struct text *sentence);

/* How long to wait before attempt number n (1: the first repetition): 0.5 s doubled each time up to 20 s, by chance
 * between half of that and all of it; never less than Retry-After asks for. chance is from 0 to 1. -1: not worth
 * waiting, because it is the fifth repetition or Retry-After is more than a minute. */
long refusal_delay_ms(int n, long long retry_after_ms, double chance);

/* Adds a sentence about a Retry-After that is more than a minute; nothing for less. */
void refusal_explain_wait(long long retry_after_ms, struct text *sentence);

#endif
