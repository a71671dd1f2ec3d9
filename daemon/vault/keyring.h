/*
 * keyring.h - the keys of this device while it is unlocked: D_sig, D_box,
 * D_net, and every epoch key it was given.
 *
 * At rest they are one blob sealed under the DVK (META_KEYS). Epoch keys come
 * out of ROTATE records: from the wrap to our D_box, or from a newer epoch
 * that seals the older one; each is checked against its record's commit.
 * Which to write under: PROTOCOL.md section 2.
 */
#ifndef KEPT_VAULT_KEYRING_H
#define KEPT_VAULT_KEYRING_H

#include "daemon/core/roster.h"
#include "proto/base/buf.h"
#include "proto/bounds.h"
#include "proto/crypto/keys.h"

struct keyring_epoch {
	uint32_t n;
	bool is_pending; /* our own ROTATE, not on the roster yet */
	struct hash32 rotate;
	struct epoch_key key;
};

struct keyring { /* secret throughout: keyring_wipe */
	struct device_key dvk;
	struct sign_public sign_pub;
	struct sign_secret sign;
	struct box_public box_pub;
	struct box_secret box;
	/* D_net lies open in net.key for the locked side; this copy mends that
	 * file when it is lost or not ours. */
	struct net_public net_pub;
	struct net_secret net;
	struct hash32 journal; /* J; zero until joined */
	struct id16 jtag;
	struct keyring_epoch epochs[LIMIT_EPOCHS]; /* unordered */
	size_t epoch_count;
};

/* Fresh DVK, D_sig, D_box, and D_net; nothing else. */
void keyring_make(struct keyring *ring);
void keyring_wipe(struct keyring *ring);
void keyring_set_journal(struct keyring *ring, const struct hash32 *journal);

/* Appends all but the DVK, sealed under it. Pending epochs are in it. */
int keyring_seal(const struct keyring *ring, struct buf *out) KEPT_MUST_USE;
/* ring->dvk is set; device is D_sig as the locked side knows it. ERR_CRYPTO
 * (also when it is another device's), ERR_MALFORMED: ring is wiped. */
int keyring_open(struct keyring *ring, const struct sign_public *device,
		 struct bytes sealed) KEPT_MUST_USE;

/* Knows it already: 0. ERR_LIMIT. */
int keyring_add(struct keyring *ring, const struct keyring_epoch *epoch)
	KEPT_MUST_USE;
/* By the id of its ROTATE; NULL if the key is not here. Borrows. */
const struct keyring_epoch *keyring_find(const struct keyring *ring,
					 const struct hash32 *rotate);
/* Takes out what was pending (the turn was rolled back). */
void keyring_drop_pending(struct keyring *ring);
/* Nothing is on its way any more: what the roster does not have by now is
 * kept for reading and never written under. */
void keyring_settle(struct keyring *ring);

/*
 * Takes every epoch key the roster's ROTATEs give us; *added counts. What is
 * on the roster is pending no more. *missing: some epoch of the roster is
 * still without its key.
 */
int keyring_learn(struct keyring *ring, const struct roster *roster,
		  size_t *added, bool *missing) KEPT_MUST_USE;
/* NULL: rotate first. Borrows. */
const struct keyring_epoch *keyring_write_epoch(const struct keyring *ring,
						const struct roster *roster);

/* ---- the wraps of a ROTATE, for control.c and keyring.c ---- */

struct keyring_wrap {
	const struct box_public *epk;
	const struct box_public *to; /* of the one who opens */
	const struct hash32 *journal;
	uint32_t n;
};
/* Append to out; secret: ephemeral when sealing, own when opening. */
int keyring_wrap_epoch(const struct keyring_wrap *wrap,
		       const struct box_secret *ephemeral,
		       const struct epoch_key *key, struct buf *out)
	KEPT_MUST_USE;
int keyring_unwrap_epoch(const struct keyring_wrap *wrap,
			 const struct box_secret *own, struct bytes sealed,
			 struct epoch_key *out) KEPT_MUST_USE;
int keyring_wrap_old(const struct epoch_key *newer, const struct hash32 *rotate,
		     const struct epoch_key *old, struct buf *out)
	KEPT_MUST_USE;
/* commit = KDF(E_n, "epoch-commit", "", 32) */
void keyring_commit(const struct epoch_key *key, uint8_t out[32]);

#endif
