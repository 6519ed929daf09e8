#include "fcgi/fast/openssl.h"

MARK_LOCAL const void *const openssl_begin_local = &openssl_begin_local;
MARK const void *const openssl_begin = &openssl_begin;
