/*
 * event.c - the list of effects a turn leaves behind.
 *
 * Must never carry one out: effects are promises until the turn's commit.
 * Read engine.c for who adds them.
 */
#include "daemon/core/event.h"

#include "proto/bounds.h"

#define EFFECTS_MOST 65536u
/* Every session may fill its out-budget in one turn. */
#define EFFECTS_BYTES_MOST                                                     \
	((size_t)LIMIT_SESSIONS * (size_t)LIMIT_SESSION_OUT_BYTES)

void effects_init(struct effects *effects)
{
	memset(effects, 0, sizeof *effects);
	buf_init(&effects->bytes, EFFECTS_BYTES_MOST);
	buf_init(&effects->room, EFFECTS_MOST * sizeof(struct effect));
}

void effects_release(struct effects *effects)
{
	buf_release(&effects->room);
	buf_release(&effects->bytes);
	memset(effects, 0, sizeof *effects);
}

void effects_clear(struct effects *effects)
{
	effects->count = 0;
	effects->failed = 0;
	buf_clear(&effects->room);
	buf_clear(&effects->bytes);
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
	struct effect *effect;
	void *room = buf_extend(&effects->room, sizeof *effect);

	if (room == NULL) {
		effects->failed = ERR_NOMEM;
		return NULL;
	}
	/* A buffer starts where any type may. */
	effects->items = (void *)effects->room.ptr;
	effect = room;
	memset(effect, 0, sizeof *effect);
	effect->kind = kind;
	effects->count++;
	return effect;
}

/* Does this effect end where the next bytes will be put? */
static bool effect_goes_on(const struct effects *effects,
			   const struct effect *effect, uint32_t conn,
			   size_t offset)
{
	return effects->count > 0 && effect->kind == EFFECT_SEND &&
	       effect->conn == conn && effect->offset + effect->len == offset;
}

void effects_sent(struct effects *effects, uint32_t conn, size_t offset)
{
	size_t len = effects->bytes.len - offset;
	struct effect *last = NULL;

	if (effects->bytes.failed != 0) {
		effects->failed = ERR_NOMEM;
		return;
	}
	if (len == 0)
		return;
	if (effects->count > 0)
		last = &effects->items[effects->count - 1];
	if (last != NULL && effect_goes_on(effects, last, conn, offset)) {
		last->len += len;
		return;
	}
	last = effects_add(effects, EFFECT_SEND);
	if (last == NULL)
		return;
	last->conn = conn;
	last->offset = offset;
	last->len = len;
}

void effects_send(struct effects *effects, uint32_t conn, struct bytes bytes)
{
	size_t offset = effects->bytes.len;

	buf_put(&effects->bytes, bytes.ptr, bytes.len);
	effects_sent(effects, conn, offset);
}
