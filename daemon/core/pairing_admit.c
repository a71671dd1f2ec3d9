/*
 * pairing_admit.c - messages 8 and 9: both say yes, and the joiner becomes a
 * device of this journal.
 *
 *   joiner  -> pair_keys (proof by D_sig over the handshake hash)
 *   both    -> pair_confirm, once the person said yes at that screen
 *   inviter -> pair_welcome, STATE and runs of all control logs, ADD included
 *   joiner  -> pair_done 1, runs of its own control log
 *   inviter -> pair_done 2, STATE and runs with the rotation
 *   joiner  -> pair_done 3
 *
 * Must never send a byte of the journal before both yeses. Receipts are
 * effects, and so follow the commit of what they acknowledge.
 */
#include "daemon/core/pairing_inside.h"
#include "proto/codec.h"

enum done_step { DONE_CONTROL = 1, DONE_LOGS = 2, DONE_ROTATION = 3 };

static void send_done(struct engine *engine, enum done_step step)
{
	struct sync_pair_done done = { .step = (uint64_t)step };

	pairing_send(engine, SYNC_PAIR_DONE, &done);
}

/* ---- control records, either way ---- */

/* Of control logs that are not sent whole the one that begins first: what a
 * branch parts from begins before it. CHAIN_NONE: all went. */
static uint32_t next_to_send(const struct engine *engine, bool own_only)
{
	const struct chain *chain = &engine->chain;
	uint32_t best = CHAIN_NONE;
	uint32_t i;

	for (i = 0; i < chain->count; i++) {
		const struct store_log *row = &chain->rows[i];

		if (row->log_class == LOG_CONTROL &&
		    (!own_only || (row->flags & STORE_LOG_OWN) != 0) &&
		    engine->pairing->sent[i] < row->head_seq &&
		    (best == CHAIN_NONE ||
		     chain->logs[i].first_seq < chain->logs[best].first_seq))
			best = i;
	}
	return best;
}

/* What is held of control logs and not sent yet; own_only: the joiner's. */
static int send_control(struct engine *engine, bool own_only, struct err *err)
{
	uint64_t *sent = engine->pairing->sent;
	const struct chain *chain = &engine->chain;
	uint32_t log;

	while ((log = next_to_send(engine, own_only)) != CHAIN_NONE) {
		struct sync_run run = { .present = 0 };
		uint64_t to;
		int rc;

		if (sent[log] + 1 < chain->logs[log].first_seq)
			sent[log] = chain->logs[log].first_seq - 1;
		rc = plan_build_run(engine, log, sent[log] + 1, &to, err);
		if (rc != 0)
			return rc;
		/* Damage: the rest of it stays here. */
		if (to == 0)
			to = chain->rows[log].head_seq;
		else
			run.blocks = buf_bytes(&engine->run);
		if (run.blocks.len > 0)
			pairing_send(engine, SYNC_RUN, &run);
		sent[log] = to;
	}
	return 0;
}

static int send_state(struct engine *engine)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct sync_state state = { .present = 0 };
	uint8_t *packed;
	struct dot *dots;
	size_t count, i;

	dots = chain_dots(&engine->chain, true, &engine->arena, &count);
	packed = arena_alloc(&engine->arena, count + 1, DOT_BYTES);
	if (dots == NULL || packed == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++)
		dot_pack(&dots[i], packed + i * DOT_BYTES);
	state.logs = (struct schema_fixes){ .ptr = packed, .count = count };
	SCHEMA_SET(&state, sync_state, logs);
	pairing_send(engine, SYNC_STATE, &state);
	arena_rewind(&engine->arena, mark);
	return 0;
}

static int on_state(struct engine *engine, const struct sync_state *state)
{
	struct pairing *pairing = engine->pairing;
	size_t i;

	if (pairing->now.inviting || pairing->has_target)
		return ERR_NOT_NOW;
	pairing->target_count = state->logs.count;
	for (i = 0; i < state->logs.count; i++)
		pairing->target[i] =
			dot_unpack(state->logs.ptr + i * DOT_BYTES);
	pairing->has_target = true;
	return 0;
}

static bool target_is_held(const struct engine *engine)
{
	const struct pairing *pairing = engine->pairing;
	size_t i;

	for (i = 0; i < pairing->target_count; i++) {
		uint32_t log =
			chain_find(&engine->chain, &pairing->target[i].lid);

		if (log == CHAIN_NONE ||
		    engine->chain.rows[log].head_seq < pairing->target[i].seq)
			return false;
	}
	return pairing->has_target;
}

/* Where the other side will be found from now on. */
static int keep_address(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	char address[128];
	int rc = links_refresh(engine, err);

	if (rc != 0 || pairing->port == 0 || pairing->address[0] == '\0')
		return rc;
	address_join(pairing->address, pairing->port, address, sizeof address);
	return links_put_address(engine, &pairing->now.device, address, err);
}

/* ---- the joiner ---- */

/* All control records are here. Is this the journal we were shown? */
static int joiner_holds_control(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	const struct roster_member *inviter, *self;
	int rc = chain_refresh(&engine->chain, err);

	if (rc != 0)
		return rc;
	inviter = roster_find_net(&engine->chain.roster, &pairing->remote);
	self = roster_find(&engine->chain.roster, &pairing->device);
	if (inviter == NULL || inviter->standing != ROSTER_MEMBER ||
	    self == NULL || self->standing != ROSTER_PENDING)
		return ERR_NOT_MEMBER;
	pairing->now.device = inviter->device;
	pairing->now.box = inviter->box;
	pairing->now.net = inviter->net;
	pairing->has_target = false;
	send_done(engine, DONE_CONTROL);
	pairing_move(engine, PAIR_LOGS);
	pairing_ask(engine, PAIRING_WANT_LOGS);
	return 0;
}

static int joiner_looks(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	int rc;

	if (pairing->now.inviting || !target_is_held(engine))
		return 0;
	if (pairing->sm.state == PAIR_CONTROL)
		return joiner_holds_control(engine, err);
	rc = chain_refresh(&engine->chain, err);
	if (rc == 0)
		rc = keep_address(engine, err);
	if (rc != 0)
		return rc;
	send_done(engine, DONE_ROTATION);
	return pairing_succeed(engine, err);
}

static int on_welcome(struct engine *engine,
		      const struct sync_pair_welcome *welcome)
{
	struct pairing *pairing = engine->pairing;

	if (pairing->now.inviting || pairing->sm.state != PAIR_WELCOME ||
	    pairing->now.ask == PAIRING_WANT_JOURNAL)
		return ERR_NOT_NOW;
	/* The yes was said to the name of message 6. */
	if (!bytes_equal(welcome->name, bytes_from_str(pairing->now.name)))
		return ERR_MALFORMED;
	memcpy(pairing->now.journal.b, welcome->journal, 32);
	pairing->now.entries = welcome->entries;
	pairing->port = (uint16_t)welcome->port;
	pairing_ask(engine, PAIRING_WANT_JOURNAL);
	return 0;
}

/* ---- the inviter ---- */

/* Sound, three, and none of them known here: or the ADD would be void. */
static bool keys_are_new(const struct engine *engine,
			 const struct pairing_state *now)
{
	const struct roster *roster = &engine->chain.roster;
	struct box_public net;
	size_t i;

	memcpy(net.b, now->net.b, sizeof net.b);
	if (box_public_is_bad(&now->box) || box_public_is_bad(&net) ||
	    memcmp(now->box.b, now->net.b, 32) == 0 ||
	    memcmp(now->device.b, now->box.b, 32) == 0 ||
	    memcmp(now->device.b, now->net.b, 32) == 0)
		return false;
	for (i = 0; i < roster->member_count; i++) {
		if (memcmp(roster->members[i].box.b, now->box.b, 32) == 0)
			return false;
	}
	return roster_find(roster, &now->device) == NULL &&
	       roster_find_net(roster, &now->net) == NULL;
}

static int on_keys(struct engine *engine, const struct sync_pair_keys *keys)
{
	struct pairing *pairing = engine->pairing;
	struct pairing_state *now = &pairing->now;
	struct signature proof;

	if (!now->inviting || pairing->sm.state != PAIR_PROOF)
		return ERR_NOT_NOW;
	memcpy(now->device.b, keys->device, 32);
	memcpy(now->box.b, keys->box, 32);
	memcpy(now->net.b, keys->net, 32);
	memcpy(proof.b, keys->proof, sizeof proof.b);
	/* Whoever speaks has to be whoever will be let in. */
	if (memcmp(now->net.b, pairing->remote.b, 32) != 0 ||
	    sign_verify(
		    &now->device, SIGN_PAIR_PROOF,
		    bytes_of(now->handshake_hash, sizeof now->handshake_hash),
		    &proof) != 0 ||
	    !keys_are_new(engine, now))
		return ERR_CRYPTO;
	memset(now->name, 0, sizeof now->name);
	memcpy(now->name, keys->name.ptr, keys->name.len);
	pairing->port = (uint16_t)keys->port;
	pairing_move(engine, PAIR_WORDS);
	pairing_ask(engine, PAIRING_SHOW_WORDS);
	return 0;
}

static int send_welcome(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct sync_pair_welcome welcome = {
		.name = bytes_from_str(pairing->name),
		.entries = pairing->entries,
		.port = engine->port,
	};
	int rc;

	memcpy(welcome.journal, engine->chain.journal.b, 32);
	SCHEMA_SET(&welcome, sync_pair_welcome, entries);
	if (engine->port != 0)
		SCHEMA_SET(&welcome, sync_pair_welcome, port);
	pairing_send(engine, SYNC_PAIR_WELCOME, &welcome);
	rc = send_state(engine);
	return rc != 0 ? rc : send_control(engine, false, err);
}

/* The joiner's logs are here once its ADD counts. */
static int inviter_looks(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	int rc;

	if (!pairing->now.inviting || pairing->sm.state != PAIR_CONTROL)
		return 0;
	rc = chain_refresh(&engine->chain, err);
	if (rc != 0 ||
	    !roster_is_member(&engine->chain.roster, &pairing->now.device))
		return rc;
	rc = keep_address(engine, err);
	if (rc != 0)
		return rc;
	send_done(engine, DONE_LOGS);
	pairing_move(engine, PAIR_ROTATING);
	pairing_ask(engine, PAIRING_WANT_ROTATE);
	return 0;
}

/* ---- both ---- */

int admit_both_said_yes(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;

	(void)err;
	if (!pairing->said_yes || !pairing->heard_yes)
		return 0;
	if (pairing->now.inviting) {
		pairing_move(engine, PAIR_ADDING);
		pairing_ask(engine, PAIRING_WANT_ADD);
	} else {
		pairing_move(engine, PAIR_WELCOME);
	}
	return 0;
}

static int on_confirm(struct engine *engine,
		      const struct sync_pair_confirm *confirm, struct err *err)
{
	struct pairing *pairing = engine->pairing;

	if (pairing->sm.state != PAIR_WORDS || pairing->heard_yes)
		return ERR_NOT_NOW;
	if (!confirm->yes)
		return pairing_fail(engine, ERR_STOPPED, true, err);
	pairing->heard_yes = true;
	return admit_both_said_yes(engine, err);
}

static int on_run(struct engine *engine, const struct sync_run *message,
		  struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct run run;
	uint32_t log;
	int rc;

	if (pairing->sm.state != PAIR_CONTROL && pairing->sm.state != PAIR_LAST)
		return ERR_NOT_NOW;
	rc = run_read(message->blocks, &engine->chain.jtag, &engine->arena,
		      &run);
	if (rc != 0)
		return rc;
	rc = chain_admit(&engine->chain, &run, &log, err);
	if (rc != 0)
		return rc;
	if (engine->chain.rows[log].log_class != LOG_CONTROL)
		return ERR_NOT_NOW;
	return inviter_looks(engine, err);
}

static int on_done(struct engine *engine, const struct sync_pair_done *done,
		   struct err *err)
{
	const struct pairing *pairing = engine->pairing;

	if (pairing->now.inviting && done->step == DONE_ROTATION &&
	    pairing->sm.state == PAIR_LAST)
		return pairing_succeed(engine, err);
	/* The others only say what the runs beside them show. */
	if (pairing->sm.state < PAIR_CONTROL || done->step == 0)
		return ERR_NOT_NOW;
	return 0;
}

union pair_any {
	struct sync_state state;
	struct sync_run run;
	struct sync_pair_keys keys;
	struct sync_pair_confirm confirm;
	struct sync_pair_welcome welcome;
	struct sync_pair_done done;
	struct sync_close close;
};

static int dispatch(struct engine *engine, uint8_t number,
		    const union pair_any *message, struct err *err)
{
	switch (number) {
	case SYNC_STATE:
		return on_state(engine, &message->state);
	case SYNC_RUN:
		return on_run(engine, &message->run, err);
	case SYNC_PAIR_KEYS:
		return on_keys(engine, &message->keys);
	case SYNC_PAIR_CONFIRM:
		return on_confirm(engine, &message->confirm, err);
	case SYNC_PAIR_WELCOME:
		return on_welcome(engine, &message->welcome);
	case SYNC_PAIR_DONE:
		return on_done(engine, &message->done, err);
	case SYNC_CLOSE:
		return pairing_fail(engine, ERR_STOPPED, true, err);
	default:
		return ERR_NOT_NOW;
	}
}

int admit_frame(struct engine *engine, const struct channel_frame *frame,
		struct err *err)
{
	const struct schema_message *schema = schema_sync(frame->number);
	union pair_any message;
	int rc;

	if (schema == NULL || (schema->states & SYNC_IN(PAIRING)) == 0)
		return ERR_NOT_NOW;
	rc = codec_decode(schema, frame->body, &engine->arena, &message);
	if (rc == 0)
		rc = dispatch(engine, frame->number, &message, err);
	if (rc == 0 && (engine->pairing->sm.state == PAIR_CONTROL ||
			engine->pairing->sm.state == PAIR_LAST))
		rc = joiner_looks(engine, err);
	return rc;
}

int admit_done(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	int rc;

	switch (pairing->now.ask) {
	case PAIRING_WANT_ADD:
		pairing_move(engine, PAIR_CONTROL);
		return send_welcome(engine, err);
	case PAIRING_WANT_JOURNAL:
		rc = chain_load_identity(&engine->chain, err);
		if (rc == 0 && (!engine->chain.has_journal ||
				!hash32_equal(&engine->chain.journal,
					      &pairing->now.journal)))
			rc = ERR_OTHER_JOURNAL;
		pairing_move(engine, PAIR_CONTROL);
		return rc;
	case PAIRING_WANT_LOGS:
		pairing_move(engine, PAIR_LAST);
		return send_control(engine, true, err);
	case PAIRING_WANT_ROTATE:
		pairing_move(engine, PAIR_LAST);
		rc = send_state(engine);
		return rc != 0 ? rc : send_control(engine, false, err);
	case PAIRING_NOTHING:
	case PAIRING_WANT_PROOF:
	case PAIRING_SHOW_WORDS:
	case PAIRING_DONE:
	case PAIRING_FAILED:
		break;
	}
	return ERR_NOT_NOW;
}
