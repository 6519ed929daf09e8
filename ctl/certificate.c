#include "ctl/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define SERIAL_BITS 127
#define DAY 86400L

static bool is_address(const char *name)
{
    struct in6_addr room;

    return inet_pton(AF_INET, name, &room) == 1 || inet_pton(AF_INET6, name, &room) == 1;
}

/* The characters that a subjectAltName can contain without changing its meaning for OpenSSL's parser. */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    const char *rest = strncmp(name, "*.", 2) == 0 ? name + 2 : name;

    return is_address(name) ||
           (*rest && strlen(name) <= 253 && *rest != '-' && *rest != '.' && rest[strspn(rest, letters)] == '\0');
}

static bool list_names(const char *const names[], struct text *list, struct text *why)
{
    for (; *names; names++) {
        if (!is_name(*names)) {
            text_add_format(why, "\"%s\" is neither a DNS name nor an IP address", *names);
            return false;
        }
        text_add_format(list, "%s%s:%s", list->length > 0 ? "," : "", is_address(*names) ? "IP" : "DNS", *names);
    }
    return true;
}

static bool add_extension(X509 *certificate, X509V3_CTX *context, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, kind, value);
    bool added = extension && X509_add_ext(certificate, extension, -1);

    X509_EXTENSION_free(extension);
    return added;
}

static bool add_extensions(X509 *certificate, const char *names)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    return add_extension(certificate, &context, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, &context, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, &context, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, &context, NID_subject_alt_name, names);
}

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool set = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

    BN_free(number);
    return set;
}

/* The name is shown to people only; browsers look at the list. It may have 64 letters. */
static bool set_subject(X509 *certificate, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"CoAgent", -1, -1, 0) &&
           (strlen(name) > 64 ||
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0)) &&
           X509_set_issuer_name(certificate, subject);
}

/* Valid from an hour ago, for clocks that are behind. */
static X509 *sign(EVP_PKEY *key, const char *name, const char *names, int days)
{
    X509 *certificate = X509_new();

    if (certificate && X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), days * DAY) && X509_set_pubkey(certificate, key) &&
        set_subject(certificate, name) && add_extensions(certificate, names) &&
        X509_sign(certificate, key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* The text that a PEM writer put into memory. */
static bool take_memory(BIO *memory, bool written, struct text *pem)
{
    char *bytes = NULL;
    long length = written ? BIO_get_mem_data(memory, &bytes) : 0;

    if (length > 0)
        text_add_bytes(pem, bytes, (size_t)length);
    if (bytes)
        OPENSSL_cleanse(bytes, (size_t)length);
    BIO_free(memory);
    return length > 0;
}

static bool write_pem(X509 *certificate, EVP_PKEY *key, struct text *certificate_pem, struct text *key_pem)
{
    BIO *first = BIO_new(BIO_s_mem());
    BIO *second = BIO_new(BIO_s_mem());

    bool wrote_first = take_memory(first, first && PEM_write_bio_X509(first, certificate), certificate_pem);
    bool wrote_second =
        take_memory(second, second && PEM_write_bio_PrivateKey(second, key, NULL, NULL, 0, NULL, NULL), key_pem);
    return wrote_first && wrote_second;
}

enum outcome certificate_make(const char *const names[], int days, struct text *certificate_pem, struct text *key_pem,
                              struct text *why)
{
    struct text list = TEXT_EMPTY;
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    enum outcome outcome = OUTCOME_INVALID;

    if (!list_names(names, &list, why))
        goto done;
    outcome = OUTCOME_FAILED;
    key = EVP_EC_gen("P-256");
    if (key)
        certificate = sign(key, names[0], text_string(&list), days);
    if (certificate && write_pem(certificate, key, certificate_pem, key_pem))
        outcome = OUTCOME_OK;
    else
        text_add_format(why, "OpenSSL cannot create the certificate: %s", ERR_reason_error_string(ERR_peek_error()));
done:
    X509_free(certificate);
    EVP_PKEY_free(key);
    text_free(&list);
    return outcome;
}

static FILE *open_file(const char *path, struct text *why)
{
    FILE *file = fopen(path, "re");

    if (!file)
        text_add_format(why, "%s cannot be read: %s", path, strerror(errno));
    return file;
}

static void examine(X509 *certificate, const char *host, struct certificate_facts *facts)
{
    int days = 0, seconds = 0;

    facts->self_signed = X509_self_signed(certificate, 0) == 1;
    X509_NAME_oneline(X509_get_subject_name(certificate), facts->subject, sizeof facts->subject);
    if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)))
        facts->seconds = days * (long long)DAY + seconds;
    if (!*host)
        facts->names_host = true;
    else if (is_address(host))
        facts->names_host = X509_check_ip_asc(certificate, host, 0) == 1;
    else
        facts->names_host = X509_check_host(certificate, host, 0, 0, NULL) == 1;
}

enum outcome certificate_read(const char *path, const char *key_path, const char *host, struct certificate_facts *facts,
                              struct text *why)
{
    FILE *file = open_file(path, why);
    FILE *key_file = file && key_path ? open_file(key_path, why) : NULL;
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    enum outcome outcome = OUTCOME_ABSENT;

    memset(facts, 0, sizeof *facts);
    if (!file || (key_path && !key_file))
        goto done;
    outcome = OUTCOME_INVALID;
    certificate = PEM_read_X509(file, NULL, NULL, NULL);
    if (key_file)
        key = PEM_read_PrivateKey(key_file, NULL, NULL, (void *)"");
    if (!certificate || (key_file && !key)) {
        text_add_format(why, "%s is not a %s in PEM", certificate ? key_path : path,
                        certificate ? "private key without a pass phrase" : "certificate");
        goto done;
    }
    outcome = OUTCOME_OK;
    examine(certificate, host, facts);
    facts->fits_key = key && X509_check_private_key(certificate, key) == 1;
done:
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (file)
        fclose(file);
    if (key_file)
        fclose(key_file);
    return outcome;
}

void url_host(const char *url, struct text *host)
{
    const char *start = strstr(url, "://");

    if (!start)
        return;
    start += 3;
    if (*start == '[')
        text_add_bytes(host, start + 1, strcspn(start + 1, "]"));
    else
        text_add_bytes(host, start, strcspn(start, ":/"));
}
