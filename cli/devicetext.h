/*
 * devicetext.h - what is said about the other devices: since when, last seen,
 * and what they do not have yet. Pure: what time it is comes in.
 */
#ifndef KEPT_CLI_DEVICETEXT_H
#define KEPT_CLI_DEVICETEXT_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"
#include "proto/civil.h"

/* Its name, or what there is of its id while that is sealed. */
void devicetext_put_name(struct buf *out, const cJSON *device);
/* "2 minutes ago", "yesterday 21:40", "41 days ago"; nothing for ms <= 0. */
void devicetext_put_ago(struct buf *out, struct civil_instant now, int64_t ms);
/* "this one", "paired 2 Oct", "taken out", or nothing. */
void devicetext_put_standing(struct buf *out, struct civil_instant now,
			     const cJSON *device);
/* "connected", or when it was last seen. */
void devicetext_put_seen(struct buf *out, struct civil_instant now,
			 const cJSON *device);
/* "3 entries waiting for it", "quiet for a while; still yours?", or nothing. */
void devicetext_put_note(struct buf *out, struct civil_instant now,
			 const cJSON *device);
/*
 * ", all on 2 devices but 3 (phone not seen since yesterday)" from a status;
 * nothing where there is no other device.
 */
void devicetext_put_reach(struct buf *out, struct civil_instant now,
			  const cJSON *status);

#endif
