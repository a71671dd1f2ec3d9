/*
 * keyring.c - keeping, sealing, and learning the keys of this device.
 *
 * Must never accept an epoch key that does not answer its ROTATE's commit,
 * and never write under an epoch that somebody not on the roster can read.
 * The records themselves are cut in control.c.
 */
#include "daemon/vault/keyring.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

#define EPOCH_BYTES 68u /* n, rotate, key */
#define KEYS_MAX_BYTES (LIMIT_EPOCHS * (EPOCH_BYTES + 2u) + 1024u)

/* Keys of the blob's map; for ever. */
enum blob_key {
	BLOB_SIGN_PUB = 1,
	BLOB_SIGN,
	BLOB_BOX_PUB,
	BLOB_BOX,
	BLOB_NET_PUB,
	BLOB_NET,
	BLOB_JOURNAL,
	BLOB_EPOCHS,
	BLOB_COUNT = BLOB_EPOCHS
};

void keyring_make(struct keyring *ring)
{
	keyring_wipe(ring);
	entropy_fill(ring->dvk.b, sizeof ring->dvk.b);
	sign_keypair(&ring->sign_pub, &ring->sign);
	box_keypair(&ring->box_pub, &ring->box);
	net_keypair(&ring->net_pub, &ring->net);
}

void keyring_wipe(struct keyring *ring)
{
	mem_wipe(ring, sizeof *ring);
}

void keyring_set_journal(struct keyring *ring, const struct hash32 *journal)
{
	ring->journal = *journal;
	kdf_jtag(journal, &ring->jtag);
}

static void put_epochs(const struct keyring *ring, struct buf *out)
{
	uint8_t bytes[EPOCH_BYTES];

	mp_put_array(out, ring->epoch_count);
	for (size_t i = 0; i < ring->epoch_count; i++) {
		const struct keyring_epoch *epoch = &ring->epochs[i];

		le32_put(bytes, epoch->n);
		memcpy(bytes + 4, epoch->rotate.b, 32);
		memcpy(bytes + 36, epoch->key.b, 32);
		mp_put_bin(out, bytes_of(bytes, sizeof bytes));
	}
	mem_wipe(bytes, sizeof bytes);
}

static void blob_key(const struct keyring *ring, struct seal_key *key)
{
	kdf_device_key(&ring->dvk, KDF_DVK_KEYS, key);
}

static struct seal_context blob_context(const struct sign_public *device)
{
	return (struct seal_context){
		.label = kdf_label_name(KDF_DVK_KEYS),
		.aad = bytes_of(device->b, sizeof device->b),
		.padding = SEAL_PADDED,
	};
}

static void put_key(struct buf *out, uint64_t number, const void *key,
		    size_t len)
{
	mp_put_uint(out, number);
	mp_put_bin(out, bytes_of(key, len));
}

int keyring_seal(const struct keyring *ring, struct buf *out)
{
	struct seal_context context = blob_context(&ring->sign_pub);
	struct seal_key key;
	struct buf plain;
	int code;

	buf_init(&plain, KEYS_MAX_BYTES);
	mp_put_map(&plain, BLOB_COUNT);
	put_key(&plain, BLOB_SIGN_PUB, ring->sign_pub.b, 32);
	put_key(&plain, BLOB_SIGN, ring->sign.b, 64);
	put_key(&plain, BLOB_BOX_PUB, ring->box_pub.b, 32);
	put_key(&plain, BLOB_BOX, ring->box.b, 32);
	put_key(&plain, BLOB_NET_PUB, ring->net_pub.b, 32);
	put_key(&plain, BLOB_NET, ring->net.b, 32);
	put_key(&plain, BLOB_JOURNAL, ring->journal.b, 32);
	mp_put_uint(&plain, BLOB_EPOCHS);
	put_epochs(ring, &plain);
	code = plain.failed;
	blob_key(ring, &key);
	if (code == 0)
		code = seal(&key, &context, buf_bytes(&plain), out);
	key_wipe(&key);
	buf_release(&plain);
	return code;
}

static int read_key(struct mp_reader *reader, uint64_t wanted, void *out,
		    size_t len)
{
	uint64_t number = 0;
	struct bytes bin;

	if (mp_read_uint(reader, &number) != 0 || number != wanted ||
	    mp_read_bin(reader, &bin) != 0 || bin.len != len)
		return ERR_MALFORMED;
	memcpy(out, bin.ptr, len);
	return 0;
}

static int read_epochs(struct keyring *ring, struct mp_reader *reader)
{
	uint64_t number = 0;
	struct bytes bin;
	size_t count = 0;

	if (mp_read_uint(reader, &number) != 0 || number != BLOB_EPOCHS ||
	    mp_read_array(reader, &count) != 0 || count > LIMIT_EPOCHS)
		return ERR_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		struct keyring_epoch *epoch = &ring->epochs[i];

		if (mp_read_bin(reader, &bin) != 0 || bin.len != EPOCH_BYTES)
			return ERR_MALFORMED;
		epoch->n = le32_get(bin.ptr);
		memcpy(epoch->rotate.b, bin.ptr + 4, 32);
		memcpy(epoch->key.b, bin.ptr + 36, 32);
		epoch->is_pending = false;
	}
	ring->epoch_count = count;
	return 0;
}

static int read_blob(struct keyring *ring, struct bytes plain)
{
	struct mp_reader reader = mp_reader(plain);
	struct hash32 journal;
	size_t pairs = 0;

	if (mpcheck(plain, MPCHECK_CANONICAL) != 0 ||
	    mp_read_map(&reader, &pairs) != 0 || pairs < BLOB_COUNT ||
	    read_key(&reader, BLOB_SIGN_PUB, ring->sign_pub.b, 32) != 0 ||
	    read_key(&reader, BLOB_SIGN, ring->sign.b, 64) != 0 ||
	    read_key(&reader, BLOB_BOX_PUB, ring->box_pub.b, 32) != 0 ||
	    read_key(&reader, BLOB_BOX, ring->box.b, 32) != 0 ||
	    read_key(&reader, BLOB_NET_PUB, ring->net_pub.b, 32) != 0 ||
	    read_key(&reader, BLOB_NET, ring->net.b, 32) != 0 ||
	    read_key(&reader, BLOB_JOURNAL, journal.b, 32) != 0)
		return ERR_MALFORMED;
	keyring_set_journal(ring, &journal);
	return read_epochs(ring, &reader);
}

int keyring_open(struct keyring *ring, const struct sign_public *device,
		 struct bytes sealed)
{
	struct seal_context context = blob_context(device);
	struct seal_key key;
	struct buf plain;
	int code;

	buf_init(&plain, 2 * KEYS_MAX_BYTES);
	blob_key(ring, &key);
	code = seal_open(&key, &context, sealed, &plain);
	if (code == 0)
		code = read_blob(ring, buf_bytes(&plain));
	if (code == 0 && memcmp(ring->sign_pub.b, device->b, 32) != 0)
		code = ERR_CRYPTO;
	if (code != 0)
		keyring_wipe(ring);
	key_wipe(&key);
	buf_release(&plain);
	return code;
}

static struct keyring_epoch *find(struct keyring *ring,
				  const struct hash32 *rotate)
{
	for (size_t i = 0; i < ring->epoch_count; i++) {
		if (hash32_equal(&ring->epochs[i].rotate, rotate))
			return &ring->epochs[i];
	}
	return NULL;
}

const struct keyring_epoch *keyring_find(const struct keyring *ring,
					 const struct hash32 *rotate)
{
	for (size_t i = 0; i < ring->epoch_count; i++) {
		if (hash32_equal(&ring->epochs[i].rotate, rotate))
			return &ring->epochs[i];
	}
	return NULL;
}

int keyring_add(struct keyring *ring, const struct keyring_epoch *epoch)
{
	if (keyring_find(ring, &epoch->rotate) != NULL)
		return 0;
	if (ring->epoch_count == LIMIT_EPOCHS)
		return ERR_LIMIT;
	ring->epochs[ring->epoch_count++] = *epoch;
	return 0;
}

void keyring_drop_pending(struct keyring *ring)
{
	size_t kept = 0;

	for (size_t i = 0; i < ring->epoch_count; i++) {
		if (!ring->epochs[i].is_pending)
			ring->epochs[kept++] = ring->epochs[i];
	}
	mem_wipe(ring->epochs + kept,
		 (ring->epoch_count - kept) * sizeof ring->epochs[0]);
	ring->epoch_count = kept;
}

void keyring_settle(struct keyring *ring)
{
	for (size_t i = 0; i < ring->epoch_count; i++)
		ring->epochs[i].is_pending = false;
}

/* ---- wraps ---- */

void keyring_commit(const struct epoch_key *key, uint8_t out[32])
{
	kdf(bytes_of(key->b, sizeof key->b), KDF_EPOCH_COMMIT,
	    bytes_of(NULL, 0), out, 32);
}

static int wrap_key(const struct keyring_wrap *wrap,
		    const struct box_secret *sec, const struct box_public *pub,
		    struct seal_key *out)
{
	uint8_t context[32 + 32 + 32 + 4];
	uint8_t shared[32];
	int code = box_agree(sec, pub, shared);

	if (code == 0) {
		memcpy(context, wrap->epk->b, 32);
		memcpy(context + 32, wrap->to->b, 32);
		memcpy(context + 64, wrap->journal->b, 32);
		le32_put(context + 96, wrap->n);
		kdf(bytes_of(shared, sizeof shared), KDF_EPOCH_WRAP,
		    bytes_of(context, sizeof context), out->b, sizeof out->b);
	}
	mem_wipe(shared, sizeof shared);
	return code;
}

static struct seal_context wrap_context(enum kdf_label label)
{
	return (struct seal_context){ .label = kdf_label_name(label),
				      .padding = SEAL_UNPADDED };
}

static int open_epoch(const struct seal_key *key, enum kdf_label label,
		      struct bytes sealed, struct epoch_key *out)
{
	struct seal_context context = wrap_context(label);
	struct buf plain;
	int code;

	buf_init(&plain, 512);
	code = seal_open(key, &context, sealed, &plain);
	if (code == 0 && plain.len != sizeof out->b)
		code = ERR_CRYPTO;
	if (code == 0)
		memcpy(out->b, plain.ptr, sizeof out->b);
	buf_release(&plain);
	return code;
}

int keyring_wrap_epoch(const struct keyring_wrap *wrap,
		       const struct box_secret *ephemeral,
		       const struct epoch_key *key, struct buf *out)
{
	struct seal_context context = wrap_context(KDF_EPOCH_WRAP);
	struct seal_key derived;
	int code = wrap_key(wrap, ephemeral, wrap->to, &derived);

	if (code == 0)
		code = seal(&derived, &context, bytes_of(key->b, 32), out);
	key_wipe(&derived);
	return code;
}

int keyring_unwrap_epoch(const struct keyring_wrap *wrap,
			 const struct box_secret *own, struct bytes sealed,
			 struct epoch_key *out)
{
	struct seal_key derived;
	int code = wrap_key(wrap, own, wrap->epk, &derived);

	if (code == 0)
		code = open_epoch(&derived, KDF_EPOCH_WRAP, sealed, out);
	key_wipe(&derived);
	return code;
}

static void old_key(const struct epoch_key *newer, const struct hash32 *rotate,
		    struct seal_key *out)
{
	kdf(bytes_of(newer->b, sizeof newer->b), KDF_EPOCH_OLD,
	    bytes_of(rotate->b, sizeof rotate->b), out->b, sizeof out->b);
}

int keyring_wrap_old(const struct epoch_key *newer, const struct hash32 *rotate,
		     const struct epoch_key *old, struct buf *out)
{
	struct seal_context context = wrap_context(KDF_EPOCH_OLD);
	struct seal_key derived;
	int code;

	old_key(newer, rotate, &derived);
	code = seal(&derived, &context, bytes_of(old->b, 32), out);
	key_wipe(&derived);
	return code;
}

/* ---- learning from the roster ---- */

/* One device must not fill the ring with keys of its own making: that would
 * keep out those of others, for ever. */
static bool has_room_for(const struct keyring *ring,
			 const struct roster *roster,
			 const struct sign_public *author)
{
	size_t same = 0;

	for (size_t i = 0; i < roster->epoch_count; i++) {
		const struct roster_epoch *epoch = &roster->epochs[i];

		if (memcmp(epoch->author.b, author->b, 32) == 0 &&
		    keyring_find(ring, &epoch->rotate) != NULL)
			same++;
	}
	return same < LIMIT_EPOCHS / 2 && ring->epoch_count < LIMIT_EPOCHS;
}

/* 1: it answers the commit and was added; 0: not ours, not what it says, or
 * one too many. */
static int take_key(struct keyring *ring, const struct roster *roster,
		    const struct roster_epoch *epoch,
		    const struct epoch_key *key)
{
	struct keyring_epoch add = { .n = epoch->n, .rotate = epoch->rotate };
	uint8_t commit[32];
	int code = 0;

	keyring_commit(key, commit);
	if (key_equal(commit, epoch->record->commit, sizeof commit) &&
	    has_room_for(ring, roster, &epoch->author)) {
		add.key = *key;
		code = keyring_add(ring, &add);
		if (code == 0)
			code = 1;
	}
	key_wipe(&add);
	return code;
}

static int learn_wrap(struct keyring *ring, const struct roster *roster,
		      const struct roster_epoch *epoch)
{
	const struct control_wrap *wraps = epoch->record->wraps.items;
	struct box_public epk;
	struct keyring_wrap wrap = { .epk = &epk,
				     .to = &ring->box_pub,
				     .journal = &ring->journal,
				     .n = epoch->n };
	struct epoch_key key;
	int code = 0;

	memcpy(epk.b, epoch->record->epk, sizeof epk.b);
	for (size_t i = 0; i < epoch->record->wraps.count && code == 0; i++) {
		if (memcmp(wraps[i].to, ring->sign_pub.b, 16) != 0)
			continue;
		if (keyring_unwrap_epoch(&wrap, &ring->box, wraps[i].sealed,
					 &key) == 0)
			code = take_key(ring, roster, epoch, &key);
	}
	key_wipe(&key);
	return code;
}

static const struct roster_epoch *epoch_of(const struct roster *roster,
					   const uint8_t rotate[32])
{
	for (size_t i = 0; i < roster->epoch_count; i++) {
		if (memcmp(roster->epochs[i].rotate.b, rotate, 32) == 0)
			return &roster->epochs[i];
	}
	return NULL;
}

/* What an epoch we hold gives of older ones. Returns how many, or an error. */
static int learn_olds(struct keyring *ring, const struct roster *roster,
		      const struct roster_epoch *epoch)
{
	const struct control_old_epoch *olds = epoch->record->olds.items;
	const struct keyring_epoch *held = find(ring, &epoch->rotate);
	struct epoch_key newer = held->key, key;
	struct seal_key derived;
	int added = 0;

	for (size_t i = 0; i < epoch->record->olds.count; i++) {
		const struct roster_epoch *old =
			epoch_of(roster, olds[i].rotate);
		int code;

		if (old == NULL || keyring_find(ring, &old->rotate) != NULL)
			continue;
		old_key(&newer, &old->rotate, &derived);
		code = open_epoch(&derived, KDF_EPOCH_OLD, olds[i].sealed,
				  &key);
		code = code == 0 ? take_key(ring, roster, old, &key) : 0;
		if (code < 0) {
			added = code;
			break;
		}
		added += code;
	}
	key_wipe(&derived);
	key_wipe(&newer);
	key_wipe(&key);
	return added;
}

/* Newest first: its olds often spare the wraps of the rest. */
static int learn_once(struct keyring *ring, const struct roster *roster)
{
	int added = 0;

	for (size_t i = roster->epoch_count; i-- > 0;) {
		const struct roster_epoch *epoch = &roster->epochs[i];
		struct keyring_epoch *held = find(ring, &epoch->rotate);
		int code = 0;

		if (held == NULL)
			code = learn_wrap(ring, roster, epoch);
		else
			held->is_pending = false;
		if (code < 0)
			return code;
		added += code;
		if (held == NULL && code == 0)
			continue;
		code = learn_olds(ring, roster, epoch);
		if (code < 0)
			return code;
		added += code;
	}
	return added;
}

int keyring_learn(struct keyring *ring, const struct roster *roster,
		  size_t *added, bool *missing)
{
	int code;

	*added = 0;
	*missing = false;
	/* An old key may open still older ones listed before it. */
	do {
		code = learn_once(ring, roster);
		if (code < 0)
			return code;
		*added += (size_t)code;
	} while (code > 0);
	for (size_t i = 0; i < roster->epoch_count; i++) {
		if (keyring_find(ring, &roster->epochs[i].rotate) == NULL)
			*missing = true;
	}
	return 0;
}

const struct keyring_epoch *keyring_write_epoch(const struct keyring *ring,
						const struct roster *roster)
{
	for (size_t i = 0; i < ring->epoch_count; i++) {
		if (ring->epochs[i].is_pending)
			return &ring->epochs[i];
	}
	for (size_t i = roster->epoch_count; i-- > 0;) {
		const struct roster_epoch *epoch = &roster->epochs[i];
		const struct keyring_epoch *held;

		if (epoch->is_void || !epoch->fits_roster)
			continue;
		held = keyring_find(ring, &epoch->rotate);
		if (held != NULL)
			return held;
	}
	return NULL;
}
