#include "cron/script/mask.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A key of many lines is often shown line by line, indented or not. */
static void add_lines(struct mask *mask, const char *secret)
{
    if (!strpbrk(secret, "\r\n"))
        return;
    for (const char *line = secret; *line; line += strspn(line, "\r\n")) {
        size_t length = strcspn(line, "\r\n");
        const char *first = line + strspn(line, " \t");
        const char *end = line + length;

        while (end > first && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        if (end > first)
            mask_add(mask, first, (size_t)(end - first));
        line += length;
    }
}

/* Encoders break long lines. */
static void add_pieces(struct mask *mask, const char *encoded, size_t length, size_t width)
{
    for (size_t at = 0; length > width && at < length; at += width)
        mask_add(mask, encoded + at, length - at < width ? length - at : width);
}

/* Base64 of something that has the secret within it: three letters stand for three bytes, so it looks different for
 * each place modulo 3. Of the letters that it shares with its neighbours nothing is known. */
static void add_base64(struct mask *mask, const char *secret, size_t length, int variant)
{
    static const size_t shared[] = {0, 2, 3};
    size_t size = sodium_base64_encoded_len(length + 2, variant);
    unsigned char *bytes = calloc(1, length + 2);
    char *encoded = malloc(size);

    if (!bytes || !encoded)
        abort();
    for (size_t offset = 0; offset < 3; offset++) {
        memcpy(bytes + offset, secret, length);
        sodium_bin2base64(encoded, size, bytes, offset + length, variant);
        size_t whole = (offset + length) * 8 / 6;
        mask_add(mask, encoded + shared[offset], whole - shared[offset]);
        if (offset == 0) {
            mask_add(mask, encoded, strlen(encoded));
            add_pieces(mask, encoded, strlen(encoded), 64);
            add_pieces(mask, encoded, strlen(encoded), 76);
        }
    }
    sodium_memzero(bytes, length + 2);
    sodium_memzero(encoded, size);
    free(bytes);
    free(encoded);
}

/* Percent-encoding is not the same everywhere: digits in lower case, a plus sign for a space. */
static void add_percent(struct mask *mask, const char *secret)
{
    struct text form = TEXT_EMPTY;
    struct text small = TEXT_EMPTY;
    struct text plus = TEXT_EMPTY;

    text_add_url(&form, secret);
    for (const char *at = text_string(&form); *at;) {
        size_t length = *at == '%' ? 3 : 1;

        for (size_t i = 0; i < length; i++)
            text_add_char(&small, length == 3 ? (char)tolower((unsigned char)at[i]) : at[i]);
        if (strncmp(at, "%20", 3) == 0)
            text_add_char(&plus, '+');
        else
            text_add_bytes(&plus, at, length);
        at += length;
    }
    if (form.length != strlen(secret)) {
        mask_add(mask, form.bytes, form.length);
        mask_add(mask, small.bytes, small.length);
        mask_add(mask, plus.bytes, plus.length);
    }
    text_free_secret(&form);
    text_free_secret(&small);
    text_free_secret(&plus);
}

static void add_json(struct mask *mask, const char *secret)
{
    struct text form = TEXT_EMPTY;

    text_add_json(&form, secret);
    if (form.length - 2 != strlen(secret))
        mask_add(mask, form.bytes + 1, form.length - 2);
    text_free_secret(&form);
}

void mask_add_secret(struct mask *mask, const char *secret)
{
    size_t length = strlen(secret);

    if (length < MASK_LEAST)
        return;
    mask_add(mask, secret, length);
    add_lines(mask, secret);
    add_base64(mask, secret, length, sodium_base64_VARIANT_ORIGINAL);
    add_base64(mask, secret, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    add_percent(mask, secret);
    add_json(mask, secret);
}
