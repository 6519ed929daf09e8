/* Finds many strings in a stream at once, in a time that grows with the stream only (Aho and Corasick). Pure.
 *
 * A state is the longest part at the end of what was read that begins one of the strings; 0 is none. */
#ifndef COAGENT_MASK_AUTOMATON_H
#define COAGENT_MASK_AUTOMATON_H

#include <stddef.h>
#include <stdint.h>

#define AUTOMATON_LEAST 4 /* bytes: the shortest string */

struct automaton;

struct automaton *automaton_new(void);

/* A string to find; shorter ones are ignored. Not after automaton_close. */
void automaton_add(struct automaton *automaton, const void *bytes, size_t length);

/* The strings are complete: makes the states. */
void automaton_close(struct automaton *automaton);

/* Wipes what it knows. NULL is fine. */
void automaton_free(struct automaton *automaton);

/* Whether it has no strings. */
int automaton_is_empty(const struct automaton *automaton);

/* Reads from at on until a string ends: answers the place behind it, and in *found the length of the longest one that
 * ends there. At the end of the bytes it answers length with *found 0. */
size_t automaton_read(const struct automaton *automaton, uint32_t *state, const char *bytes, size_t at, size_t length,
                      size_t *found);

/* How many bytes at the end of what was read may belong to a string that is not complete. */
size_t automaton_open(const struct automaton *automaton, uint32_t state);

#endif
