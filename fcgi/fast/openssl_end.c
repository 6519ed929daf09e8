#include "fcgi/fast/openssl.h"

MARK_LOCAL const void *const openssl_end_local = &openssl_end_local;
MARK const void *const openssl_end = &openssl_end;
