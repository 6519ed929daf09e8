/* The symbols of Kerberos and LDAP that libpq needs; Debian has no static libraries of them. The pool's connections are
 * to a unix socket or to this machine and never encrypted, so none of it is of use: Kerberos has no credentials, and a
 * service file that names an LDAP server is an error. */
#include <stddef.h>

#define ABSENT_FAILING(name)                                                                                           \
    int name(void);                                                                                                    \
    int name(void)                                                                                                     \
    {                                                                                                                  \
        return FAILURE;                                                                                                \
    }
#define ABSENT_FINDING(name)                                                                                           \
    void *name(void);                                                                                                  \
    void *name(void)                                                                                                   \
    {                                                                                                                  \
        return NULL;                                                                                                   \
    }
#define ABSENT_FREEING(name)                                                                                           \
    void name(void);                                                                                                   \
    void name(void)                                                                                                    \
    {                                                                                                                  \
    }

enum { FAILURE = 13 << 16 }; /* GSS_S_FAILURE; no LDAP_SUCCESS either */

/* clang-format off */
extern const void *const GSS_C_NT_HOSTBASED_SERVICE;
const void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;
ABSENT_FAILING(gss_acquire_cred)
ABSENT_FAILING(gss_delete_sec_context)
ABSENT_FAILING(gss_display_status)
ABSENT_FAILING(gss_import_name)
ABSENT_FAILING(gss_init_sec_context)
ABSENT_FAILING(gss_release_buffer)
ABSENT_FAILING(gss_release_cred)
ABSENT_FAILING(gss_release_name)
ABSENT_FAILING(gss_unwrap)
ABSENT_FAILING(gss_wrap)
ABSENT_FAILING(gss_wrap_size_limit)

ABSENT_FAILING(ldap_count_entries)
ABSENT_FINDING(ldap_first_entry)
ABSENT_FINDING(ldap_get_values_len)
ABSENT_FINDING(ldap_init)
ABSENT_FREEING(ldap_msgfree)
ABSENT_FAILING(ldap_result)
ABSENT_FAILING(ldap_search_st)
ABSENT_FAILING(ldap_set_option)
ABSENT_FAILING(ldap_simple_bind)
ABSENT_FAILING(ldap_unbind)
ABSENT_FREEING(ldap_value_free_len)
/* clang-format on */

const char *ldap_err2string(int error);
const char *ldap_err2string(int error)
{
    (void)error;
    return "this program has no LDAP";
}
