/*
 * slots.c - the slots file: reading what may be tampered with, wrapping and
 * opening the device key.
 *
 * Must never start an Argon2id that a header, not a person, asked to be
 * larger than our bounds, and never tell a wrong passphrase from a wrong
 * wrap. Written to disk by vault.c through keyfile.c.
 */
#include "daemon/vault/slots.h"

#include "proto/base/mem.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/words.h"

#define SLOTS_MAGIC "keptslot"
#define SLOTS_VERSION 1u
#define HEAD_BYTES 16u
#define SUM_BYTES 16u
#define PASSPHRASE_FIXED_BYTES 32u /* memory, passes, salt_len, salt */
#define RECOVERY_FIXED_BYTES 64u
#define MIN_MEMORY_BYTES 8192u /* Argon2 itself takes no less */

static void put_passphrase_fixed(const struct slot *slot, uint8_t *out)
{
	le64_put(out, slot->cost.memory_bytes);
	le32_put(out + 8, slot->cost.passes);
	le32_put(out + 12, sizeof slot->salt.b);
	memcpy(out + 16, slot->salt.b, sizeof slot->salt.b);
}

static void put_recovery_fixed(const struct slot *slot, uint8_t *out)
{
	memcpy(out, slot->recovery.b, 32);
	memcpy(out + 32, slot->ephemeral.b, 32);
}

static int read_passphrase(struct bytes body, struct slot *out)
{
	if (body.len != PASSPHRASE_FIXED_BYTES + SLOT_WRAP_BYTES)
		return ERR_CORRUPT;
	out->cost.memory_bytes = le64_get(body.ptr);
	out->cost.passes = le32_get(body.ptr + 8);
	memcpy(out->salt.b, body.ptr + 16, sizeof out->salt.b);
	if (out->cost.memory_bytes > LIMIT_KDF_MEMORY_BYTES ||
	    out->cost.passes > LIMIT_KDF_PASSES)
		return ERR_LIMIT;
	if (out->cost.memory_bytes < MIN_MEMORY_BYTES ||
	    out->cost.passes == 0 ||
	    le32_get(body.ptr + 12) != sizeof out->salt.b ||
	    id16_is_zero(&out->salt))
		return ERR_CORRUPT;
	memcpy(out->sealed, body.ptr + PASSPHRASE_FIXED_BYTES,
	       sizeof out->sealed);
	return 0;
}

static int read_recovery(struct bytes body, struct slot *out)
{
	if (body.len != RECOVERY_FIXED_BYTES + SLOT_WRAP_BYTES)
		return ERR_CORRUPT;
	memcpy(out->recovery.b, body.ptr, 32);
	memcpy(out->ephemeral.b, body.ptr + 32, 32);
	if (box_public_is_bad(&out->recovery) ||
	    box_public_is_bad(&out->ephemeral))
		return ERR_CORRUPT;
	memcpy(out->sealed, body.ptr + RECOVERY_FIXED_BYTES,
	       sizeof out->sealed);
	return 0;
}

static int read_slot(struct bytes *rest, struct slot *out)
{
	struct bytes body;
	uint32_t type;

	if (rest->len < 8)
		return ERR_CORRUPT;
	type = le32_get(rest->ptr);
	body = bytes_of(rest->ptr + 8, le32_get(rest->ptr + 4));
	if (body.len > rest->len - 8)
		return ERR_CORRUPT;
	*rest = bytes_of(body.ptr + body.len, rest->len - 8 - body.len);
	if (type == SLOT_PASSPHRASE) {
		out->type = SLOT_PASSPHRASE;
		return read_passphrase(body, out);
	}
	if (type == SLOT_RECOVERY) {
		out->type = SLOT_RECOVERY;
		return read_recovery(body, out);
	}
	return ERR_VERSION;
}

int slots_read(struct bytes file, struct slots *out)
{
	uint8_t sum[SUM_BYTES];
	struct bytes rest;
	uint32_t count;
	int code;

	memset(out, 0, sizeof *out);
	if (file.len < HEAD_BYTES + SUM_BYTES ||
	    memcmp(file.ptr, SLOTS_MAGIC, 8) != 0)
		return ERR_CORRUPT;
	hash_bytes(bytes_of(file.ptr, file.len - SUM_BYTES), sum, sizeof sum);
	if (memcmp(sum, file.ptr + file.len - SUM_BYTES, sizeof sum) != 0)
		return ERR_CORRUPT;
	if (le32_get(file.ptr + 8) != SLOTS_VERSION)
		return ERR_VERSION;
	count = le32_get(file.ptr + 12);
	if (count > LIMIT_SLOTS)
		return ERR_LIMIT;
	rest = bytes_of(file.ptr + HEAD_BYTES,
			file.len - HEAD_BYTES - SUM_BYTES);
	for (uint32_t i = 0; i < count; i++) {
		code = read_slot(&rest, &out->slot[i]);
		if (code != 0)
			return code;
		out->count++;
	}
	return rest.len == 0 ? 0 : ERR_CORRUPT;
}

int slots_write(const struct slots *slots, struct buf *out)
{
	size_t start = out->len;
	uint8_t fixed[RECOVERY_FIXED_BYTES];
	uint8_t sum[SUM_BYTES];
	size_t fixed_bytes;

	buf_put(out, SLOTS_MAGIC, 8);
	buf_put_le32(out, SLOTS_VERSION);
	buf_put_le32(out, (uint32_t)slots->count);
	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->slot[i];

		if (slot->type == SLOT_PASSPHRASE) {
			fixed_bytes = PASSPHRASE_FIXED_BYTES;
			put_passphrase_fixed(slot, fixed);
		} else {
			fixed_bytes = RECOVERY_FIXED_BYTES;
			put_recovery_fixed(slot, fixed);
		}
		buf_put_le32(out, (uint32_t)slot->type);
		buf_put_le32(out, (uint32_t)fixed_bytes + SLOT_WRAP_BYTES);
		buf_put(out, fixed, fixed_bytes);
		buf_put(out, slot->sealed, sizeof slot->sealed);
	}
	if (out->failed != 0)
		return out->failed;
	hash_bytes(bytes_of(out->ptr + start, out->len - start), sum,
		   sizeof sum);
	buf_put(out, sum, sizeof sum);
	return out->failed;
}

const struct slot *slots_find(const struct slots *slots, enum slot_type type)
{
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->slot[i].type == type)
			return &slots->slot[i];
	}
	return NULL;
}

static int wrap(const struct seal_key *key, enum kdf_label label,
		const struct device_key *dvk, uint8_t out[SLOT_WRAP_BYTES])
{
	struct seal_context context = { .label = kdf_label_name(label),
					.padding = SEAL_UNPADDED };
	struct buf sealed;
	int code;

	buf_init(&sealed, SLOT_WRAP_BYTES);
	code = seal(key, &context, bytes_of(dvk->b, sizeof dvk->b), &sealed);
	if (code == 0)
		memcpy(out, sealed.ptr, SLOT_WRAP_BYTES);
	buf_release(&sealed);
	return code;
}

static int unwrap(const struct seal_key *key, enum kdf_label label,
		  const uint8_t in[SLOT_WRAP_BYTES], struct device_key *dvk)
{
	struct seal_context context = { .label = kdf_label_name(label),
					.padding = SEAL_UNPADDED };
	struct buf plain;
	int code;

	buf_init(&plain, SLOT_WRAP_BYTES);
	code = seal_open(key, &context, bytes_of(in, SLOT_WRAP_BYTES), &plain);
	if (code == 0 && plain.len != sizeof dvk->b)
		code = ERR_CRYPTO;
	if (code == 0)
		memcpy(dvk->b, plain.ptr, sizeof dvk->b);
	buf_release(&plain);
	return code == ERR_CRYPTO ? ERR_PASSPHRASE : code;
}

static void passphrase_key(const struct slot *slot, const struct slot_key *key,
			   struct seal_key *out)
{
	uint8_t fixed[PASSPHRASE_FIXED_BYTES];

	put_passphrase_fixed(slot, fixed);
	kdf(bytes_of(key->b, sizeof key->b), KDF_SLOT_WRAP,
	    bytes_of(fixed, sizeof fixed), out->b, sizeof out->b);
}

int slot_wrap_passphrase(struct slot *slot, const struct slot_key *key,
			 const struct device_key *dvk)
{
	struct seal_key wrap_key;
	int code;

	slot->type = SLOT_PASSPHRASE;
	passphrase_key(slot, key, &wrap_key);
	code = wrap(&wrap_key, KDF_SLOT_WRAP, dvk, slot->sealed);
	key_wipe(&wrap_key);
	return code;
}

int slot_open_passphrase(const struct slot *slot, const struct slot_key *key,
			 struct device_key *dvk)
{
	struct seal_key wrap_key;
	int code;

	passphrase_key(slot, key, &wrap_key);
	code = unwrap(&wrap_key, KDF_SLOT_WRAP, slot->sealed, dvk);
	key_wipe(&wrap_key);
	return code;
}

static int recovery_key(const struct slot *slot, const struct box_secret *sec,
			const struct box_public *pub, struct seal_key *out)
{
	uint8_t fixed[RECOVERY_FIXED_BYTES];
	uint8_t shared[32];
	int code = box_agree(sec, pub, shared);

	if (code == 0) {
		put_recovery_fixed(slot, fixed);
		kdf(bytes_of(shared, sizeof shared), KDF_RECOVERY_SLOT,
		    bytes_of(fixed, sizeof fixed), out->b, sizeof out->b);
	}
	mem_wipe(shared, sizeof shared);
	return code;
}

int slot_wrap_recovery(struct slot *slot, const struct box_public *recovery,
		       const struct device_key *dvk)
{
	struct box_secret ephemeral;
	struct seal_key key;
	int code;

	slot->type = SLOT_RECOVERY;
	slot->recovery = *recovery;
	box_keypair(&slot->ephemeral, &ephemeral);
	code = recovery_key(slot, &ephemeral, recovery, &key);
	if (code == 0)
		code = wrap(&key, KDF_RECOVERY_SLOT, dvk, slot->sealed);
	key_wipe(&ephemeral);
	key_wipe(&key);
	return code;
}

int slot_open_recovery(const struct slot *slot, const struct box_public *pub,
		       const struct box_secret *sec, struct device_key *dvk)
{
	struct seal_key key;
	int code;

	/* Words of another sheet: their key is not the one wrapped for. */
	if (memcmp(pub->b, slot->recovery.b, sizeof pub->b) != 0)
		return ERR_PASSPHRASE;
	code = recovery_key(slot, sec, &slot->ephemeral, &key);
	if (code == 0)
		code = unwrap(&key, KDF_RECOVERY_SLOT, slot->sealed, dvk);
	key_wipe(&key);
	return code == ERR_CRYPTO ? ERR_PASSPHRASE : code;
}

void recovery_keys_from_words(const uint32_t words[RECOVERY_WORDS],
			      struct recovery_keys *out)
{
	struct recovery_seed seed;
	struct seal_key derived;
	struct bytes from = bytes_of(seed.b, sizeof seed.b);

	words_recovery_seed(words, &seed);
	kdf(from, KDF_RECOVERY_SIGN, bytes_of(NULL, 0), derived.b,
	    sizeof derived.b);
	sign_keypair_from_seed(&derived, &out->sign_pub, &out->sign);
	kdf(from, KDF_RECOVERY_BOX, bytes_of(NULL, 0), derived.b,
	    sizeof derived.b);
	box_keypair_from_seed(&derived, &out->box_pub, &out->box);
	key_wipe(&derived);
	key_wipe(&seed);
}
