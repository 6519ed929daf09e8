/* Certificates for TLS: the only part that knows OpenSSL. */
#ifndef COAGENT_CERTIFICATE_H
#define COAGENT_CERTIFICATE_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>

/* A fresh P-256 key and a certificate that it signs itself, for a server with these names (DNS names, "*.example.org",
 * or IP addresses; ended by NULL, at least one), both in PEM. INVALID with why when something is not a name, FAILED
 * when OpenSSL fails. The key is freed with text_free_secret. */
enum outcome certificate_make(const char *const names[], int days, struct text *certificate, struct text *key,
                              struct text *why);

struct certificate_facts {
    bool self_signed;
    bool fits_key;     /* the private key is that of the certificate */
    bool names_host;   /* browsers take it for this host */
    long long seconds; /* until it expires; negative: since it did */
    char subject[256];
};

/* The contents of the files. host can be "", which matches. ABSENT when one of them is not there or cannot be opened,
 * INVALID when it is not PEM; why says which. key_file NULL: only the certificate is looked at. */
enum outcome certificate_read(const char *file, const char *key_file, const char *host, struct certificate_facts *facts,
                              struct text *why);

/* The name or address in a URL, without its scheme, port and brackets; "" when there is none. */
void url_host(const char *url, struct text *host);

#endif
