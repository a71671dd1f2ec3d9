/*
 * capture.c - what is written while the journal is locked: sealed to the
 * public half of D_box and to the recovery key, opened at the next unlock.
 *
 * Form: version u8 = 1 | ephemeral[32] | count u8 | count x { to[32], wrap }
 * | seal(key, "capture", ephemeral, map). A wrap seals the random key under
 * KDF(X25519(ephemeral, to), "capture", ephemeral || to). Must never need a
 * secret to write, and never lose a capture it can't open.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

#define CAPTURE_VERSION 1u
#define CAPTURE_READERS 2u
#define CAPTURE_MAX_BYTES (2u * LIMIT_GROUP_BYTES)
#define WRAP_BYTES (SEAL_OVERHEAD_BYTES + 32u)
#define HEAD_BYTES 34u

enum {
	KEY_WHAT = 1,
	KEY_ID,
	KEY_KIND,
	KEY_VALUES,
	KEY_NAME,
	KEY_FIELDS,
	KEY_WALL
};

static void put_plain(const struct capture *capture, struct buf *out)
{
	bool is_entry = capture->what == CAPTURE_ENTRY;

	mp_put_map(out, 5);
	mp_put_uint(out, KEY_WHAT);
	mp_put_uint(out, (uint64_t)capture->what);
	mp_put_uint(out, KEY_ID);
	mp_put_bin(out, bytes_of(capture->id.b, sizeof capture->id.b));
	if (is_entry) {
		mp_put_uint(out, KEY_KIND);
		mp_put_uint(out, capture->kind);
		mp_put_uint(out, KEY_VALUES);
		mp_put_raw(out, capture->values);
	} else {
		mp_put_uint(out, KEY_NAME);
		mp_put_str(out, capture->kind_name);
		mp_put_uint(out, KEY_FIELDS);
		mp_put_bin(out, capture->fields);
	}
	mp_put_uint(out, KEY_WALL);
	mp_put_uint(out, capture->wall_ms);
}

static struct seal_context context_of(const struct box_public *ephemeral,
				      enum seal_padding padding)
{
	return (struct seal_context){
		.label = kdf_label_name(KDF_CAPTURE),
		.aad = bytes_of(ephemeral->b, sizeof ephemeral->b),
		.padding = padding,
	};
}

static int agree(const struct box_secret *sec, const struct box_public *other,
		 const struct box_public *ephemeral,
		 const struct box_public *to, struct seal_key *out)
{
	uint8_t context[64], shared[32];
	int code = box_agree(sec, other, shared);

	if (code == 0) {
		memcpy(context, ephemeral->b, 32);
		memcpy(context + 32, to->b, 32);
		kdf(bytes_of(shared, sizeof shared), KDF_CAPTURE,
		    bytes_of(context, sizeof context), out->b, sizeof out->b);
	}
	mem_wipe(shared, sizeof shared);
	return code;
}

static size_t readers_of(const struct vault *vault, const struct roster *roster,
			 struct box_public to[CAPTURE_READERS])
{
	size_t count = 1;

	to[0] = vault->net.box;
	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery && member->standing == ROSTER_MEMBER &&
		    count < CAPTURE_READERS)
			to[count++] = member->box;
	}
	return count;
}

static int seal_capture(const struct box_public *to, size_t count,
			struct bytes plain, struct buf *out)
{
	struct box_secret ephemeral_sec;
	struct box_public ephemeral;
	struct seal_context context;
	struct seal_key key, wrap;
	int code = 0;

	box_keypair(&ephemeral, &ephemeral_sec);
	entropy_fill(key.b, sizeof key.b);
	buf_put_u8(out, CAPTURE_VERSION);
	buf_put(out, ephemeral.b, sizeof ephemeral.b);
	buf_put_u8(out, (uint8_t)count);
	context = context_of(&ephemeral, SEAL_UNPADDED);
	for (size_t i = 0; code == 0 && i < count; i++) {
		buf_put(out, to[i].b, sizeof to[i].b);
		code = agree(&ephemeral_sec, &to[i], &ephemeral, &to[i], &wrap);
		if (code == 0)
			code = seal(&wrap, &context,
				    bytes_of(key.b, sizeof key.b), out);
	}
	context = context_of(&ephemeral, SEAL_PADDED);
	if (code == 0)
		code = seal(&key, &context, plain, out);
	if (code == 0)
		code = out->failed;
	key_wipe(&ephemeral_sec);
	key_wipe(&key);
	key_wipe(&wrap);
	return code;
}

/* All that waits may take LIMIT_CAPTURE_BYTES. */
static int check_room(struct vault *vault, size_t more, struct err *err)
{
	uint64_t count = 0, bytes = 0;
	int code = store_shelf_total(vault->store, SHELF_CAPTURE, &count,
				     &bytes, err);

	if (code == 0 && bytes + more > LIMIT_CAPTURE_BYTES)
		code = err_set(err, ERR_LIMIT,
			       "So much waits for the next unlock already that "
			       "this doesn't fit. It isn't saved yet.");
	return code;
}

int capture_put(struct vault *vault, const struct roster *roster,
		const struct capture *capture, struct err *err)
{
	struct box_public to[CAPTURE_READERS];
	size_t count = readers_of(vault, roster, to);
	struct buf plain, sealed;
	int code;

	if (box_public_is_bad(&to[0]))
		return err_set(err, ERR_CORRUPT,
			       "net.key is gone, so nothing can be sealed "
			       "while it's locked. `kept unlock` first.");
	buf_init(&plain, CAPTURE_MAX_BYTES);
	buf_init(&sealed, 2 * CAPTURE_MAX_BYTES);
	put_plain(capture, &plain);
	code = plain.failed;
	if (code == 0)
		code = seal_capture(to, count, buf_bytes(&plain), &sealed);
	if (code != 0)
		code = vault_fail(err, code);
	if (code == 0)
		code = check_room(vault, sealed.len, err);
	if (code == 0)
		code = store_shelf_put(
			vault->store, SHELF_CAPTURE,
			bytes_of(capture->id.b, sizeof capture->id.b),
			buf_bytes(&sealed), err);
	buf_release(&plain);
	buf_release(&sealed);
	return code;
}

/* ---- opening ---- */

static int open_wrap(struct vault *vault, struct bytes sealed,
		     const struct box_public *ephemeral, struct seal_key *out)
{
	struct seal_context context = context_of(ephemeral, SEAL_UNPADDED);
	const uint8_t *at = sealed.ptr + HEAD_BYTES;
	struct seal_key wrap;
	struct buf plain;
	int code = ERR_CRYPTO;

	buf_init(&plain, 512);
	for (size_t i = 0; i < sealed.ptr[33] && code != 0; i++) {
		const uint8_t *item = at + i * (32 + WRAP_BYTES);

		if (memcmp(item, vault->ring.box_pub.b, 32) != 0)
			continue;
		code = agree(&vault->ring.box, ephemeral, ephemeral,
			     &vault->ring.box_pub, &wrap);
		if (code == 0)
			code = seal_open(&wrap, &context,
					 bytes_of(item + 32, WRAP_BYTES),
					 &plain);
	}
	if (code == 0 && plain.len != sizeof out->b)
		code = ERR_CRYPTO;
	if (code == 0)
		memcpy(out->b, plain.ptr, sizeof out->b);
	key_wipe(&wrap);
	buf_release(&plain);
	return code;
}

static int read_member(struct mp_reader *reader, uint64_t key,
		       struct capture *out)
{
	struct bytes raw;
	uint64_t what = 0;
	int code;

	switch (key) {
	case KEY_WHAT:
		code = mp_read_uint(reader, &what);
		out->what = what == CAPTURE_ENTRY ? CAPTURE_ENTRY
						  : CAPTURE_DRAFT;
		return code;
	case KEY_ID:
		code = mp_read_bin(reader, &raw);
		if (code != 0 || raw.len != sizeof out->id.b)
			return ERR_MALFORMED;
		memcpy(out->id.b, raw.ptr, raw.len);
		return 0;
	case KEY_KIND:
		return mp_read_uint(reader, &out->kind);
	case KEY_VALUES:
		return mp_read_raw(reader, &out->values);
	case KEY_NAME:
		return mp_read_str(reader, &out->kind_name);
	case KEY_FIELDS:
		return mp_read_bin(reader, &out->fields);
	case KEY_WALL:
		return mp_read_uint(reader, &out->wall_ms);
	default:
		return mp_read_raw(reader, &raw);
	}
}

static int read_plain(struct bytes plain, struct capture *out)
{
	struct mp_reader reader = mp_reader(plain);
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
	}
	return code == 0 ? 0 : ERR_MALFORMED;
}

int capture_open(struct vault *vault, struct bytes sealed, struct buf *plain,
		 struct capture *out)
{
	struct box_public ephemeral;
	struct seal_context context;
	struct seal_key key;
	size_t head;
	int code;

	if (sealed.len < HEAD_BYTES || sealed.ptr[0] != CAPTURE_VERSION)
		return ERR_CRYPTO;
	head = HEAD_BYTES + sealed.ptr[33] * (32 + (size_t)WRAP_BYTES);
	if (sealed.len < head)
		return ERR_CRYPTO;
	memcpy(ephemeral.b, sealed.ptr + 1, sizeof ephemeral.b);
	code = open_wrap(vault, sealed, &ephemeral, &key);
	if (code == 0) {
		context = context_of(&ephemeral, SEAL_PADDED);
		code = seal_open(&key, &context,
				 bytes_of(sealed.ptr + head, sealed.len - head),
				 plain);
	}
	key_wipe(&key);
	return code == 0 ? read_plain(buf_bytes(plain), out) : code;
}
