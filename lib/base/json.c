#include "base/json.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 32

/* json-c is lenient where RFC 8259 is not (NaN, raw control characters, lone surrogates, duplicate keys, numbers that
 * it clamps), differently from version to version. So a scanner of our own decides what is JSON, and json-c only
 * builds the document. */
struct scanner {
    const char *at;
    const char *end;
    int depth;
    size_t members; /* keys seen in all objects: json-c keeps fewer when one is doubled */
    const char *why;
    struct text *widened; /* NULL, or the document up to "copied", with the exponent 0 behind integers beyond int64 */
    const char *copied;
};

static bool scan_value(struct scanner *s);

static bool refuse(struct scanner *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

static bool malformed(struct scanner *s)
{
    return refuse(s, "The body is not well-formed JSON.");
}

static char peek(const struct scanner *s)
{
    return s->at < s->end ? *s->at : '\0'; /* NUL is never valid here, see utf8_is_valid */
}

static bool take(struct scanner *s, char c)
{
    if (peek(s) != c)
        return false;
    s->at++;
    return true;
}

static void skip_space(struct scanner *s)
{
    while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
        s->at++;
}

static bool scan_word(struct scanner *s, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return malformed(s);
    s->at += length;
    return true;
}

static size_t skip_digits(struct scanner *s)
{
    const char *start = s->at;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return (size_t)(s->at - start);
}

static bool fits_type(const char *number, bool whole)
{
    errno = 0;
    if (whole)
        (void)strtoll(number, NULL, 10);
    return whole ? errno == 0 : isfinite(strtod(number, NULL)) != 0;
}

/* Whether the number has at most JSON_DIGITS digits when it is written without an exponent: PostgreSQL's jsonb refuses
 * 1e-20000, which a double takes for 0. */
static bool is_bounded(const char *number)
{
    const char *exponent = strpbrk(number, "eE");
    size_t digits = exponent ? (size_t)(exponent - number) : strlen(number);
    long shift = exponent ? strtol(exponent + 1, NULL, 10) : 0;

    return shift >= -JSON_DIGITS && shift <= JSON_DIGITS && digits + (size_t)labs(shift) <= JSON_DIGITS;
}

/* json-c clamps integers that its types do not hold, and keeps the text of what has an exponent. */
static void widen(struct scanner *s)
{
    text_add_bytes(s->widened, s->copied, (size_t)(s->at - s->copied));
    text_add(s->widened, "e0");
    s->copied = s->at;
}

/* Numbers beyond the range of strtoll and strtod are rejected, not clamped, or kept as they are written. */
static bool check_range(struct scanner *s, const char *start, bool whole)
{
    char digits[JSON_DIGITS + 16];
    size_t length = (size_t)(s->at - start);
    bool fits;

    if (length >= (s->widened ? sizeof digits : 64))
        return refuse(s, "A number in the body is too long.");
    memcpy(digits, start, length);
    digits[length] = '\0';
    fits = fits_type(digits, whole);
    if (!is_bounded(digits) || !(fits || s->widened))
        return refuse(s, "A number in the body is out of range.");
    if (whole && !fits)
        widen(s);
    return true;
}

static bool scan_number(struct scanner *s)
{
    const char *start = s->at;
    bool whole = true;
    take(s, '-');
    if (!take(s, '0') && skip_digits(s) == 0)
        return malformed(s);
    if (take(s, '.')) {
        whole = false;
        if (skip_digits(s) == 0)
            return malformed(s);
    }
    if (take(s, 'e') || take(s, 'E')) {
        whole = false;
        if (!take(s, '+'))
            take(s, '-');
        if (skip_digits(s) == 0)
            return malformed(s);
    }
    return check_range(s, start, whole);
}

/* The four hex digits of a \u escape, or -1. */
static int scan_unit(struct scanner *s)
{
    int unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = peek(s);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
        s->at++;
    }
    return unit;
}

static bool scan_unicode_escape(struct scanner *s)
{
    int unit = scan_unit(s);
    if (unit < 0)
        return malformed(s);
    if (unit == 0)
        return refuse(s, "The character U+0000 is not allowed.");
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    int low = unit <= 0xdbff && take(s, '\\') && take(s, 'u') ? scan_unit(s) : -1;
    return (low >= 0xdc00 && low <= 0xdfff) || refuse(s, "A \\u escape in the body is half of a surrogate pair.");
}

static bool scan_string(struct scanner *s)
{
    if (!take(s, '"'))
        return malformed(s);
    while (s->at < s->end) {
        char c = *s->at++;
        if (c == '"')
            return true;
        if ((unsigned char)c < 0x20)
            return malformed(s);
        if (c != '\\')
            continue;
        if (take(s, 'u')) {
            if (!scan_unicode_escape(s))
                return false;
        } else if (s->at < s->end && strchr("\"\\/bfnrt", *s->at)) {
            s->at++;
        } else {
            return malformed(s);
        }
    }
    return malformed(s);
}

static bool scan_member(struct scanner *s)
{
    skip_space(s);
    if (!scan_string(s))
        return false;
    s->members++;
    skip_space(s);
    return take(s, ':') ? scan_value(s) : malformed(s);
}

/* The inside of an object or array, up to its closing bracket. */
static bool scan_items(struct scanner *s, char closing, bool (*scan_item)(struct scanner *))
{
    if (++s->depth > DEEPEST)
        return refuse(s, "The body is nested more than 32 levels deep.");
    s->at++;
    skip_space(s);
    if (!take(s, closing)) {
        do {
            if (!scan_item(s))
                return false;
            skip_space(s);
        } while (take(s, ','));
        if (!take(s, closing))
            return malformed(s);
    }
    s->depth--;
    return true;
}

static bool scan_value(struct scanner *s)
{
    bool valid = false;
    skip_space(s);
    switch (peek(s)) {
    case '{': valid = scan_items(s, '}', scan_member); break;
    case '[': valid = scan_items(s, ']', scan_value); break;
    case '"': valid = scan_string(s); break;
    case 't': valid = scan_word(s, "true"); break;
    case 'f': valid = scan_word(s, "false"); break;
    case 'n': valid = scan_word(s, "null"); break;
    default: valid = scan_number(s);
    }
    skip_space(s);
    return valid;
}

static size_t count_members(struct json_object *value)
{
    size_t count = 0;
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member)
        {
            (void)key;
            count += 1 + count_members(member);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            count += count_members(json_object_array_get_idx(value, i));
    }
    return count;
}

static enum json_tokener_error build(const char *bytes, size_t length, struct json_object **document)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEEPEST + 2);
    if (!tokener)
        return json_tokener_error_size;
    *document = json_tokener_parse_ex(tokener, bytes, (int)length);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a bare number ends only with the text */
        *document = json_tokener_parse_ex(tokener, "", 1);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    return error;
}

static enum outcome parse(struct scanner *s, size_t length, struct json_object **document, const char **why)
{
    const char *begin = s->at;

    *document = NULL;
    if (length >= INT_MAX)
        refuse(s, "The body is too large.");
    else if (!utf8_is_valid(begin, length))
        refuse(s, "The body is not valid UTF-8 or contains NUL.");
    else if (scan_value(s) && s->at != s->end)
        refuse(s, "The body continues after the JSON document.");
    if (!s->why && s->widened && s->copied != begin) {
        text_add_bytes(s->widened, s->copied, (size_t)(s->end - s->copied));
        begin = s->widened->bytes;
        length = s->widened->length;
    }
    if (!s->why && build(begin, length, document) != json_tokener_success)
        malformed(s);
    if (!s->why && count_members(*document) != s->members)
        refuse(s, "A key appears twice in one object.");
    if (!s->why)
        return OUTCOME_OK;
    json_object_put(*document);
    *document = NULL;
    *why = s->why;
    return OUTCOME_INVALID;
}

enum outcome json_parse(const char *bytes, size_t length, struct json_object **document, const char **why)
{
    const char *begin = bytes ? bytes : ""; /* a text that nothing was added to */
    struct scanner s = {.at = begin, .end = begin + length};

    return parse(&s, length, document, why);
}

enum outcome json_parse_whole(const char *bytes, size_t length, struct json_object **document, const char **why)
{
    const char *begin = bytes ? bytes : "";
    struct text widened = TEXT_EMPTY;
    struct scanner s = {.at = begin, .end = begin + length, .widened = &widened, .copied = begin};
    enum outcome outcome = parse(&s, length, document, why);

    text_free_secret(&widened);
    return outcome;
}

/* The length of the sequence that a lead byte begins, and the range of the byte after it: RFC 3629's table, which
 * leaves out overlong forms, surrogates and what is above U+10FFFF. 0: no lead byte. */
static size_t utf8_lead(unsigned char lead, unsigned char *least, unsigned char *most)
{
    *least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80)
        return lead ? 1 : 0;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

bool utf8_is_valid(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    const unsigned char *end = at + length;
    while (at < end) {
        unsigned char least, most;
        size_t size = utf8_lead(*at, &least, &most);
        if (size == 0 || size > (size_t)(end - at))
            return false;
        for (size_t i = 1; i < size; i++) {
            if (at[i] < least || at[i] > most)
                return false;
            least = 0x80;
            most = 0xbf;
        }
        at += size;
    }
    return true;
}

size_t utf8_length(const char *string)
{
    size_t length = 0;
    for (; *string; string++)
        length += ((unsigned char)*string & 0xc0) != 0x80;
    return length;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

const char *json_text(struct json_object *object, const char *key)
{
    struct json_object *value = json_member(object, key);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

long long json_long(struct json_object *object, const char *key, long long fallback)
{
    struct json_object *value = json_member(object, key);
    return json_object_is_type(value, json_type_int) ? (long long)json_object_get_int64(value) : fallback;
}

bool json_flag(struct json_object *object, const char *key, bool fallback)
{
    struct json_object *value = json_member(object, key);
    return json_object_is_type(value, json_type_boolean) ? json_object_get_boolean(value) : fallback;
}
