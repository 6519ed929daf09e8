/* Where the static program has OpenSSL's relocated data: between objects that are linked before and after it, in each
 * of the two sections that the linker lays together from all objects. */
#ifndef COAGENT_FAST_OPENSSL_H
#define COAGENT_FAST_OPENSSL_H

#define MARK_LOCAL __attribute__((section(".data.rel.ro.local")))
#define MARK __attribute__((section(".data.rel.ro")))

/* Each points to itself, which is what makes a relocation. */
extern const void *const openssl_begin_local, *const openssl_end_local;
extern const void *const openssl_begin, *const openssl_end;

#endif
