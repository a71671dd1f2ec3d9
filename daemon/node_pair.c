/*
 * node_pair.c - what pairing asks of the vault, step by step, and what the
 * client that pairs hears of it.
 *
 * Never holds a code or a key. Read next: daemon/core/pairing.h.
 */
#include "daemon/node_parts.h"

#include "daemon/rpc/reply.h"
#include "proto/crypto/words.h"

/* More steps than one turn can have: an ask that does not move on. */
#define LIMIT_PAIR_STEPS 16

static void tell(struct node *node, struct buf *params)
{
	if (params->failed == 0)
		rpc_tell_pairer(node->rpc, buf_bytes(params));
	buf_release(params);
}

static void tell_words(struct node *node, const struct pairing_state *state)
{
	struct reply_map map;
	struct buf params;
	size_t i;

	buf_init(&params, 1024);
	reply_map_begin(&map, &params);
	mp_put_cstr(reply_key(&map, "event"), "words");
	mp_put_array(reply_key(&map, "words"), 3);
	for (i = 0; i < 3; i++)
		mp_put_cstr(&params, words_at(state->words[i]));
	if (state->name[0] != '\0')
		mp_put_cstr(reply_key(&map, "name"), state->name);
	reply_map_end(&map);
	tell(node, &params);
}

static void tell_paired(struct node *node, const struct pairing_state *state)
{
	struct reply_map map, device;
	struct buf params;

	buf_init(&params, 1024);
	reply_map_begin(&map, &params);
	mp_put_cstr(reply_key(&map, "event"), "paired");
	reply_map_begin(&device, reply_key(&map, "device"));
	reply_put_hex(reply_key(&device, "id"), bytes_of(state->device.b, 8));
	mp_put_cstr(reply_key(&device, "name"), state->name);
	reply_map_end(&device);
	mp_put_uint(reply_key(&map, "entries"), state->entries);
	reply_map_end(&map);
	tell(node, &params);
	rpc_end_pairing(node->rpc, 0, NULL);
}

/* What a code means where two devices pair. */
static const char *end_text(int code)
{
	switch (code) {
	case ERR_STOPPED:
		return KEPT_SAID(
			"One of the two devices said No. Nothing was changed.");
	case ERR_UNREACHABLE:
		return KEPT_SAID(
			"The other device couldn't be reached, or has gone. "
			"Nothing is lost.");
	default:
		return err_text(code);
	}
}

/* "failed" is the end; "strike" means that the code may be tried again. */
static void tell_failed(struct node *node, const struct pairing_state *state)
{
	struct reply_map map;
	struct buf params;

	if (state->ended || !state->inviting) {
		rpc_end_pairing(node->rpc, state->code, end_text(state->code));
		return;
	}
	buf_init(&params, 1024);
	reply_map_begin(&map, &params);
	mp_put_cstr(reply_key(&map, "event"), "strike");
	mp_put_cstr(reply_key(&map, "code"), err_name(state->code));
	mp_put_cstr(reply_key(&map, "message"), end_text(state->code));
	mp_put_uint(reply_key(&map, "left"),
		    state->strikes < LIMIT_PAIR_STRIKES
			    ? LIMIT_PAIR_STRIKES - state->strikes
			    : 0);
	reply_map_end(&map);
	tell(node, &params);
}

static int proof_give(struct node *node, const struct pairing_state *state,
		      struct node_effects *effects, struct err *err)
{
	struct signature proof;
	int status = vault_sign_proof(node->vault, state->handshake_hash,
				      &proof, err);

	if (status != 0)
		return status;
	return pairing_give_proof(node->engine, &proof, &effects->peer);
}

/* The vault writes what is asked for; then the engine may go on. */
static int step_write(struct node *node, const struct pairing_state *state,
		      struct err *err)
{
	const struct roster *roster = engine_roster(node->engine);

	switch (state->ask) {
	case PAIRING_WANT_ADD:
		return vault_write_add(node->vault, roster, &state->device,
				       &state->box, &state->net, state->name,
				       err);
	case PAIRING_WANT_JOURNAL:
		return vault_set_journal(node->vault, &state->journal, err);
	case PAIRING_WANT_LOGS:
		return vault_write_logs(node->vault, roster, 0, err);
	case PAIRING_WANT_ROTATE:
		return vault_write_rotate(node->vault, roster, err);
	case PAIRING_NOTHING:
	case PAIRING_WANT_PROOF:
	case PAIRING_SHOW_WORDS:
	case PAIRING_DONE:
	case PAIRING_FAILED:
		break;
	}
	return 0;
}

static int step_do(struct node *node, struct node_effects *effects,
		   struct err *err)
{
	struct pairing_state state = *pairing_now(node->engine);
	int status = step_write(node, &state, err);

	if (status == 0)
		status = host_drain(&node->host, err);
	if (status != 0)
		return status;
	return pairing_give_done(node->engine, node->host.time, &effects->peer,
				 err);
}

static int done_take(struct node *node, struct node_effects *effects,
		     struct err *err)
{
	int status = 0;

	tell_paired(node, pairing_now(node->engine));
	pairing_acknowledge(node->engine);
	if (!node->pair.joining)
		return 0;
	node->pair.joining = false;
	status =
		vault_see_roster(node->vault, engine_roster(node->engine), err);
	if (status == 0)
		status = host_drain(&node->host, err);
	if (status == 0)
		status = node_instance_make(node, effects, err);
	node->host.has_journal = status == 0;
	node->host.wants_reload = true;
	return status;
}

static void failed_take(struct node *node)
{
	const struct pairing_state *state = pairing_now(node->engine);

	tell_failed(node, state);
	if (node->pair.joining)
		node->host.wants_abandon = true;
	pairing_acknowledge(node->engine);
	if (node->pair.joining && pairing_now(node->engine)->active)
		pairing_stop(node->engine, node->host.peer);
}

/* One ask; false: nothing to do (more) in this turn. */
static int ask_take(struct node *node, struct node_effects *effects,
		    bool *moved, struct err *err)
{
	const struct pairing_state *state = pairing_now(node->engine);

	*moved = true;
	/* However the last words went, the next ones are new. */
	if (state->ask != PAIRING_SHOW_WORDS)
		node->pair.told_words = false;
	switch (state->ask) {
	case PAIRING_NOTHING:
		break;
	case PAIRING_WANT_PROOF:
		return proof_give(node, state, effects, err);
	case PAIRING_SHOW_WORDS:
		if (!node->pair.told_words)
			tell_words(node, state);
		node->pair.told_words = true;
		break;
	case PAIRING_WANT_ADD:
	case PAIRING_WANT_JOURNAL:
	case PAIRING_WANT_LOGS:
	case PAIRING_WANT_ROTATE:
		return step_do(node, effects, err);
	case PAIRING_DONE:
		return done_take(node, effects, err);
	case PAIRING_FAILED:
		failed_take(node);
		return 0;
	}
	*moved = false;
	return 0;
}

int node_pair_turn(struct node *node, struct node_effects *effects,
		   struct err *err)
{
	int step;

	if (node->engine == NULL)
		return 0;
	if (!node->host.has_journal && pairing_now(node->engine)->active)
		node->pair.joining = true;
	for (step = 0; step < LIMIT_PAIR_STEPS; step++) {
		bool moved;
		int status = ask_take(node, effects, &moved, err);

		if (status != 0)
			return status;
		if (!moved)
			break;
	}
	return 0;
}

/* What was said to the other device, and what was not, is no longer known. */
void node_pair_undo(struct node *node, struct node_effects *effects)
{
	if (node->engine == NULL)
		return;
	if (pairing_now(node->engine)->active) {
		pairing_stop(node->engine, &effects->peer);
		node->is_due = true;
	}
	node->pair.told_words = false;
	if (node->pair.joining)
		node->host.wants_abandon = true;
}

void node_pair_listening(struct node *node, const char *addresses)
{
	char first[128];
	const char *end = strchrnul(addresses, '\n');

	node->is_due = true;
	if (addresses[0] == '\0') {
		node->host.pair_refused = true;
		return;
	}
	snprintf(node->pair.listening, sizeof node->pair.listening, "%s",
		 addresses);
	node->host.pair_listening = node->pair.listening;
	snprintf(first, sizeof first, "%.*s", (int)(end - addresses),
		 addresses);
	if (node->engine != NULL)
		pairing_listening(node->engine, first);
}
