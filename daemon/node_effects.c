/*
 * node_effects.c - the list of what the shell has to carry out.
 *
 * Never carries anything out. Read next: node_turn.c.
 */
#include "daemon/node_parts.h"

#include "proto/base/mem.h"

#define LIMIT_EFFECT_COUNT 65536u
#define LIMIT_EFFECT_BYTES (LIMIT_CLIENTS * (size_t)LIMIT_CLIENT_OUT_BYTES)

void node_effects_init(struct node_effects *effects)
{
	memset(effects, 0, sizeof *effects);
	effects_init(&effects->peer);
	buf_init(&effects->bytes, LIMIT_EFFECT_BYTES);
}

void node_effects_release(struct node_effects *effects)
{
	effects_release(&effects->peer);
	mem_free(effects->items);
	buf_release(&effects->bytes);
	memset(effects, 0, sizeof *effects);
}

void node_effects_clear(struct node_effects *effects)
{
	effects_clear(&effects->peer);
	buf_clear(&effects->bytes);
	effects->count = 0;
	effects->peers_dropped = false;
	effects->failed = 0;
}

struct node_effect *node_effects_add(struct node_effects *effects,
				     enum node_effect_kind kind)
{
	struct node_effect *effect;

	if (effects->count == effects->cap) {
		size_t cap = effects->cap == 0 ? 32 : effects->cap * 2;
		struct node_effect *items = NULL;

		if (cap <= LIMIT_EFFECT_COUNT)
			items = mem_realloc(effects->items, cap, sizeof *items);
		if (items == NULL) {
			effects->failed = ERR_NOMEM;
			return NULL;
		}
		effects->items = items;
		effects->cap = cap;
	}
	effect = &effects->items[effects->count++];
	memset(effect, 0, sizeof *effect);
	effect->kind = kind;
	return effect;
}

void node_effects_write_file(struct node_effects *effects, const char *name,
			     struct bytes bytes)
{
	struct node_effect *effect = node_effects_add(effects, NODE_WRITE_FILE);

	if (effect == NULL)
		return;
	snprintf(effect->name, sizeof effect->name, "%s", name);
	effect->offset = effects->bytes.len;
	effect->len = bytes.len;
	if (buf_put(&effects->bytes, bytes.ptr, bytes.len) != 0)
		effects->failed = ERR_NOMEM;
}
