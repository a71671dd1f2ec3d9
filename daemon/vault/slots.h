/*
 * slots.h - ways to the device key (DVK), as LUKS keeps them: each slot wraps
 * the same random key under something else.
 *
 * File: "keptslot" | version u32 = 1 | count u32 | slots | BLAKE2b-16 of all
 * before. A slot is type u32 | length u32 | body.
 *   1 passphrase  memory u64 | passes u32 | salt_len u32 = 16 | salt |
 *                 seal(KDF(Argon2id(passphrase), "slot-wrap", body so far))
 *   2 recovery    R_box[32] | ephemeral[32] |
 *                 seal(KDF(X25519, "slot-recovery", R_box || ephemeral))
 * Bounds are judged before any work is done for a header (PROTOCOL.md
 * section 2). The checksum tells a damaged file from a wrong passphrase; it
 * proves nothing.
 */
#ifndef KEPT_VAULT_SLOTS_H
#define KEPT_VAULT_SLOTS_H

#include "proto/base/buf.h"
#include "proto/bounds.h"
#include "proto/crypto/password.h"
#include "proto/crypto/seal.h"

#define SLOT_WRAP_BYTES (SEAL_OVERHEAD_BYTES + 32u)

enum slot_type { SLOT_PASSPHRASE = 1, SLOT_RECOVERY = 2 };

struct slot {
	enum slot_type type;
	struct password_cost cost;   /* passphrase */
	struct id16 salt;            /* passphrase */
	struct box_public recovery;  /* recovery: R_box */
	struct box_public ephemeral; /* recovery */
	uint8_t sealed[SLOT_WRAP_BYTES];
};

struct slots {
	struct slot slot[LIMIT_SLOTS];
	size_t count;
};

/* ERR_CORRUPT: damaged; ERR_LIMIT: asks for more than any of ours;
 * ERR_VERSION: of a newer kept. */
int slots_read(struct bytes file, struct slots *out) KEPT_MUST_USE;
int slots_write(const struct slots *slots, struct buf *out) KEPT_MUST_USE;
/* NULL if there is none. Borrows. */
const struct slot *slots_find(const struct slots *slots, enum slot_type type);

/* key: of the passphrase, stretched with slot's cost and salt, both set. */
int slot_wrap_passphrase(struct slot *slot, const struct slot_key *key,
			 const struct device_key *dvk) KEPT_MUST_USE;
/* ERR_PASSPHRASE. */
int slot_open_passphrase(const struct slot *slot, const struct slot_key *key,
			 struct device_key *dvk) KEPT_MUST_USE;
/* Needs no secret but the DVK: R_box is public. */
int slot_wrap_recovery(struct slot *slot, const struct box_public *recovery,
		       const struct device_key *dvk) KEPT_MUST_USE;
int slot_open_recovery(const struct slot *slot, const struct box_public *pub,
		       const struct box_secret *sec, struct device_key *dvk)
	KEPT_MUST_USE;

/* The pair of keys behind 13 words. */
struct recovery_keys {
	struct sign_public sign_pub;
	struct sign_secret sign;
	struct box_public box_pub;
	struct box_secret box;
};
void recovery_keys_from_words(const uint32_t words[RECOVERY_WORDS],
			      struct recovery_keys *out);

#endif
