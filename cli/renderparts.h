/*
 * renderparts.h - pieces that the line and the page of an entry share. Inside
 * of rendergist.c and renderentry.c.
 */
#ifndef KEPT_CLI_RENDERPARTS_H
#define KEPT_CLI_RENDERPARTS_H

#include "cli/render.h"

void render_put_str(struct buf *out, const char *text);
/* " · " if anything was put since begin. */
void render_put_between(struct buf *out, const struct render *render,
			size_t begin);
void render_put_number(struct buf *out, double number);
/* "75 → 40", or the one that is there; either may be NULL. */
void render_put_from_to(struct buf *out, const struct render *render,
			const cJSON *before, const cJSON *after);

#endif
