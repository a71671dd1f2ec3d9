/*
 * kdf.h - key derivation.
 *
 * KDF(k, label, ctx, n) = BLAKE2b-n(key = k,
 *     "kept/1/" label 0x00 LE32(len(ctx)) ctx)      (PROTOCOL.md section 1)
 * One typed function per use; the generic one is for those only.
 */
#ifndef KEPT_CRYPTO_KDF_H
#define KEPT_CRYPTO_KDF_H

#include "proto/crypto/keys.h"

enum kdf_label {
#define LABEL(NAME, label) KDF_##NAME,
#define SIGN(NAME, label)
#include "proto/crypto/kdf.def"
#undef LABEL
#undef SIGN
	KDF_LABEL_COUNT
};

const char *kdf_label_name(enum kdf_label label);

/* key_bytes 16..64, out_bytes 16..64. */
void kdf(struct bytes key, enum kdf_label label, struct bytes context,
	 void *out, size_t out_bytes);

/* jtag = KDF(J, "jtag", "", 16) */
void kdf_jtag(const struct hash32 *journal, struct id16 *jtag);
/* etag = KDF(J, "etag", entry id, 16) */
void kdf_etag(const struct hash32 *journal, const struct id16 *entry,
	      struct id16 *etag);
/* KDF(E_n, "op", etag) */
void kdf_op_key(const struct epoch_key *epoch, const struct id16 *etag,
		struct seal_key *out);
/* KDF(E_n, "ctl", lid || LE64(seq)): sealed fields of a control record */
void kdf_ctl_key(const struct epoch_key *epoch, const struct id16 *lid,
		 uint64_t seq, struct seal_key *out);
/* A key of the device's own vault: DVK_KEYS, DVK_DRAFT, DVK_VIEW. */
void kdf_device_key(const struct device_key *dvk, enum kdf_label label,
		    struct seal_key *out);
/* lid = BLAKE2b-16("kept/1/lid" 0 D_sig class nonce[16]) */
void kdf_lid(const struct sign_public *device, uint8_t log_class,
	     const struct id16 *nonce, struct id16 *lid);
/* lid' of a fork = BLAKE2b-16("kept/1/fork" 0 lid id-of-first-block) */
void kdf_fork_lid(const struct id16 *lid, const struct hash32 *first,
		  struct id16 *out);

#endif
