/* The forms in which secrets commonly show, as one table: a new form is a row of it. */
#ifndef COAGENT_MASK_FORMS_H
#define COAGENT_MASK_FORMS_H

#include "base/text.h"
#include "cron/mask/mask.h"

#include <stddef.h>

/* How a character is written that cannot stand as it is. */
enum form_code {
    FORM_PLAIN,         /* as it is */
    FORM_PERCENT_UPPER, /* %C3%A4 */
    FORM_PERCENT_LOWER,
    FORM_UTF16_UPPER, /* \u00E4, in two halves when it is beyond U+FFFF */
    FORM_UTF16_LOWER,
    FORM_BYTES, /* \xc3\xa4 */
    FORM_POINT, /* \xe4, \u20ac, \U0001f600 */
    FORM_OCTAL, /* \303\244 */
};

/* An encoding of text, character by character: what pairs say; a backslash before those that need one; as it is what
 * may stand so; the rest as codes. */
struct form {
    const char *name;
    const char *const *pairs;    /* "<", "&lt;", … NULL; or NULL */
    const char *backslash;       /* characters that get one; or NULL */
    const char *allowed;         /* besides letters and digits; NULL: all that is printable */
    enum form_code ascii, other; /* for the rest of ASCII, and for what is beyond */
};

extern const struct form form_rows[];
extern const size_t form_count;

/* Adds the secret (UTF-8) in this form. */
void form_write(const struct form *form, const char *secret, struct text *text);

/* Adds the secret in all forms to what is hidden: as it is, without the space around it, in each row, in base64 and in
 * hexadecimal digits; and its lines. */
void forms_add(struct mask *mask, const char *secret);

#endif
