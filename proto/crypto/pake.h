/*
 * pake.h - CPace-Ristretto255-SHA512 (draft-irtf-cfrg-cpace) on libsodium:
 * a short spoken code becomes a strong key, one guess per try.
 */
#ifndef KEPT_CRYPTO_PAKE_H
#define KEPT_CRYPTO_PAKE_H

#include "proto/crypto/keys.h"

struct pake_options {
	struct bytes code;    /* PRS: the normalized code */
	struct bytes context; /* CI: who shows, and what kind */
	struct bytes sid;     /* both nonces, in protocol order */
	struct bytes ad;      /* own associated data; may be empty */
	bool initiator;
	const uint8_t *scalar; /* tests only; else NULL */
};

struct pake {
	uint8_t scalar[32], y[32];
	uint8_t ad[64], sid[64];
	uint8_t ad_bytes, sid_bytes, initiator;
};

/* ERR_LIMIT: code <= 128, context <= 128, sid <= 64, ad <= 64 bytes. */
int pake_start(struct pake *pake, const struct pake_options *options)
	KEPT_MUST_USE;
/* Own share, 32 bytes, to send. Borrows until pake_release. */
const uint8_t *pake_share(const struct pake *pake);
/*
 * The other's share and associated data in; ISK (64 bytes) out. ERR_CRYPTO
 * for points that are invalid, the identity, or our own share sent back.
 * One try: whatever comes of it, the scalar is gone and a second call fails.
 */
int pake_finish(struct pake *pake, const uint8_t share[32], struct bytes ad,
		uint8_t isk[64]) KEPT_MUST_USE;
void pake_release(struct pake *pake); /* wipes */

#endif
