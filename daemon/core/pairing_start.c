/*
 * pairing_start.c - what the wiring calls: a code is shown or typed, words
 * are compared, what was asked for is done.
 *
 * Must never begin while a journal is here already (joiner) or is not
 * (inviter). Read pairing.c for what happens in between.
 */
#include "daemon/core/pairing.h"

#include "daemon/core/pairing_inside.h"

static void enter(struct engine *engine, struct turn_time time,
		  struct effects *effects)
{
	engine->time = time;
	engine->effects = effects;
}

static bool keep_name(struct pairing *pairing, const char *name)
{
	if (strlen(name) > LIMIT_DEVICE_NAME_BYTES)
		return false;
	memset(pairing->name, 0, sizeof pairing->name);
	memcpy(pairing->name, name, strlen(name));
	return true;
}

static int check_idle(const struct engine *engine, struct err *err)
{
	if (engine->pairing->now.active)
		return err_set(err, ERR_EXISTS, "A pairing is under way.");
	return 0;
}

int pairing_start_show(struct engine *engine, const struct pairing_show *show,
		       struct turn_time time, struct effects *effects,
		       struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct effect *effect;
	uint32_t strikes;
	int rc = check_idle(engine, err);

	if (rc == 0 && !engine_may_sync(engine))
		rc = err_set(err, ERR_NO_JOURNAL, "%s",
			     err_text(ERR_NO_JOURNAL));
	if (rc == 0)
		rc = pairing_get_strikes(engine, &strikes, err);
	if (rc != 0)
		return rc;
	if (show->code.len == 0 || show->code.len > PAIR_CODE_BYTES ||
	    show->qr_code.len > PAIR_CODE_BYTES ||
	    strlen(show->listen) >= sizeof effect->address ||
	    !keep_name(pairing, show->name))
		return err_set(err, ERR_USAGE, "%s", err_text(ERR_USAGE));
	enter(engine, time, effects);
	memset(&pairing->now, 0, sizeof pairing->now);
	pairing->now.active = true;
	pairing->now.inviting = true;
	pairing->now.strikes = strikes;
	pairing->now.expires_ms = time.now_ms + LIMIT_PAIR_MS;
	memcpy(pairing->code, show->code.ptr, show->code.len);
	pairing->code_len = show->code.len;
	if (show->qr_code.len > 0)
		memcpy(pairing->qr, show->qr_code.ptr, show->qr_code.len);
	pairing->qr_len = show->qr_code.len;
	pairing->entries = show->entries;
	rc = pairing_put_strikes(engine, true, err);
	effect = effects_add(effects, EFFECT_PAIR_LISTEN);
	if (effect != NULL)
		memcpy(effect->address, show->listen, strlen(show->listen) + 1);
	pairing_move(engine, PAIR_SHOWING);
	engine->effects = NULL;
	return rc;
}

void pairing_listening(struct engine *engine, const char *address)
{
	struct pairing_state *now = &engine->pairing->now;

	memset(now->listen, 0, sizeof now->listen);
	memcpy(now->listen, address, strnlen(address, sizeof now->listen - 1));
}

int pairing_start_join(struct engine *engine, const struct pairing_join *join,
		       struct turn_time time, struct effects *effects,
		       struct err *err)
{
	struct pairing *pairing = engine->pairing;
	size_t i;
	int rc = check_idle(engine, err);

	if (rc == 0 && engine->chain.has_journal)
		rc = err_set(err, ERR_OTHER_JOURNAL, "%s",
			     err_text(ERR_OTHER_JOURNAL));
	if (rc != 0)
		return rc;
	if (join->code.len == 0 || join->code.len > PAIR_CODE_BYTES ||
	    join->address_count == 0 || !keep_name(pairing, join->name))
		return err_set(err, ERR_USAGE, "%s", err_text(ERR_USAGE));
	enter(engine, time, effects);
	memset(&pairing->now, 0, sizeof pairing->now);
	memcpy(pairing->code, join->code.ptr, join->code.len);
	pairing->code_len = join->code.len;
	pairing->device = join->device;
	pairing->box = join->box;
	pairing->net = join->net;
	pairing->address_count = 0;
	pairing->address_at = 0;
	for (i = 0; i < join->address_count && i < PAIR_ADDRESSES; i++) {
		char *out = pairing->addresses[pairing->address_count];

		if (strlen(join->addresses[i]) >= 128)
			continue;
		memset(out, 0, 128);
		memcpy(out, join->addresses[i], strlen(join->addresses[i]));
		pairing->address_count++;
	}
	if (!pairing_dial_next(engine)) {
		engine->effects = NULL;
		return err_set(err, ERR_USAGE, "%s", err_text(ERR_USAGE));
	}
	pairing->now.active = true;
	pairing->now.expires_ms = time.now_ms + LIMIT_PAIR_MS;
	engine->effects = NULL;
	return 0;
}

const struct pairing_state *pairing_now(const struct engine *engine)
{
	return &engine->pairing->now;
}

int pairing_give_proof(struct engine *engine, const struct signature *proof,
		       struct effects *effects)
{
	struct pairing *pairing = engine->pairing;
	struct sync_pair_keys keys = {
		.name = bytes_from_str(pairing->name),
		.port = engine->port,
	};
	struct net_public net;

	if (pairing->now.ask != PAIRING_WANT_PROOF)
		return ERR_NOT_NOW;
	enter(engine, engine->time, effects);
	net_public_from_secret(&pairing->net, &net);
	memcpy(keys.device, pairing->device.b, 32);
	memcpy(keys.box, pairing->box.b, 32);
	memcpy(keys.net, net.b, 32);
	memcpy(keys.proof, proof->b, sizeof keys.proof);
	if (engine->port != 0)
		SCHEMA_SET(&keys, sync_pair_keys, port);
	pairing_send(engine, SYNC_PAIR_KEYS, &keys);
	pairing_move(engine, PAIR_WORDS);
	pairing_ask(engine, PAIRING_SHOW_WORDS);
	engine->effects = NULL;
	return 0;
}

int pairing_give_done(struct engine *engine, struct turn_time time,
		      struct effects *effects, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	enum pairing_ask ask = pairing->now.ask;
	int rc;

	enter(engine, time, effects);
	arena_reset(&engine->arena);
	rc = admit_done(engine, err);
	if (rc == 0) {
		if (pairing->now.ask == ask)
			pairing->now.ask = PAIRING_NOTHING;
		/* What came in the meantime. */
		rc = pairing_take_input(engine, err);
	} else if (!engine_is_fatal(rc)) {
		rc = pairing_lose_conn(engine, rc, err);
	}
	engine->effects = NULL;
	return rc;
}

int pairing_answer(struct engine *engine, bool yes, struct turn_time time,
		   struct effects *effects)
{
	struct pairing *pairing = engine->pairing;
	struct sync_pair_confirm confirm = { .yes = yes };
	int rc;

	if (pairing->now.ask != PAIRING_SHOW_WORDS || pairing->said_yes)
		return ERR_NOT_NOW;
	enter(engine, time, effects);
	arena_reset(&engine->arena);
	pairing_send(engine, SYNC_PAIR_CONFIRM, &confirm);
	pairing->now.ask = PAIRING_NOTHING;
	if (yes) {
		pairing->said_yes = true;
		rc = admit_both_said_yes(engine, NULL);
		if (rc == 0)
			rc = pairing_take_input(engine, NULL);
	} else {
		rc = pairing_fail(engine, ERR_STOPPED, true, NULL);
	}
	engine->effects = NULL;
	return rc;
}

void pairing_acknowledge(struct engine *engine)
{
	struct pairing *pairing = engine->pairing;

	if (pairing->sm.state != PAIR_OVER)
		return;
	pairing->now.ask = PAIRING_NOTHING;
	if (pairing->now.inviting && !pairing->now.ended) {
		pairing_move(engine, PAIR_SHOWING);
		return;
	}
	sm_move(&pairing->sm, PAIR_IDLE);
	memset(&pairing->now, 0, sizeof pairing->now);
}

void pairing_stop(struct engine *engine, struct effects *effects)
{
	struct pairing *pairing = engine->pairing;

	if (!pairing->now.active)
		return;
	enter(engine, engine->time, effects);
	pairing_drop_conn(engine);
	if (!pairing->now.ended)
		pairing_unlisten(engine);
	pairing_wipe_code(pairing);
	/* Outside a turn the strikes stay on the next code: the safe side. */
	if (store_in_transaction(engine->chain.store))
		err_ignore(pairing_put_strikes(engine, false, NULL),
			   "the turn's commit will find the same trouble");
	sm_move(&pairing->sm, PAIR_IDLE);
	memset(&pairing->now, 0, sizeof pairing->now);
	engine->effects = NULL;
}
