#include "model/token_text.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_DIGITS 32
#define SECRET_BYTES 32
#define SECRET_LENGTH 43

char *token_text_make(const char *prefix, const char *const ids[])
{
    struct text token = TEXT_EMPTY;
    char digits[UUID_DIGITS_SIZE];
    char *secret = random_token(SECRET_BYTES);

    text_add(&token, prefix);
    for (; *ids; ids++)
        text_add(&token, uuid_digits(*ids, digits));
    text_add_char(&token, '_');
    text_add(&token, secret);
    explicit_bzero(secret, strlen(secret));
    free(secret);
    return token.bytes;
}

bool token_text_read(const char *token, const char *prefix, size_t count, char ids[][UUID_SIZE])
{
    size_t digits = count * ID_DIGITS;
    const char *hex = token + strlen(prefix);

    if (strncmp(token, prefix, strlen(prefix)) != 0 || strlen(hex) != digits + 1 + SECRET_LENGTH || hex[digits] != '_')
        return false;
    for (size_t i = 0; i < digits; i++)
        if (!isxdigit((unsigned char)hex[i]))
            return false;
    for (const char *at = hex + digits + 1; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
            return false;
    for (size_t i = 0; i < count; i++, hex += ID_DIGITS)
        snprintf(ids[i], UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return true;
}
