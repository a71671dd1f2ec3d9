/*
 * change.c - opening blocks and reading what they say, for one change alone.
 *
 * Must never trust a plaintext for being ours: another device of the journal
 * may have sealed anything. Most entries are one block, so their row is read
 * here without a merge; gather.c is for the rest.
 */
#include "daemon/vault/change.h"

#include "crdt/hlc.h"
#include "crdt/merge.h"
#include "daemon/vault/wordtext.h"
#include "proto/base/mem.h"
#include "proto/civil.h"
#include "proto/crypto/kdf.h"
#include "proto/entry.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

/* Keys of the plaintext's map (cut.h); for ever. */
enum { PLAIN_STAMP = 1, PLAIN_ENTRY, PLAIN_KIND, PLAIN_OPS, PLAIN_UNDOES };

static int read_member(struct mp_reader *reader, uint64_t key,
		       struct change *out)
{
	struct bytes raw;

	switch (key) {
	case PLAIN_STAMP:
		return mp_read_uint(reader, &out->stamp);
	case PLAIN_ENTRY:
		if (mp_read_bin(reader, &raw) != 0 ||
		    raw.len != sizeof out->entry.b)
			return ERR_MALFORMED;
		memcpy(out->entry.b, raw.ptr, sizeof out->entry.b);
		return 0;
	case PLAIN_KIND:
		return mp_read_uint(reader, &out->kind);
	case PLAIN_OPS:
		if (mp_peek(reader) != MP_MAP)
			return ERR_MALFORMED;
		return mp_read_raw(reader, &out->ops);
	case PLAIN_UNDOES:
		if (mp_read_bin(reader, &raw) != 0 || raw.len != DOT_BYTES)
			return ERR_MALFORMED;
		out->undoes = dot_unpack(raw.ptr);
		out->has_undoes = true;
		return 0;
	default:
		return mp_read_raw(reader, &raw);
	}
}

int change_read(struct bytes plain, struct change *out)
{
	struct mp_reader reader = mp_reader(plain);
	uint32_t seen = 0;
	size_t pairs = 0;
	int code = mpcheck(plain, MPCHECK_CANONICAL);

	memset(out, 0, sizeof *out);
	if (code == 0)
		code = mp_read_map(&reader, &pairs);
	for (; code == 0 && pairs > 0; pairs--) {
		uint64_t key = 0;

		code = mp_read_uint(&reader, &key);
		if (code == 0)
			code = read_member(&reader, key, out);
		if (key <= PLAIN_OPS)
			seen |= UINT32_C(1) << key;
	}
	if (code != 0)
		return ERR_MALFORMED;
	if ((seen & 0x1e) != 0x1e || out->kind == 0 || out->kind > UINT16_MAX)
		return ERR_MALFORMED;
	return 0;
}

int change_open(const struct keyring *ring, const struct block *block,
		struct buf *out)
{
	struct seal_key key;
	int code = ERR_EPOCH;

	if (block->body.ptr == NULL)
		return ERR_NOT_FOUND;
	for (size_t i = ring->epoch_count; i-- > 0;) {
		const struct keyring_epoch *epoch = &ring->epochs[i];

		if (epoch->n != block->header.epoch)
			continue;
		kdf_op_key(&epoch->key, &block->header.etag, &key);
		code = block_open(block, &key, out);
		if (code != ERR_CRYPTO)
			break;
	}
	key_wipe(&key);
	return code;
}

/* ---- a row without a merge ---- */

bool change_read_at(struct bytes value, int64_t *at_ms)
{
	struct mp_reader reader = mp_reader(value);
	struct civil_instant at;
	int64_t ms = 0, offset = 0;
	size_t count = 0;

	if (mp_read_array(&reader, &count) != 0 || count != 2 ||
	    mp_read_int(&reader, &ms) != 0 ||
	    mp_read_int(&reader, &offset) != 0 ||
	    offset < -CIVIL_OFFSET_MAX_MIN || offset > CIVIL_OFFSET_MAX_MIN)
		return false;
	at = (struct civil_instant){ ms, (int32_t)offset };
	if (!civil_is_instant(at))
		return false;
	*at_ms = ms;
	return true;
}

void change_put_words(struct bytes value, struct buf *words)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text;
	size_t count;

	if (words->len == 0)
		buf_put_u8(words, ' ');
	/* Token by token: nesting does not matter for words. */
	while (!mp_at_end(&reader)) {
		enum mp_type type = mp_peek(&reader);
		int code;

		if (type == MP_STR) {
			code = mp_read_str(&reader, &text);
			if (code == 0 && wordtext_break(words) == 0)
				code = wordtext_fold(text, words);
		} else if (type == MP_ARRAY) {
			code = mp_read_array(&reader, &count);
		} else if (type == MP_MAP) {
			code = mp_read_map(&reader, &count);
		} else {
			code = mp_read_raw(&reader, &text);
		}
		if (code != 0)
			return;
	}
}

static bool read_tags(struct bytes elements, struct row *row)
{
	struct mp_reader reader = mp_reader(elements);
	struct bytes tag;
	size_t count = 0;

	if (mp_read_array(&reader, &count) != 0)
		return false;
	for (; count > 0; count--) {
		if (mp_read_str(&reader, &tag) != 0)
			return false;
		row->tag_bits |= view_tag_bit(tag);
	}
	return true;
}

static bool describe_base(uint64_t number, struct bytes value, struct row *row)
{
	struct mp_reader reader = mp_reader(value);
	int64_t day = 0;
	bool on = false;

	switch (number) {
	case ENTRY_base_at:
		return change_read_at(value, &row->at_ms);
	case ENTRY_base_day:
		if (mp_read_int(&reader, &day) != 0 || day < CIVIL_DAYS_LEAST ||
		    day > CIVIL_DAYS_GREATEST)
			return false;
		row->day = (int32_t)day;
		return true;
	case ENTRY_base_tags:
		return read_tags(value, row);
	case ENTRY_base_starred:
		if (mp_read_bool(&reader, &on) != 0)
			return false;
		if (on)
			row->flags |= ROW_STARRED;
		return true;
	default:
		return true;
	}
}

static bool is_empty_array(struct bytes raw)
{
	struct mp_reader reader = mp_reader(raw);
	size_t count = 1;

	return mp_read_array(&reader, &count) == 0 && count == 0;
}

bool change_plain_value(struct bytes op, struct bytes *value)
{
	struct mp_reader reader = mp_reader(op);
	struct bytes part[3];
	uint64_t rule = 0;
	size_t count = 0;

	if (mp_read_array(&reader, &count) != 0 || count < 3 || count > 4 ||
	    mp_read_uint(&reader, &rule) != 0)
		return false;
	for (size_t i = 0; i + 1 < count; i++) {
		if (mp_read_raw(&reader, &part[i]) != 0)
			return false;
	}
	*value = part[1];
	switch (rule) {
	case RULE_register:
	case RULE_text:
	case RULE_orset:
		return count == 3 && is_empty_array(part[0]);
	case RULE_list:
		return count == 4 && is_empty_array(part[2]);
	default:
		return false;
	}
}

bool change_describe(const struct change *change, struct row *row,
		     struct buf *words)
{
	struct mp_reader reader = mp_reader(change->ops);
	size_t pairs = 0;

	row->stamp = change->stamp;
	row->kind = (uint16_t)change->kind;
	row->at_ms = (int64_t)hlc_ms(change->stamp);
	row->day = (int32_t)(row->at_ms / CIVIL_DAY_MS);
	if (mp_read_map(&reader, &pairs) != 0 || pairs == 0)
		return false;
	for (; pairs > 0; pairs--) {
		struct bytes op, value;
		uint64_t number = 0;

		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &op) != 0 ||
		    !change_plain_value(op, &value))
			return false;
		if (!describe_base(number, value, row))
			return false;
		if (number >= ENTRY_base_tags && number != ENTRY_base_state &&
		    number != ENTRY_base_imported &&
		    !entry_kind_is_hidden(change->kind))
			change_put_words(value, words);
	}
	return true;
}
