/*
 * region.h - the country whose help lines are shown, without asking keptd.
 */
#ifndef KEPT_CLI_REGION_H
#define KEPT_CLI_REGION_H

#include "proto/base/bytes.h"

#define REGION_BYTES 17u

/* The setting `region` as a country: in lower case, uk is gb; "" of one that
 * is too long to be any. */
void region_from_setting(const char *value, char out[REGION_BYTES]);
/* The country of a locale's name: "en_US.UTF-8" is us; "" if it has none. */
void region_from_locale(const char *locale, char out[REGION_BYTES]);
/* Is it in "us|ca", or in the eu that stands there? */
bool region_is_in(const char *region, const char *regions);

#endif
