/*
 * history.c - what changed in an entry, change by change, and the fingerprint
 * of everything.
 *
 * A revision is a place in the order of gather.h and may be renumbered when
 * others' changes arrive. Must never leave out a change that opens.
 */
#include "daemon/vault/inside.h"

#include "crdt/digest.h"
#include "proto/entry.h"
#include "proto/mp.h"

#define CHANGED_MAX_BYTES 65536u
#define DIGEST_MAX_BYTES ((size_t)64 << 20)

static void put_life_name(struct bytes op, struct buf *names)
{
	struct mp_reader reader = mp_reader(op);
	struct bytes raw;
	uint64_t rule;
	size_t count = 0;
	bool deleted = false;

	if (mp_read_array(&reader, &count) == 0 && count == 3 &&
	    mp_read_uint(&reader, &rule) == 0 &&
	    mp_read_raw(&reader, &raw) == 0 &&
	    mp_read_bool(&reader, &deleted) == 0 && deleted)
		mp_put_cstr(names, "deleted");
	else
		mp_put_cstr(names, "brought back");
}

int read_put_changed(const struct gathered *gathered, size_t place,
		     struct buf *out)
{
	const struct gathered_block *block = gathered->blocks[place];
	const struct entry_kind *kind = entry_kind_by_number(gathered->kind);
	struct mp_reader reader = mp_reader(block->block.ops);
	size_t pairs = 0, count = 0;
	bool is_more = false;
	struct buf names;
	int code;

	if (kind == NULL)
		kind = entry_base();
	buf_init(&names, CHANGED_MAX_BYTES);
	code = mp_read_map(&reader, &pairs);
	for (; code == 0 && pairs > 0; pairs--) {
		const struct entry_field *field;
		uint64_t number = 0;
		struct bytes op;

		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &op) != 0)
			break;
		field = entry_field_by_number(kind, number);
		if (field == NULL) {
			is_more = true;
			continue;
		}
		if (number == MERGE_FIELD_LIFE)
			put_life_name(op, &names);
		else
			mp_put_cstr(&names, field->name);
		count++;
	}
	mp_put_array(out, count + is_more);
	mp_put_raw(out, buf_bytes(&names));
	if (is_more)
		mp_put_cstr(out, "more");
	code = names.failed != 0 ? names.failed : out->failed;
	buf_release(&names);
	return code;
}

int journal_put_history(struct vault *vault, const struct id16 *id,
			struct buf *out, struct err *err)
{
	struct gathered *now = NULL;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = gather_cached(vault, id, &now, err);
	if (code != 0)
		return code;
	mp_put_array(out, now->all);
	for (size_t i = now->all; code == 0 && i-- > 0;) {
		const struct gathered_block *block = now->blocks[i];

		mp_put_map(out, block->has_undoes ? 5 : 4);
		mp_put_cstr(out, "rev");
		mp_put_uint(out, now->before + i + 1);
		mp_put_cstr(out, "at");
		read_put_time(block->block.stamp, out);
		mp_put_cstr(out, "device");
		mp_put_cstr(out, read_author(vault, &block->block.dot));
		if (block->has_undoes) {
			mp_put_cstr(out, "undo");
			mp_put_bool(out, true);
		}
		mp_put_cstr(out, "changed");
		code = read_put_changed(now, i, out);
	}
	if (code == 0)
		code = out->failed;
	return code == 0 ? 0 : vault_fail(err, code);
}

/* ---- the fingerprint ---- */

static int digest_row(struct vault *vault, const struct row *row,
		      struct buf *state, struct digest *sum, struct err *err)
{
	struct gathered gathered;
	struct hash32 hash;
	int code;

	buf_clear(state);
	code = gather_entry(vault, &row->id, GATHER_ALL, &gathered, err);
	if (code == 0)
		code = digest_entry(gathered.state, &row->id, state);
	gather_release(&gathered);
	if (code != 0)
		return vault_fail(err, code);
	hash_bytes(buf_bytes(state), hash.b, sizeof hash.b);
	digest_add(sum, &hash);
	return 0;
}

int journal_digest(struct vault *vault, char hex[65], uint64_t *entries,
		   struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct digest sum = { { 0 } };
	uint8_t packed[32];
	struct buf state;
	int code = vault_need_unlocked(vault, err);

	*entries = 0;
	if (code == 0)
		code = absorb_finish(vault, err);
	if (code != 0)
		return code;
	buf_init(&state, DIGEST_MAX_BYTES);
	for (uint32_t i = 0; code == 0 && i < vault->view.count; i++) {
		const struct row *row = &vault->view.rows[i];

		if ((row->flags & ROW_VOID) != 0)
			continue;
		code = digest_row(vault, row, &state, &sum, err);
		*entries += 1;
	}
	buf_release(&state);
	digest_pack(&sum, packed);
	for (size_t i = 0; i < sizeof packed; i++) {
		hex[2 * i] = digits[packed[i] >> 4];
		hex[2 * i + 1] = digits[packed[i] & 15];
	}
	hex[64] = '\0';
	return code;
}
