/*
 * roster_read.c - control records taken apart: bodies, keys, and what each
 * one says by itself.
 *
 * Must never weigh one record against another: that is roster_rules.c.
 */
#include "daemon/core/roster_rules.h"

#include <stdlib.h>

#include "proto/codec.h"
#include "proto/crypto/kdf.h"

/* The whole range that a kept has to know to go on with membership. */
#define MUST_UNDERSTAND_FIRST 64u
#define MUST_UNDERSTAND_LAST 127u

static int key_compare(const void *a, const void *b)
{
	return memcmp(((const struct rule_device *)a)->sign.b,
		      ((const struct rule_device *)b)->sign.b, 32);
}

uint32_t rules_find_device(const struct rules *rules,
			   const struct sign_public *sign)
{
	size_t low = 0;
	size_t high = rules->device_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(rules->devices[middle].sign.b, sign->b, 32);

		if (order == 0)
			return (uint32_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return RULE_NONE;
}

/* The key a record brings in or puts out; NULL for none. */
static const uint8_t *subject_key(const struct rule_record *rule)
{
	switch (rule->kind) {
	case CONTROL_GENESIS:
		return ((const struct control_genesis *)rule->body)->device;
	case CONTROL_ADD:
		return ((const struct control_add *)rule->body)->device;
	case CONTROL_REMOVE:
		return ((const struct control_remove *)rule->body)->device;
	case CONTROL_RECOVERY_SET:
		return ((const struct control_recovery_set *)rule->body)->sign;
	default:
		return NULL;
	}
}

/* Three keys for three jobs, none of them of low order. */
static bool keys_fit(const uint8_t device[32], const uint8_t box[32],
		     const uint8_t net[32])
{
	struct box_public point;

	memcpy(point.b, box, 32);
	if (box_public_is_bad(&point))
		return false;
	if (net != NULL) {
		memcpy(point.b, net, 32);
		if (box_public_is_bad(&point) || memcmp(box, net, 32) == 0 ||
		    memcmp(device, net, 32) == 0)
			return false;
	}
	return memcmp(device, box, 32) != 0;
}

static bool lid_fits(const struct roster_record *record, const uint8_t *device,
		     const uint8_t *nonce)
{
	struct sign_public sign;
	struct id16 id, lid;

	memcpy(sign.b, device, 32);
	memcpy(id.b, nonce, 16);
	kdf_lid(&sign, LOG_CONTROL, &id, &lid);
	return record->header.seq == 1 && id16_equal(&lid, &record->header.lid);
}

static bool genesis_fits(const struct roster_record *record,
			 const struct control_genesis *genesis)
{
	struct hash32 journal;
	struct id16 jtag;

	hash_bytes(record->body, journal.b, sizeof journal.b);
	kdf_jtag(&journal, &jtag);
	return id16_equal(&jtag, &record->header.jtag) &&
	       memcmp(record->author.b, genesis->device, 32) == 0 &&
	       lid_fits(record, genesis->device, genesis->nonce) &&
	       keys_fit(genesis->device, genesis->box, genesis->net);
}

static bool log_open_fits(const struct roster_record *record,
			  const struct control_log_open *open)
{
	if (memcmp(record->author.b, open->device, 32) != 0 ||
	    open->class < LOG_CONTROL || open->class > LOG_BLOB)
		return false;
	if (open->class == LOG_CONTROL)
		return lid_fits(record, open->device, open->nonce);
	return record->header.seq > 1;
}

/* What can be said of a record without looking at any other. */
static bool is_fit(const struct roster_record *record,
		   const struct rule_record *rule)
{
	const void *body = rule->body;

	if (!id16_is_zero(&record->header.etag))
		return false;
	switch (rule->kind) {
	case CONTROL_GENESIS:
		return genesis_fits(record, body);
	case CONTROL_LOG_OPEN:
		return log_open_fits(record, body);
	case CONTROL_ADD: {
		const struct control_add *add = body;

		return memcmp(add->device, record->author.b, 32) != 0 &&
		       keys_fit(add->device, add->box, add->net);
	}
	case CONTROL_RECOVERY_SET: {
		const struct control_recovery_set *set = body;

		return keys_fit(set->sign, set->box, NULL);
	}
	default:
		return true;
	}
}

static int read_body(const struct roster_record *record, struct arena *arena,
		     struct rule_record *rule)
{
	const struct schema_message *schema =
		schema_control(record->header.kind);
	void *body;
	int err;

	rule->kind = record->header.kind;
	rule->subject = RULE_NONE;
	if (schema == NULL) {
		rule->is_fit = rule->kind >= MUST_UNDERSTAND_FIRST &&
			       rule->kind <= MUST_UNDERSTAND_LAST;
		return 0;
	}
	body = arena_alloc(arena, 1, schema->struct_bytes);
	if (body == NULL)
		return ERR_NOMEM;
	err = codec_decode(schema, record->body, arena, body);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0)
		return 0;
	rule->body = body;
	rule->is_fit = is_fit(record, rule);
	return 0;
}

/* Every key that anybody speaks of, sorted. */
static int collect_devices(struct rules *rules, struct arena *arena)
{
	const struct causal *causal = rules->causal;
	size_t count = 0;
	size_t kept = 0;
	size_t i;

	rules->devices = arena_alloc(arena, 2 * causal->count + 1,
				     sizeof *rules->devices);
	if (rules->devices == NULL)
		return ERR_NOMEM;
	for (i = 0; i < causal->count; i++) {
		const uint8_t *key = NULL;

		rules->devices[count++].sign = causal->nodes[i].record->author;
		if (rules->records[i].is_fit)
			key = subject_key(&rules->records[i]);
		if (key != NULL)
			memcpy(rules->devices[count++].sign.b, key, 32);
	}
	qsort(rules->devices, count, sizeof *rules->devices, key_compare);
	for (i = 0; i < count; i++) {
		if (kept > 0 && key_compare(&rules->devices[kept - 1],
					    &rules->devices[i]) == 0)
			continue;
		rules->devices[kept++] = rules->devices[i];
	}
	rules->device_count = kept;
	for (i = 0; i < kept; i++) {
		rules->devices[i].first_intro = RULE_NONE;
		rules->devices[i].first_removal = RULE_NONE;
		rules->devices[i].first_written = RULE_NONE;
	}
	return 0;
}

/* Backwards, so that lists come out in causal order. */
static void link_record(struct rules *rules, size_t i)
{
	struct rule_record *rule = &rules->records[i];
	const struct roster_record *record = rules->causal->nodes[i].record;
	struct rule_device *subject, *author;
	struct sign_public sign;

	rule->author = rules_find_device(rules, &record->author);
	author = &rules->devices[rule->author];
	if (!rule->is_fit || subject_key(rule) == NULL)
		return;
	memcpy(sign.b, subject_key(rule), 32);
	rule->subject = rules_find_device(rules, &sign);
	subject = &rules->devices[rule->subject];
	if (rule->kind == CONTROL_REMOVE) {
		rule->next_removal = subject->first_removal;
		subject->first_removal = (uint32_t)i;
		rule->next_written = author->first_written;
		author->first_written = (uint32_t)i;
		return;
	}
	rule->next_intro = subject->first_intro;
	subject->first_intro = (uint32_t)i;
	if (rule->kind == CONTROL_RECOVERY_SET)
		subject->is_recovery = true;
}

static int collect_lists(struct rules *rules, struct arena *arena)
{
	size_t count = rules->causal->count;
	size_t i;

	rules->intros = arena_alloc(arena, count + 1, sizeof(uint32_t));
	rules->renewals = arena_alloc(arena, count + 1, sizeof(uint32_t));
	rules->freezers = arena_alloc(arena, count + 1, sizeof(uint32_t));
	if (rules->intros == NULL || rules->renewals == NULL ||
	    rules->freezers == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		const struct rule_record *rule = &rules->records[i];

		if (!rule->is_fit)
			continue;
		if (rule->kind >= MUST_UNDERSTAND_FIRST)
			rules->freezers[rules->freezer_count++] = (uint32_t)i;
		if (rule->kind == CONTROL_RECOVERY_SET)
			rules->renewals[rules->renewal_count++] = (uint32_t)i;
		if (rule->subject != RULE_NONE && rule->kind != CONTROL_REMOVE)
			rules->intros[rules->intro_count++] = (uint32_t)i;
	}
	return 0;
}

/* n = 1 + the greatest kept n before it; membership plays no part. */
static void number_rotations(struct rules *rules)
{
	const struct causal *causal = rules->causal;
	size_t i, j;

	for (i = 0; i < causal->count; i++) {
		struct rule_record *rule = &rules->records[i];
		const struct control_rotate *rotate = rule->body;
		uint32_t most = 0;

		if (rule->kind != CONTROL_ROTATE || !rule->is_fit)
			continue;
		for (j = 0; j < i; j++) {
			const struct rule_record *other = &rules->records[j];

			if (other->keeps_n && other->n_most > most &&
			    causal_precedes(causal, j, i))
				most = other->n_most;
		}
		rule->keeps_n = most < UINT32_MAX && rotate->n == most + 1u;
		rule->n_most = (uint32_t)rotate->n;
	}
}

int rules_read(const struct causal *causal, struct arena *arena,
	       struct rules *out)
{
	size_t i;
	int err;

	memset(out, 0, sizeof *out);
	out->causal = causal;
	out->records =
		arena_alloc(arena, causal->count + 1, sizeof *out->records);
	if (out->records == NULL)
		return ERR_NOMEM;
	for (i = 0; i < causal->count; i++) {
		err = read_body(causal->nodes[i].record, arena,
				&out->records[i]);
		if (err != 0)
			return err;
	}
	err = rules_prove_forks(out, arena);
	if (err == 0)
		err = collect_devices(out, arena);
	if (err != 0)
		return err;
	for (i = causal->count; i > 0; i--)
		link_record(out, i - 1);
	number_rotations(out);
	return collect_lists(out, arena);
}
