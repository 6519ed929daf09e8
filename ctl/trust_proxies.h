/* The file by which nginx believes the proxies of TRUSTED_PROXIES, and no other client, whom they forward. */
#ifndef COAGENT_TRUST_PROXIES_H
#define COAGENT_TRUST_PROXIES_H

#include "base/config.h"
#include "base/text.h"

#define PROXIES_FILE "trusted-proxies.conf" /* beside the settings; limits.conf of nginx includes it */

/* Its content for these settings. */
void write_proxies(const struct config *config, struct text *lines);

#endif
