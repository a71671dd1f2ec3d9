/*
 * kdf.c - key derivation: one construction, one table of labels.
 *
 * Must never be called with a label that is not a row of kdf.def, nor with a
 * context whose parts could be cut in two ways (all of ours are of fixed
 * size). Read seal.c next.
 */
#include "proto/crypto/kdf.h"

#include <sodium.h>

#include "proto/base/panic.h"

static const char *const labels[KDF_LABEL_COUNT] = {
#define LABEL(NAME, label) [KDF_##NAME] = label,
#define SIGN(NAME, label)
#include "proto/crypto/kdf.def"
#undef LABEL
#undef SIGN
};

const char *kdf_label_name(enum kdf_label label)
{
	kept_assert(label < KDF_LABEL_COUNT);
	return labels[label];
}

void kdf(struct bytes key, enum kdf_label label, struct bytes context,
	 void *out, size_t out_bytes)
{
	static const char prefix[] = "kept/1/";
	crypto_generichash_state state;
	uint8_t len[4];
	const char *name = kdf_label_name(label);

	kept_assert(key.len >= 16 && key.len <= 64);
	kept_assert(out_bytes >= 16 && out_bytes <= 64);
	kept_assert(context.len <= UINT32_MAX);
	le32_put(len, (uint32_t)context.len);
	(void)crypto_generichash_init(&state, key.ptr, key.len, out_bytes);
	(void)crypto_generichash_update(&state, (const uint8_t *)prefix,
					sizeof prefix - 1);
	(void)crypto_generichash_update(&state, (const uint8_t *)name,
					strlen(name) + 1);
	(void)crypto_generichash_update(&state, len, sizeof len);
	if (context.len > 0)
		(void)crypto_generichash_update(&state, context.ptr,
						context.len);
	(void)crypto_generichash_final(&state, out, out_bytes);
	sodium_memzero(&state, sizeof state);
}

void kdf_jtag(const struct hash32 *journal, struct id16 *jtag)
{
	kdf(bytes_of(journal->b, sizeof journal->b), KDF_JTAG,
	    bytes_of(NULL, 0), jtag->b, sizeof jtag->b);
}

void kdf_etag(const struct hash32 *journal, const struct id16 *entry,
	      struct id16 *etag)
{
	kdf(bytes_of(journal->b, sizeof journal->b), KDF_ETAG,
	    bytes_of(entry->b, sizeof entry->b), etag->b, sizeof etag->b);
}

void kdf_op_key(const struct epoch_key *epoch, const struct id16 *etag,
		struct seal_key *out)
{
	kdf(bytes_of(epoch->b, sizeof epoch->b), KDF_OP,
	    bytes_of(etag->b, sizeof etag->b), out->b, sizeof out->b);
}

void kdf_ctl_key(const struct epoch_key *epoch, const struct id16 *lid,
		 uint64_t seq, struct seal_key *out)
{
	uint8_t context[sizeof lid->b + 8];

	memcpy(context, lid->b, sizeof lid->b);
	le64_put(context + sizeof lid->b, seq);
	kdf(bytes_of(epoch->b, sizeof epoch->b), KDF_CTL,
	    bytes_of(context, sizeof context), out->b, sizeof out->b);
}

void kdf_device_key(const struct device_key *dvk, enum kdf_label label,
		    struct seal_key *out)
{
	kept_assert(label == KDF_DVK_KEYS || label == KDF_DVK_DRAFT ||
		    label == KDF_DVK_VIEW);
	kdf(bytes_of(dvk->b, sizeof dvk->b), label, bytes_of(NULL, 0), out->b,
	    sizeof out->b);
}

void kdf_lid(const struct sign_public *device, uint8_t log_class,
	     const struct id16 *nonce, struct id16 *lid)
{
	static const char name[] = "kept/1/lid"; /* with its NUL */
	struct hash_state state;

	hash_init(&state, sizeof lid->b);
	hash_add(&state, bytes_of(name, sizeof name));
	hash_add(&state, bytes_of(device->b, sizeof device->b));
	hash_add(&state, bytes_of(&log_class, 1));
	hash_add(&state, bytes_of(nonce->b, sizeof nonce->b));
	hash_done(&state, lid->b, sizeof lid->b);
}

void kdf_fork_lid(const struct id16 *lid, const struct hash32 *first,
		  struct id16 *out)
{
	static const char name[] = "kept/1/fork"; /* with its NUL */
	struct hash_state state;

	hash_init(&state, sizeof out->b);
	hash_add(&state, bytes_of(name, sizeof name));
	hash_add(&state, bytes_of(lid->b, sizeof lid->b));
	hash_add(&state, bytes_of(first->b, sizeof first->b));
	hash_done(&state, out->b, sizeof out->b);
}
