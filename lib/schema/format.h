/* The formats of texts that are checked; others only describe a text, as JSON Schema has it. */
#ifndef COAGENT_SCHEMA_FORMAT_H
#define COAGENT_SCHEMA_FORMAT_H

/* Why a text is not of this format: a sentence in static storage, or NULL when it is or the format is not checked. */
const char *format_fault(const char *format, const char *text);

#endif
